import type { Cluster, DNSLookupFunction, Redis, RedisOptions } from '#lib/ioredis';
import { isNotPermitted, isReadOnly } from './faults';
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
		reconnectOnError: (error: Error) => isReadOnly(error),
	} satisfies RedisOptions;
	if (!settings.cluster) {
		return silent(
			new Redis({
				...shared,
				...settings.nodes[0],
				db: settings.db,
				retryStrategy: retry,
				enableOfflineQueue: false,
				lazyConnect: true,
			}),
		);
	}
	return new Cluster(settings.nodes, {
		// The cluster is asked whether it is ready; of a server the library asks with INFO, see `silent`.
		redisOptions: { ...shared, enableReadyCheck: false },
		clusterRetryStrategy: retry,
		enableOfflineQueue: false,
		// What was on its way to a server that died may have been done: the library would send it again.
		retryDelayOnFailover: 0,
		enableAutoPipelining: options.blocking !== true,
		lazyConnect: true,
		slotsRefreshTimeout: settings.slots.answerMs,
		slotsRefreshInterval: settings.slots.everyMs,
		...(settings.resolveNames ? {} : { dnsLookup: unresolved }),
	});
}

type Answered = (error?: Error | null, reply?: string) => void;

/**
 * As it connects, the library writes to the console by itself when INFO is refused, when a password is given that nobody
 * asked for, and when a user name is given to a Redis that knows none (before 6). The first two are no fault; the third is
 * told as one.
 */
function silent(client: Redis): Redis {
	const info = client.info.bind(client) as (answered: Answered) => Promise<string>;
	const auth = client.auth.bind(client) as (...args: unknown[]) => Promise<'OK'>;
	const mayBeRefused = (answered: Answered): Promise<string> =>
		info((error, reply) => {
			if (isNotPermitted(error)) answered(null, '');
			else answered(error, reply);
		});
	const mayBeNeedless = async (...args: unknown[]): Promise<'OK'> => {
		try {
			return await auth(...args);
		} catch (error) {
			const said = error instanceof Error ? error.message : '';
			if (/no password is set|without any password configured/.test(said)) return 'OK';
			if (said.includes('wrong number of arguments'))
				throw new Error('WRONGPASS no user names before Redis 6');
			throw error;
		}
	};
	// Called in these forms only; the library declares many more.
	client.info = mayBeRefused as typeof client.info;
	client.auth = mayBeNeedless;
	return client;
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
