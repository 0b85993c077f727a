import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import { maxDriver } from '../../../../src/channels/max';
import { telegramDriver } from '../../../../src/channels/telegram';
import type { Clock } from '../../../../src/contract';
import { replaceHost, serveLogin } from '../../../../src/n8n';
import { AccountPool, type Pool } from '../../../../src/pool';
import { silentLogger, systemRandom } from '../../../../src/runtime';
import { openMemoryStore } from '../../../../src/store';

export interface ServedNode {
	parameters: IDataObject;
	/** by n8n's credential type */
	credentials: Record<string, IDataObject>;
}

export interface PageServer {
	/** where the node's page is */
	url: string;
	/** items the workflow was started with */
	started: IDataObject[];
	/** requests to n8n's public API, and what it answers; a rejection is a failed request */
	api: { calls: { method: string; url: string; body: unknown }[]; answer: () => Promise<unknown> };
	/** what n8n's log says */
	log: string[];
	/** may be changed between requests, as a person edits the node */
	node: ServedNode;
	pool: Pool;
	close(): Promise<void>;
}

/**
 * *Messenger Login* behind a real HTTP server, with a pool and a store of its own: what n8n does around `webhook()`, and
 * nothing else. The messengers are whatever the credentials point at.
 */
export async function startPageServer(
	node: ServedNode,
	clock: Clock,
	anotherPool?: Pool,
): Promise<PageServer> {
	const pool = anotherPool ?? newPool(clock);
	const served: PageServer = {
		url: '',
		started: [],
		api: { calls: [], answer: () => Promise.resolve({ id: 'created1' }) },
		log: [],
		node,
		pool,
		close: async () => {
			restore();
			await new Promise((resolve) => server.close(resolve));
			if (anotherPool === undefined) await pool.shutdown();
		},
	};
	const restore = replaceHost(() => ({ pool, clock, random: systemRandom }));
	const server: Server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const url = new URL(request.url ?? '/', 'http://127.0.0.1');
			const body = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
			const express = {
				setHeader: (name: string, value: string) => response.setHeader(name, value),
				status: (code: number) => {
					response.statusCode = code;
					return { send: (text: string) => response.end(text) };
				},
			};
			const context = makeContext(served, {
				request: { method: request.method, ip: '192.0.2.1', originalUrl: request.url, secure: false },
				response: express,
				headers: request.headers,
				query: Object.fromEntries(url.searchParams),
				body,
			});
			serveLogin(context).then(
				({ workflowData }) => {
					served.started.push(...(workflowData ?? []).flat().map(({ json }) => json));
				},
				(error: unknown) => {
					served.log.push(String(error));
					response.statusCode = 500;
					response.end(String(error));
				},
			);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	served.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/webhook/11111111-2222/messenger-login`;
	return served;
}

export function newPool(clock: Clock): AccountPool {
	return new AccountPool({
		drivers: [maxDriver, telegramDriver],
		openStore: () => openMemoryStore({ clock, logger: silentLogger, random: systemRandom }),
		clock,
		random: systemRandom,
		logger: silentLogger,
		processName: `test/${String(process.pid)}/main`,
		version: '0.0.0',
	});
}

function makeContext(
	served: PageServer,
	visit: { request: object; response: object; headers: IDataObject; query: IDataObject; body: IDataObject },
): IWebhookFunctions {
	const note = (message: string, meta?: object): void =>
		void served.log.push(`${message} ${JSON.stringify(meta ?? {})}`);
	const { parameters, credentials } = served.node;
	const context = {
		logger: { debug: note, info: note, warn: note, error: note },
		getNode: () => ({
			id: 'node-1',
			name: 'Messenger Login',
			type: 'n8n-nodes-messenger-accounts.messengerLogin',
			credentials: Object.fromEntries(
				Object.keys(credentials).map((type) => [type, { id: `id-of-${type}`, name: `My ${type}` }]),
			),
		}),
		getWorkflow: () => ({ id: 'workflow-1', name: 'Login', active: true }),
		getNodeParameter: (name: string, fallback: unknown) => parameters[name] ?? fallback,
		getCredentials: (type: string) => Promise.resolve(credentials[type]),
		getRequestObject: () => visit.request,
		getResponseObject: () => visit.response,
		getHeaderData: () => visit.headers,
		getQueryData: () => visit.query,
		getBodyData: () => visit.body,
		helpers: {
			httpRequestWithAuthentication: (
				_type: string,
				call: { method: string; url: string; body: unknown },
			): Promise<unknown> => {
				served.api.calls.push({ method: call.method, url: call.url, body: call.body });
				return served.api.answer();
			},
		},
	};
	// A real context needs a workflow, hooks and a database; what the pages ask of it is the above.
	return context as unknown as IWebhookFunctions;
}
