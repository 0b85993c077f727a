import { createHash, createPublicKey } from 'node:crypto';
import * as library from '#lib/telegram';
import { OwnSocket, type SocketOptions, type SocketProxy } from './client/socket';
import type { SessionData } from './sessions';
import { isTlObject, type TlObject, type TlValue } from './tl';

/**
 * The only file that knows the MTProto library (teleproto, the successor of `telegram`/GramJS with the same API). Above
 * it everything is plain TL. What is used of the library: transport, key exchange, encryption, acknowledgements, pings,
 * containers, TL (de)serialisation, SRP. What is kept out: its update manager, entity cache, request retries, parsers.
 */
export interface LinkOptions {
	session: SessionData;
	apiId: number;
	apiHash: string;
	device: { model: string; system: string; app: string; lang: string };
	proxy: SocketProxy | { kind: 'mtproxy'; host: string; port: number; secret: string } | null;
	/** PEM keys trusted beside Telegram's own (sandbox, test servers) */
	publicKeys: readonly string[];
	connectMs: number;
	assertOwner(): void;
	events: LinkEvents;
}

export interface LinkEvents {
	/** a whole `Updates` object, pushed */
	updates(payload: TlObject): void;
	/** something pushed that this layer does not know */
	undecodable(): void;
	/** `lost`: the server does not know the key (any more) */
	state(state: 'connected' | 'disconnected' | 'broken' | 'lost'): void;
	log(level: string, message: string): void;
}

export interface Link {
	/** @throws whatever the connection says; nothing stays open then once `close` was called */
	connect(): Promise<void>;
	/** @throws RpcFailure when the server says no, any other Error when the connection fails */
	invoke(request: TlObject, dcId?: number): Promise<TlValue>;
	readonly connected: boolean;
	session(): SessionData;
	/** Continues on another data centre, with a new key there. */
	switchDc(dcId: number): Promise<void>;
	/** Ends sockets and timers at once. */
	close(): Promise<void>;
}

/** The server answered with an error. `type` is its name without the number: `FLOOD_WAIT_30` → `FLOOD_WAIT`, 30. */
export class RpcFailure extends Error {
	readonly code: number;
	readonly type: string;
	readonly value: number | null;
	readonly method: string;

	constructor(code: number, message: string, method: string) {
		super(`${message} (${String(code)}, ${method})`);
		const number = /_(\d+)(?=_|$)/.exec(message);
		this.code = code;
		this.type = number === null ? message : message.replace(number[0], '');
		this.value = number === null ? null : Number(number[1]);
		this.method = method;
	}
}

export const LAYER = library.tl.LAYER;

/** What is used of the client beyond its published types; the names are those of teleproto 1.229.0. */
interface Internals {
	_sender: Sender | undefined;
	_leaseSender(dcId: number): Promise<{ sender: Sender; release(): void }>;
	_switchDC(dcId: number): Promise<unknown>;
	_handleReconnect(): Promise<void>;
	_loopStarted: boolean;
	_entityCache: { add(value: unknown): void };
	updateManager: unknown;
	session: LibrarySession;
	connect(): Promise<boolean>;
	destroy(): Promise<void>;
}

interface LibrarySession {
	dcId: number;
	serverAddress: string | undefined;
	port: number | undefined;
	getAuthKey(dcId?: number): { getKey(): Buffer | undefined } | undefined;
	processEntities(value: unknown): Promise<void>;
}

interface Sender {
	send(request: unknown): Promise<unknown>;
	isConnected(): boolean;
	_needsInitConnection: boolean;
}

/** The library's 64-bit number. */
interface BigInteger {
	toString(): string;
}

/** A request object of the library. */
interface Request {
	_coerceArgs(): void;
	resolve(): Promise<void>;
}

/** How often a request is repeated because the server has forgotten how the connection was introduced. */
const INTRODUCTIONS = 3;

