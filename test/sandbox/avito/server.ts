import type { IncomingMessage, ServerResponse } from 'node:http';
import { Listener, readBody, sleep } from '../shared';
import { errorAnswer, noRouteAnswer, type Answer } from './answer';
import type { Core } from './core';
import { faultAnswer, type Fault } from './faults';
import type { RequestRecord } from './journal';
import { perform } from './perform';
import { matchRoute } from './routes';

/** More than any upload may have; beyond it the connection is cut. */
const maxBody = 64 * 1024 * 1024;

/** Old clients put their keys into the query of a token request; the record must not hold them. */
const secretNames = new Set(['client_secret', 'refresh_token', 'access_token', 'code', 'sign']);

function queryRecord(query: URLSearchParams): Record<string, string | string[]> {
	const record: Record<string, string | string[]> = {};
	for (const name of new Set(query.keys())) {
		const values = secretNames.has(name) ? ['***'] : query.getAll(name);
		record[name] = values.length === 1 ? (values[0] ?? '') : values;
	}
	return record;
}

function authorizationKind(header: string | undefined): RequestRecord['authorization'] {
	if (header === undefined) return null;
	if (/^bearer /i.test(header)) return 'bearer';
	return /^basic /i.test(header) ? 'basic' : 'other';
}

function jsonOrNull(headers: IncomingMessage['headers'], body: Buffer): unknown {
	if (body.length === 0 || !/^application\/json\b/i.test(headers['content-type'] ?? '')) return null;
	try {
		return JSON.parse(body.toString()) as unknown;
	} catch {
		return body.toString();
	}
}

/** Numbers TCP connections in the order they were first seen. */
class ConnectionNumbers {
	private readonly numbers = new WeakMap<object, number>();
	private last = 0;

	of(socket: object): number {
		let number = this.numbers.get(socket);
		if (number === undefined) this.numbers.set(socket, (number = ++this.last));
		return number;
	}
}

function render(answer: Answer): { headers: Record<string, string>; body: Buffer } {
	const json = answer.json !== undefined;
	const body = json ? Buffer.from(JSON.stringify(answer.json)) : Buffer.from(answer.body ?? '');
	const type = json ? 'application/json; charset=utf-8' : answer.type;
	const headers: Record<string, string> = { 'Content-Length': String(body.length), ...answer.headers };
	if (type !== undefined) headers['Content-Type'] = type;
	return { headers, body };
}

/** The Avito side: routes, faults, answers. */
export function avitoListener(host: string, core: Core): Listener {
	const connections = new ConnectionNumbers();

	function send(response: ServerResponse, record: RequestRecord, started: number, answer: Answer): void {
		if (response.destroyed) return;
		const { headers, body } = render(answer);
		record.status = answer.status;
		record.duration_ms = Math.round(performance.now() - started);
		response.writeHead(answer.status, headers);
		response.end(body);
	}

	function sendHalf(response: ServerResponse, answer: Answer): void {
		const { headers, body } = render(answer);
		response.writeHead(answer.status, headers);
		response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.resetAndDestroy());
	}

	/** Applies a fault; gives the answer to send, or undefined when there is none. */
	async function applyFault(
		fault: Fault,
		response: ServerResponse,
		signal: AbortSignal,
		right: () => Promise<Answer>,
	): Promise<Answer | undefined> {
		const instead = faultAnswer(fault);
		if (instead !== undefined) {
			if (fault.when === 'after') await right();
			return instead;
		}
		if (fault.mode === 'hang' || fault.mode === 'reset') {
			if (fault.when === 'after') await right();
			if (fault.mode === 'reset') response.socket?.resetAndDestroy();
			return undefined;
		}
		if (fault.mode === 'slow' && fault.when === 'before') await sleep(core.clock, fault.delay_ms, signal);
		const answer = await right();
		if (fault.mode === 'slow' && fault.when === 'after') await sleep(core.clock, fault.delay_ms, signal);
		if (fault.mode === 'slow') return answer;
		if (fault.mode === 'empty') return { status: answer.status };
		if (fault.mode === 'invalid_json')
			return { status: answer.status, body: '{"chats": [', type: 'application/json' };
		sendHalf(response, answer);
		return undefined;
	}

	async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const started = performance.now();
		const url = new URL(request.url ?? '/', 'http://sandbox');
		const gone = new AbortController();
		response.on('close', () => gone.abort());
		const body = await readBody(request, maxBody);
		const match = matchRoute(request.method ?? 'GET', url.pathname, core.settings.trailing_slash);
		const pathUser = match?.params['user_id'];
		const record = core.journal.begin({
			at: core.clock.now(),
			method: request.method ?? 'GET',
			path: url.pathname,
			query: queryRecord(url.searchParams),
			connection: connections.of(request.socket),
			user_agent: request.headers['user-agent'] ?? null,
			authorization: authorizationKind(request.headers.authorization),
			operation_id: match?.route.id ?? null,
			token_id: null,
			user_id: pathUser === undefined ? null : Number(pathUser),
			body: match?.route.id === 'getAccessToken' ? null : jsonOrNull(request.headers, body),
			status: null,
			duration_ms: null,
			fault: null,
		});
		const exchange = {
			core,
			headers: request.headers,
			query: url.searchParams,
			body,
			record,
			signal: gone.signal,
		};
		const right = async () =>
			match === undefined ? noRouteAnswer : perform({ ...exchange, params: match.params }, match.route);
		const operation_id = match?.route.id ?? '';
		const user_id = record.user_id ?? core.tokens.ownerOf(request.headers.authorization);
		const fault = core.faults.take({ operation_id, path: url.pathname, user_id });
		record.fault = fault?.mode ?? null;
		const answer =
			fault === undefined ? await right() : await applyFault(fault, response, gone.signal, right);
		if (answer !== undefined) send(response, record, started, answer);
	}

	return new Listener(host, (request, response) => {
		handle(request, response).catch((error: unknown) => {
			if (response.headersSent || request.socket.destroyed) {
				response.destroy();
				return;
			}
			// A mistake in the sandbox itself must be seen, not look like a fault that was asked for.
			const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
			process.stderr.write(`avito sandbox: ${message}\n`);
			const { headers, body } = render(errorAnswer(500, 'the sandbox itself failed'));
			response.writeHead(500, headers).end(body);
		});
	});
}
