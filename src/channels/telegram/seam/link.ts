import type { Clock } from '../../../contract';
import { OwnSocket, type SocketOptions, type SocketProxy } from '../client/socket';
import type { SessionData } from '../sessions';
import { isTlObject, type TlObject, type TlValue } from '../tl';
import { useThePlatform } from './arithmetic';
import { watchState, type Internals, type Sender } from './client';
import { failureOf, RpcFailure } from './failure';
import { trust } from './keys';
import { library } from './library';
import { readOlderLayers } from './older-layers';
import { dropUnrepeatable } from './once';
import { readMessageByMessage, UNREADABLE } from './packets';
import { toPlain, toRequest } from './plain';
import { makeSession } from './session';

export interface LinkOptions {
	session: SessionData;
	apiId: number;
	apiHash: string;
	device: { model: string; system: string; app: string; lang: string };
	proxy: SocketProxy | { kind: 'mtproxy'; host: string; port: number; secret: string } | null;
	/** PEM keys trusted beside Telegram's own (sandbox, test servers) */
	publicKeys: readonly string[];
	/** for each attempt to connect */
	connectMs: number;
	clock: Pick<Clock, 'after'>;
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

/** How often a request is repeated because the server has forgotten how the connection was introduced. */
const INTRODUCTIONS = 3;

useThePlatform();
readMessageByMessage();
readOlderLayers();

export function createLink(options: LinkOptions): Link {
	for (const pem of options.publicKeys) trust(pem);
	const { events, session } = options;
	const sockets = new Set<OwnSocket>();
	let closed = false;
	const socketOptions: SocketOptions = {
		assertOwner: options.assertOwner,
		proxy: options.proxy === null || options.proxy.kind === 'mtproxy' ? null : options.proxy,
		connectMs: options.connectMs,
		clock: options.clock,
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
		const broken = /Broken authorization key for dc (\d+)/.exec(message);
		if (broken !== null && Number(broken[1]) === client.session.dcId && !closed) events.state('lost');
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
			if (isTlObject(payload) && payload._ !== UNREADABLE) events.updates(payload);
			else events.undecodable();
		},
	};
	watchState(client, (state) => {
		if (state === 'disconnected' && client._sender !== undefined) dropUnrepeatable(client._sender);
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

	const sendElsewhere = async (request: TlObject, dcId: number): Promise<TlValue> => {
		const lease = await client._leaseSender(dcId);
		try {
			return await send(request, lease.sender);
		} finally {
			lease.release();
		}
	};

	return {
		async connect() {
			await client.connect();
		},
		async invoke(request, dcId) {
			if (dcId === undefined || dcId === client.session.dcId) return send(request, client._sender);
			try {
				return await sendElsewhere(request, dcId);
			} catch (error) {
				// It may forget who was introduced to it (core.telegram.org/api/datacenter): once more, from the beginning.
				if (!(error instanceof RpcFailure) || error.code !== 401) throw error;
				client._forgetSender?.(dcId);
				return sendElsewhere(request, dcId);
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
