import type { Cluster, DNSLookupFunction, Redis, RedisOptions } from '#lib/ioredis';
import type { RedisSettings } from './settings';

/** A server or a cluster: the library gives both the same verbs. */
export type Client = Redis | Cluster;

/** A connection attempt may take this long, ms. */
const CONNECT_MS = 5_000;
/** A command may wait this long for its answer, then the connection is given up: a third of a lease. ms */
const ANSWER_MS = 5_000;
const KEEP_ALIVE_MS = 5_000;
/** Reconnecting goes on for ever: at once, then slower, never slower than this, ms. */
const RETRY_MOST_MS = 1_000;

export interface ClientOptions {
	/** shows in `CLIENT LIST` */
	name: string;
	/** this connection waits in blocking commands: no answer for a while is no fault, and nothing may queue behind */
	blocking?: boolean;
	/** how long an answer is waited for, ms, default 5 s */
	answerMs?: number;
}

/**
 * A client that connects when told, reconnects for ever, and fails commands rather than keep them: what is asked while
 * there is no connection, or was on its way when it broke, is rejected and never sent later. A lease that was given up
 * must not be acquired by a command that lay in a queue.
 */
export async function createClient(settings: RedisSettings, options: ClientOptions): Promise<Client> {
	const { Cluster, Redis } = await import('#lib/ioredis');
	const retry = (times: number): number => Math.min(50 * 2 ** Math.min(times, 10), RETRY_MOST_MS);
	const shared = {
		connectionName: options.name,
		...(settings.username === undefined ? {} : { username: settings.username }),
		...(settings.password === undefined ? {} : { password: settings.password }),
		...(settings.tls === undefined ? {} : { tls: tlsOptions(settings.tls) }),
		...(settings.dualStack ? { family: 0 } : {}),
		protocol: 2 as const,
		disableClientInfo: true,
		connectTimeout: CONNECT_MS,
		...(options.blocking === true ? {} : { socketTimeout: options.answerMs ?? ANSWER_MS }),
		keepAlive: KEEP_ALIVE_MS,
		maxRetriesPerRequest: 0,
		autoResendUnfulfilledCommands: false,
		// A demoted master: connect anew, to whatever its name means now.
		reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
	} satisfies RedisOptions;
	if (!settings.cluster) {
		return new Redis({
			...shared,
			...settings.nodes[0],
			db: settings.db,
			retryStrategy: retry,
			enableOfflineQueue: false,
			lazyConnect: true,
		});
	}
	return new Cluster(settings.nodes, {
		redisOptions: shared,
		clusterRetryStrategy: retry,
		enableOfflineQueue: false,
		enableAutoPipelining: options.blocking !== true,
		lazyConnect: true,
		slotsRefreshTimeout: CONNECT_MS,
		...(settings.resolveNames ? {} : { dnsLookup: unresolved }),
	});
}

/** A certificate is made out to the name; AWS ElastiCache with TLS needs it (ioredis README, "Special note"). */
const unresolved: DNSLookupFunction = (address, done) => {
	done(null, address);
};

function tlsOptions(tls: NonNullable<RedisSettings['tls']>) {
	return {
		rejectUnauthorized: tls.verify,
		...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
	};
}

/** A write that has grown to this leaves at once: Redis works on it while the next is made. */
const WRITE_CHARACTERS = 64 * 1024;

/**
 * What is sent to one server in one go leaves in one write. The library's own gathering (used for a cluster, where each
 * command goes to the server of its keys) waits for the next turn of the event loop, and for the answers to the turn before.
 */
export class GatheredWrites {
	readonly #client: Client;
	#held: Redis['stream'] | undefined;

	constructor(client: Client) {
		this.#client = client;
	}

	/** To be called before each command. */
	begin(): void {
		if ('nodes' in this.#client) return;
		if (this.#held !== undefined) {
			if (this.#held.writableLength < WRITE_CHARACTERS) return;
			this.#held.uncork();
			this.#held.cork();
			return;
		}
		const { stream } = this.#client;
		this.#held = stream;
		stream.cork();
		queueMicrotask(() => {
			this.#held = undefined;
			stream.uncork();
		});
	}
}
