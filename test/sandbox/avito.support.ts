import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { z } from '#lib/zod';
import { startAvitoSandbox, type AvitoSandbox, type AvitoSandboxOptions, type SandboxAccount } from './avito';

/** An answer as a client sees it, before any interpretation. */
export interface Reply {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	/** The parsed body; undefined when it is not JSON. */
	readonly json: unknown;
}

export interface CallOptions {
	/** Sent as JSON. */
	readonly body?: unknown;
	readonly headers?: Readonly<Record<string, string>>;
	/** Null: no Authorization header. */
	readonly token?: string | null;
}

/** A plain client over `fetch`, knowing nothing but addresses and keys. */
export interface PlainClient {
	readonly sandbox: AvitoSandbox;
	readonly account: SandboxAccount;
	/** `/messenger/v1/accounts/<id>` and so on. */
	readonly base: (version: 'v1' | 'v2' | 'v3') => string;
	readonly chat: (version: 'v1' | 'v2' | 'v3', chatId: string) => string;
	readonly call: (method: string, path: string, options?: CallOptions) => Promise<Reply>;
	/** A fresh token of an account (default: the first). */
	readonly login: (account?: SandboxAccount) => Promise<string>;
	/** Uses another account's token from now on, or the given string. */
	token: string;
}

export async function replyOf(response: Response): Promise<Reply> {
	const text = await response.text();
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		json = undefined;
	}
	return { status: response.status, headers: response.headers, text, json };
}

/** Starts a sandbox that ends with the test, and logs its first account in. */
export async function openClient(options: AvitoSandboxOptions = {}): Promise<PlainClient> {
	const sandbox = await startAvitoSandbox(options);
	onTestFinished(() => sandbox.close());
	const [account] = sandbox.accounts;

	async function login({ client_id, client_secret }: SandboxAccount = account): Promise<string> {
		const form = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret });
		const { json } = await replyOf(await fetch(`${sandbox.origin}/token`, { method: 'POST', body: form }));
		return z.object({ access_token: z.string() }).parse(json).access_token;
	}

	const client: PlainClient = {
		sandbox,
		account,
		token: await login(),
		login,
		base: (version) => `/messenger/${version}/accounts/${account.user_id}`,
		chat: (version, chatId) => `${client.base(version)}/chats/${encodeURIComponent(chatId)}`,
		async call(method, path, { body, headers, token = client.token } = {}) {
			const json = body === undefined ? {} : { 'content-type': 'application/json' };
			const bearer = token === null ? {} : { authorization: `Bearer ${token}` };
			const init = { method, headers: { ...json, ...bearer, ...headers } };
			const payload = body === undefined ? {} : { body: JSON.stringify(body) };
			return replyOf(await fetch(sandbox.origin + path, { ...init, ...payload }));
		},
	};
	return client;
}

/** One POST as the subscriber received it. */
export interface Received {
	readonly url: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

export interface Receiver {
	readonly url: string;
	readonly received: Received[];
	/** Parsed bodies. */
	readonly events: Array<z.infer<typeof eventSchema>>;
}

/** A subscriber's HTTP server that ends with the test; answers 200 unless `respond` does otherwise. */
export async function openReceiver(
	respond: (request: IncomingMessage, response: ServerResponse, n: number) => void = (_request, response) => {
		response.end('{"ok":true}');
	},
): Promise<Receiver> {
	const received: Received[] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const body = Buffer.concat(chunks).toString();
			received.push({ url: request.url ?? '', headers: request.headers, body });
			respond(request, response, received.length);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/hook?key=secret`,
		received,
		get events() {
			return received.map(({ body }) => eventSchema.parse(JSON.parse(body)));
		},
	};
}

/** Subscribes a URL for the client's account. */
export async function subscribe(client: PlainClient, url: string): Promise<void> {
	const { status } = await client.call('POST', '/messenger/v3/webhook', { body: { url } });
	if (status !== 200) throw new Error(`subscribe answered ${status}`);
}

const seconds = z.int().min(1_000_000_000).max(9_999_999_999);
const hexId = z.string().regex(/^[0-9a-f]{32}$/);
const content = z.record(z.string(), z.unknown());

/** The documented error body, exactly. */
export function errorBody(code: number, message: string): unknown {
	return { error: { code, message } };
}

/** `{error: {code: 400, message, fields}}` naming this field. */
export function fieldsBody(...fields: string[]) {
	return z.strictObject({
		error: z.strictObject({
			code: z.literal(400),
			message: z.string(),
			fields: z.strictObject(Object.fromEntries(fields.map((field) => [field, z.string()]))),
		}),
	});
}

const avatar = z.strictObject({ default: z.url(), images: z.record(z.string().regex(/^\d+x\d+$/), z.url()) });

const chatUser = z.strictObject({
	id: z.int(),
	name: z.string(),
	parsing_allowed: z.boolean(),
	public_user_profile: z.strictObject({
		user_id: z.int(),
		item_id: z.int().optional(),
		url: z.url(),
		avatar,
	}),
});

/** Official `Chat` plus the members that captures show beside it. */
export const chatSchema = z.strictObject({
	id: z.string(),
	created: seconds,
	updated: seconds,
	context: z
		.strictObject({
			type: z.literal('item'),
			value: z.strictObject({
				id: z.int(),
				title: z.string(),
				user_id: z.int(),
				status_id: z.int(),
				price_string: z.string(),
				url: z.url(),
				images: z.strictObject({ count: z.int(), main: z.record(z.string(), z.url()).optional() }),
				location: z.strictObject({ title: z.string(), lat: z.number(), lon: z.number() }),
			}),
		})
		.optional(),
	users: z.tuple([chatUser, chatUser]),
	last_message: z
		.strictObject({
			id: hexId,
			author_id: z.int(),
			created: seconds,
			type: z.string(),
			direction: z.enum(['in', 'out']),
			content,
			delivered: seconds,
			read: seconds.optional(),
		})
		.optional(),
});

export const chatsSchema = z.strictObject({
	chats: z.array(chatSchema),
	meta: z.strictObject({ has_more: z.boolean() }),
});

/** Official `Message` of getMessagesV3. */
export const messageSchema = z.strictObject({
	id: hexId,
	author_id: z.int(),
	created: seconds,
	type: z.string(),
	direction: z.enum(['in', 'out']),
	is_read: z.boolean(),
	read: seconds.nullable(),
	content,
	quote: z
		.strictObject({ id: hexId, author_id: z.int(), created: seconds, type: z.string(), content })
		.optional(),
});

export const messagesSchema = z.strictObject({
	messages: z.array(messageSchema),
	meta: z.strictObject({ has_more: z.boolean() }),
});

/** The v3 webhook envelope. */
export const eventSchema = z.strictObject({
	id: z.uuid(),
	version: z.string(),
	timestamp: seconds,
	payload: z.strictObject({
		type: z.literal('message'),
		value: z.strictObject({
			id: hexId,
			chat_id: z.string(),
			user_id: z.int(),
			author_id: z.int(),
			created: seconds,
			type: z.string(),
			chat_type: z.enum(['u2i', 'u2u', 'a2u']),
			content,
			item_id: z.int().nullable().optional(),
			published_at: z.iso.datetime().optional(),
			read: seconds.nullable().optional(),
		}),
	}),
});