export function createLink(options: LinkOptions): Link {
	for (const pem of options.publicKeys) trust(pem);
	const { events, session } = options;
	const sockets = new Set<OwnSocket>();
	let closed = false;
	const socketOptions: SocketOptions = {
		assertOwner: options.assertOwner,
		proxy: options.proxy === null || options.proxy.kind === 'mtproxy' ? null : options.proxy,
		connectMs: options.connectMs,
		opened: (socket) => sockets.add(socket),
		closed: (socket) => sockets.delete(socket),
	};
	class LinkSocket extends OwnSocket {
		constructor() {
			super(socketOptions);
		}
	}
	const logger = new library.Logger();
	logger.log = (level: string, message: string) => {
		if (/Broken authorization key/.test(message) && !closed) events.state('lost');
		if (/^(Type \S+ not found|Unknown constructor)/.test(message) && !closed) events.undecodable();
		if (level === 'error' || level === 'warn') events.log(level, message);
	};
	const client = new library.TelegramClient(makeSession(session), options.apiId, options.apiHash, {
		baseLogger: logger,
		// The library's socket class and ours share what is used of it, not their private fields.
		networkSocket: LinkSocket,
		securityChecks: true,
		connectionRetries: 3,
		retryDelay: 1000,
		timeout: Math.ceil(options.connectMs / 1000),
		floodSleepThreshold: 0,
		deviceModel: options.device.model,
		systemVersion: options.device.system,
		appVersion: options.device.app,
		langCode: options.device.lang,
		systemLangCode: options.device.lang,
		...(options.proxy?.kind === 'mtproxy'
			? {
					proxy: {
						MTProxy: true as const,
						ip: options.proxy.host,
						port: options.proxy.port,
						secret: options.proxy.secret,
					},
				}
			: {}),
	}) as unknown as Internals;
	client._entityCache = { add: () => undefined };
	client.session.processEntities = () => Promise.resolve();
	client.updateManager = {
		start: () => undefined,
		stop: () => undefined,
		ensureState: () => Promise.resolve(),
		catchUp: () => Promise.resolve(),
		recoverIfStale: () => Promise.resolve(),
		applyAffected: () => undefined,
		onUpdates: (update: unknown, own = false) => {
			if (closed || own) return;
			const payload = toPlain(update);
			if (isTlObject(payload)) events.updates(payload);
			else events.undecodable();
		},
	};
	watchState(client, (state) => {
		if (!closed) events.state(state);
	});

	const send = async (request: TlObject, sender: Sender | undefined): Promise<TlValue> => {
		if (sender === undefined || closed) throw new Error('not connected');
		for (let introduction = 1; ; introduction += 1) {
			try {
				return toPlain(await sender.send(toRequest(request)));
			} catch (error) {
				const failure = failureOf(error, request._);
				const forgotten = failure instanceof RpcFailure && failure.type === 'CONNECTION_NOT_INITED';
				if (!forgotten || introduction === INTRODUCTIONS) throw failure;
				sender._needsInitConnection = true;
			}
		}
	};

	return {
		async connect() {
			await client.connect();
		},
		async invoke(request, dcId) {
			if (dcId === undefined || dcId === client.session.dcId) return send(request, client._sender);
			const lease = await client._leaseSender(dcId);
			try {
				return await send(request, lease.sender);
			} finally {
				lease.release();
			}
		},
		get connected() {
			return client._sender?.isConnected() ?? false;
		},
		session: () => ({
			dc: client.session.dcId,
			address: client.session.serverAddress ?? session.address,
			port: client.session.port ?? session.port,
			authKey: client.session.getAuthKey(client.session.dcId)?.getKey() ?? null,
			userId: session.userId,
		}),
		async switchDc(dcId) {
			await client._switchDC(dcId);
		},
		async close() {
			closed = true;
			const ending = client.destroy().catch(() => undefined);
			await Promise.all([...sockets].map((socket) => socket.close()));
			await ending;
		},
	};
}

