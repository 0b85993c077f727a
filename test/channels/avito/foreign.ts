import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { avitoDriver, type AvitoAccount } from '../../../src/channels/avito';
import type { CallResult, JsonObject, OpenAccount } from '../../../src/contract';
import { testServices, TestIntents, type TestServices } from '../../support/driver-services';
import { ManualClock } from '../../support/manual-clock';
import { runCommand } from './fixture';

/** A request as it came. */
export interface Asked {
	method: string;
	path: string;
	query: URLSearchParams;
	headers: IncomingMessage['headers'];
	body: string;
}

/** An answer as it goes: `json`, or the very bytes. Status 200 unless told. */
export interface Reply {
	status?: number;
	headers?: Record<string, string>;
	json?: unknown;
	bytes?: Buffer | string;
}

export interface Foreign {
	origin: string;
	asked: Asked[];
	clock: ManualClock;
	services: TestServices;
	open(credential?: JsonObject): Promise<OpenAccount<AvitoAccount>>;
	call(open: OpenAccount<AvitoAccount>, name: string, input?: JsonObject): Promise<CallResult>;
}

const USER_ID = 94000001;

/**
 * An Avito on a socket that answers as the test says, where the sandbox is strict about being like the documents. Token and
 * own account answer by themselves; what the test does not answer is not there.
 */
export async function startForeign(answer: (asked: Asked) => Reply | undefined): Promise<Foreign> {
	const asked: Asked[] = [];
	const server = createServer((request, response) => {
		void readBody(request).then((body) => {
			const url = new URL(request.url ?? '/', 'http://avito');
			const one = { method: request.method ?? '', path: url.pathname, query: url.searchParams };
			const all: Asked = { ...one, headers: request.headers, body };
			asked.push(all);
			const reply = answer(all) ?? defaultAnswer(all.path);
			const bytes = reply.bytes ?? (reply.json === undefined ? '' : JSON.stringify(reply.json));
			response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
			response.end(bytes);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const clock = new ManualClock(Date.now());
	const services = testServices({ clock });
	const intents = new TestIntents();
	return {
		origin,
		asked,
		clock,
		services,
		async open(credential = {}) {
			const whole = { clientId: 'id', clientSecret: 'secret', endpoint: origin, ...credential };
			const account = await avitoDriver.open(
				avitoDriver.configure(whole),
				services,
				new AbortController().signal,
			);
			onTestFinished(() => account.close());
			return account;
		},
		call: (open, name, input = {}) => runCommand(intents, open, name, input, {}),
	};
}

async function readBody(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString('utf8');
}

function defaultAnswer(path: string): Reply {
	if (path === '/token') return { json: { access_token: 'token', expires_in: 86400, token_type: 'Bearer' } };
	if (path === '/core/v1/accounts/self') return { json: { id: USER_ID, name: 'Я' } };
	return { status: 404, json: { message: 'no Route matched with those values' } };
}

const PARTNER = 200000555;

/** A chat about nothing with one other person. */
export function chatOf(id: string, updated: number, more: JsonObject = {}): JsonObject {
	const users = [
		{ id: USER_ID, name: 'Я' },
		{ id: PARTNER, name: 'Покупатель' },
	];
	return { id, created: updated, updated, users, ...more };
}

/** A customer's text. */
export function messageOf(id: number, created: number, more: JsonObject = {}): JsonObject {
	const content = { text: `сообщение ${id}` };
	return {
		id: String(id).padStart(32, '0'),
		author_id: PARTNER,
		created,
		type: 'text',
		direction: 'in',
		content,
		...more,
	};
}

/** `GET …/chats` and `GET …/messages/` of lists in any order, at most `most` a page. */
export function pages(
	lists: { chats: JsonObject[]; messages: Record<string, JsonObject[]> },
	most = 100,
): (asked: Asked) => Reply | undefined {
	return ({ path, query }) => {
		const offset = Number(query.get('offset') ?? 0);
		const cut = (all: JsonObject[]) => {
			const part = all.slice(offset, offset + Math.min(most, Number(query.get('limit') ?? 100)));
			return { part, meta: { has_more: offset + part.length < all.length } };
		};
		if (path.endsWith('/chats')) {
			const { part, meta } = cut(lists.chats);
			return { json: { chats: part, meta } };
		}
		const chatId = /\/chats\/([^/]+)\/messages\/$/.exec(path)?.[1];
		if (chatId === undefined) return undefined;
		const { part, meta } = cut(lists.messages[decodeURIComponent(chatId)] ?? []);
		return { json: { messages: part, meta } };
	};
}