/** 2FA: the answer to `account.getPassword` and the password → `inputCheckPasswordSRP` (core.telegram.org/api/srp). */
export async function srpCheck(password: TlObject, secret: string): Promise<TlObject> {
	// The library checks the shape itself.
	const request = fromPlain(password) as Parameters<typeof library.password.computeCheck>[0];
	const check = toPlain(await library.password.computeCheck(request, secret));
	if (!isTlObject(check)) throw new Error('the password check gave nothing');
	return check;
}

/** Does the library know this method? For raw requests. */
export function knowsMethod(name: string): boolean {
	return classOf(name)?.classType === 'request';
}

/** Does the library know this constructor? Newer layers have other shapes for the same thing. */
export function knowsType(name: string): boolean {
	return classOf(name) !== undefined;
}

function makeSession({
	dc,
	address,
	port,
	authKey,
}: SessionData): InstanceType<typeof library.sessions.StringSession> {
	// Its string form stores the port signed; ours would not survive above 32767.
	class PortSession extends library.sessions.StringSession {
		override save(): string {
			return '';
		}
	}
	const session = new PortSession('');
	session.setDC(dc, address, port);
	if (authKey === null) return session;
	const load = session.load.bind(session);
	session.load = async () => {
		await load();
		if (session.getAuthKey(dc)?.getKey() !== undefined) return;
		const made = new AuthKeyClass();
		await made.setKey(authKey);
		session.setAuthKey(made, dc);
	};
	return session;
}

const AuthKeyClass = library.AuthKey;

/** Connection states reach event handlers only; a raw handler of the library would first ask who we are. */
function watchState(client: Internals, tell: (state: 'connected' | 'disconnected' | 'broken') => void): void {
	let sender: Sender | undefined;
	const names = { 1: 'connected', 0: 'broken', [-1]: 'disconnected' } as const;
	Object.defineProperty(client, '_sender', {
		get: () => sender,
		set: (made: (Sender & { _updateCallback?: (client: unknown, update: unknown) => void }) | undefined) => {
			sender = made;
			const original = made?._updateCallback;
			if (made === undefined || original === undefined) return;
			made._updateCallback = (...args) => {
				const state = (args[1] as { state?: unknown } | null)?.state;
				if (state === 1 || state === 0 || state === -1) tell(names[state]);
				else original(...args);
			};
		},
	});
}

function failureOf(error: unknown, method: string): unknown {
	const { code, errorMessage, seconds, newDc } = error as {
		code?: number;
		errorMessage?: string;
		seconds?: number;
		newDc?: number;
	};
	if (typeof errorMessage !== 'string' || typeof code !== 'number') return error;
	const number = seconds ?? newDc;
	const name =
		number === undefined || errorMessage.includes(String(number))
			? errorMessage
			: nameOf(error, errorMessage, number);
	return new RpcFailure(code, name, method);
}

/** The library cuts the number out of some names: `FLOOD` with `seconds`. */
function nameOf(error: unknown, cut: string, number: number): string {
	const kind = (error as Error).constructor.name;
	if (kind === 'SlowModeWaitError') return `SLOWMODE_WAIT_${String(number)}`;
	if (cut === 'FLOOD' || cut === 'FLOOD_WAIT') return `FLOOD_WAIT_${String(number)}`;
	return `${cut.replace(/_X$/, '')}_${String(number)}`;
}

// -- TL ---------------------------------------------------------------------------------------------------------

interface TlClass {
	new (args: Record<string, unknown>): object;
	classType?: string;
}

function classOf(tag: string): TlClass | undefined {
	const parts = tag.split('.');
	const last = parts.pop() ?? '';
	const name = last.charAt(0).toUpperCase() + last.slice(1);
	const space =
		parts.length === 0 ? library.Api : (library.Api as unknown as Record<string, object>)[parts[0] ?? ''];
	return (space as Record<string, TlClass> | undefined)?.[name];
}

function toRequest(request: TlObject): Request {
	const made = fromPlain(request) as Request;
	// References are resolved above the seam; the library's own resolving knows fewer forms and asks the network.
	made.resolve = () => Promise.resolve();
	// The library knows sends by this name and makes each wait for the one queued before it (`invokeAfterMsg`), whatever
	// the chat: after a reconnect, or when that one is refused, all that follow fail with MSG_WAIT_FAILED.
	Object.defineProperty(made, 'className', { value: request._ });
	return made;
}

/** @throws Error for a name this layer does not have */
function fromPlain(value: TlValue): unknown {
	if (Array.isArray(value)) return value.map((entry: TlValue) => fromPlain(entry));
	if (!isTlObject(value)) return value;
	const found = classOf(value._);
	if (found === undefined) throw new Error(`Telegram's layer ${String(LAYER)} has no ${value._}`);
	const args: Record<string, unknown> = {};
	for (const [name, field] of Object.entries(value)) {
		if (name !== '_' && field !== undefined && field !== null) args[camelCase(name)] = fromPlain(field);
	}
	return new found(args);
}

function toPlain(value: unknown): TlValue {
	if (value === null || value === undefined) return null;
	if (typeof value !== 'object')
		return typeof value === 'bigint' ? String(value) : (value as string | number | boolean);
	if (Buffer.isBuffer(value)) return value;
	if (Array.isArray(value)) return value.map(toPlain);
	const { className, originalArgs } = value as { className?: string; originalArgs?: Record<string, unknown> };
	// What is no TL object here is one of the library's big integers.
	if (className === undefined) return (value as BigInteger).toString();
	const plain: Record<string, TlValue> & { _: string } = { _: tagOf(className) };
	for (const [name, field] of Object.entries(originalArgs ?? value)) {
		if (field === null || field === undefined || field === false || SKIPPED.has(name)) continue;
		plain[snakeCase(name)] = toPlain(field);
	}
	return plain;
}

const SKIPPED = new Set(['flags', 'flags2']);
const tags = new Map<string, string>();
const snakes = new Map<string, string>();

function tagOf(className: string): string {
	const known = tags.get(className);
	if (known !== undefined) return known;
	const at = className.lastIndexOf('.') + 1;
	const tag = className.slice(0, at) + className.charAt(at).toLowerCase() + className.slice(at + 1);
	tags.set(className, tag);
	return tag;
}

function snakeCase(name: string): string {
	const known = snakes.get(name);
	if (known !== undefined) return known;
	const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
	snakes.set(name, snake);
	return snake;
}

function camelCase(name: string): string {
	return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

// -- keys -------------------------------------------------------------------------------------------------------

/** Lets the key exchange accept a server with this RSA key. Process-wide: the library keeps one map. */
function trust(pem: string): void {
	const { n, e } = createPublicKey(pem).export({ format: 'jwk' });
	const modulus = Buffer.from(n ?? '', 'base64url');
	const exponent = Buffer.from(e ?? '', 'base64url');
	const digest = createHash('sha1').update(tlBytes(modulus)).update(tlBytes(exponent)).digest();
	const fingerprint = String(digest.readBigInt64LE(12));
	library.serverKeys.set(fingerprint, {
		n: library.helpers.returnBigInt(String(BigInt(`0x${modulus.toString('hex')}`))),
		e: Number(BigInt(`0x${exponent.toString('hex')}`)),
	});
}

/** A TL byte string: length, content, padding to four. */
function tlBytes(content: Buffer): Buffer {
	const head =
		content.length < 254
			? Buffer.from([content.length])
			: Buffer.from([254, content.length & 255, (content.length >> 8) & 255, content.length >> 16]);
	const padding = Buffer.alloc((4 - ((head.length + content.length) % 4)) % 4);
	return Buffer.concat([head, content, padding]);
}
