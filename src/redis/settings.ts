import { ChannelError } from '../contract';

/** Where Redis is and how to be let in. Password and user name never leave this room. */
export interface RedisSettings {
	/** one server, or the cluster's first contacts */
	nodes: { host: string; port: number }[];
	cluster: boolean;
	/** ignored in a cluster, which has only database 0 */
	db: number;
	username: string | undefined;
	password: string | undefined;
	tls: { serverName: string | undefined; verify: boolean } | undefined;
	/** look up IPv6 addresses too */
	dualStack: boolean;
	/** a cluster behind TLS names its nodes by names that must not be resolved here */
	resolveNames: boolean;
	/** how a cluster is asked who has which slot: how long for an answer, and how often (0 = only when told), ms */
	slots: { answerMs: number; everyMs: number };
	/** stands before every key, so that several n8n instances can share one Redis */
	prefix: string;
}

/** The value of an environment variable as it stands there, or undefined when it is unset or empty. */
export type Environment = (name: string) => string | undefined;

const OWN = 'MESSENGER_ACCOUNTS_REDIS';
const N8N = 'QUEUE_BULL_REDIS';
const LONGEST_MS = 86_400_000;

/**
 * Is Redis the store of this process? In n8n's queue mode yes, else only when asked for: `MESSENGER_ACCOUNTS_REDIS=on`
 * chooses it in regular mode too, `off` never, and naming a server (`MESSENGER_ACCOUNTS_REDIS_HOST` or
 * `…_CLUSTER_NODES`) counts as asking. A worker is in queue mode whatever its environment says, as n8n makes it.
 * @throws ChannelError `invalid_parameter` naming the variable that cannot be understood
 */
export function redisSettings(environment: Environment, isWorker = false): RedisSettings | null {
	const asked = ownBoolean(environment, OWN);
	const named = text(environment, `${OWN}_HOST`) ?? text(environment, `${OWN}_CLUSTER_NODES`);
	const isQueue = isWorker || text(environment, 'EXECUTIONS_MODE') === 'queue';
	return (asked ?? (named !== undefined || isQueue)) ? read(environment) : null;
}

/**
 * Each setting by itself: our own variable, else n8n's, else n8n's default. Ours are refused when they make no sense. What
 * makes no sense in n8n's is what n8n takes for it, its default: we must not miss the Redis n8n uses.
 */
function read(environment: Environment): RedisSettings {
	const either = (name: string): string | undefined =>
		text(environment, `${OWN}_${name}`) ?? text(environment, `${N8N}_${name}`);
	const flag = (name: string, otherwise: boolean): boolean =>
		ownBoolean(environment, `${OWN}_${name}`) ?? n8nBoolean(environment, `${N8N}_${name}`) ?? otherwise;
	const whole = (name: string, otherwise: number, most: number): number => {
		const own = text(environment, `${OWN}_${name}`);
		if (own !== undefined) return integer(`${OWN}_${name}`, own, most);
		const given = environment(`${N8N}_${name}`);
		return given === undefined || given.trim() === '' || Number.isNaN(Number(given))
			? otherwise
			: integer(`${N8N}_${name}`, given, most);
	};

	// A server of our own must not be overruled by the cluster n8n happens to use.
	const ownCluster = text(environment, `${OWN}_CLUSTER_NODES`);
	const isOwn = text(environment, `${OWN}_HOST`) !== undefined || ownCluster !== undefined;
	const clusterNodes = isOwn ? ownCluster : text(environment, `${N8N}_CLUSTER_NODES`);
	const cluster = clusterNodes !== undefined;
	return {
		nodes: cluster
			? parseNodes(`${isOwn ? OWN : N8N}_CLUSTER_NODES`, clusterNodes)
			: [{ host: either('HOST') ?? 'localhost', port: whole('PORT', 6379, 65_535) }],
		cluster,
		db: cluster ? 0 : whole('DB', 0, 1_000_000),
		username: either('USERNAME'),
		password: either('PASSWORD'),
		tls: flag('TLS', false)
			? {
					serverName: either('TLS_SERVERNAME'),
					verify: flag('TLS_VALIDATE_CERTIFICATE', true),
				}
			: undefined,
		dualStack: flag('DUALSTACK', false),
		resolveNames: either('DNS_LOOKUP_STRATEGY') !== 'NONE',
		slots: {
			answerMs: whole('SLOT_REFRESH_TIMEOUT', 5_000, LONGEST_MS),
			everyMs: whole('SLOT_REFRESH_INTERVAL', 5_000, LONGEST_MS),
		},
		prefix: prefixOf(environment),
	};
}

/**
 * Instances of n8n that share one Redis are told apart by Bull's prefix; ours follows it. Braces go: they would become
 * the hash tag of every key and put all of them into one slot.
 */
function prefixOf(environment: Environment): string {
	const own = text(environment, `${OWN}_PREFIX`);
	const chosen = own ?? `${text(environment, 'QUEUE_BULL_PREFIX') ?? 'bull'}:messenger-accounts`;
	return chosen.replace(/[{}]/g, '');
}

/** `host:port,host:port`, IPv6 addresses in brackets, as n8n writes it; the port may be left out. */
function parseNodes(name: string, given: string): RedisSettings['nodes'] {
	return given
		.split(',')
		.map((part) => part.trim())
		.filter((part) => part !== '')
		.map((part) => {
			const match = /^(\[[^\]]+\]|[^:[\]]+)(?::(\d+))?$/.exec(part);
			if (match === null) throw invalid(name, 'is not a list of host:port');
			const host = (match[1] ?? '').replace(/^\[|\]$/g, '');
			return { host, port: match[2] === undefined ? 6379 : integer(name, match[2], 65_535) };
		});
}

/**
 * Without the spaces and the one pair of quotes around it, which n8n takes off, too: `docker run --env-file` leaves quotes where
 * they are. (n8n 2.41, `@n8n/config`)
 */
function text(environment: Environment, name: string): string | undefined {
	const value = environment(name)
		?.trim()
		.replace(/^(['"])(.*)\1$/, '$2');
	return value === '' ? undefined : value;
}

function ownBoolean(environment: Environment, name: string): boolean | undefined {
	const value = text(environment, name)?.trim().toLowerCase();
	if (value === undefined) return undefined;
	if (['true', '1', 'on', 'yes'].includes(value)) return true;
	if (['false', '0', 'off', 'no'].includes(value)) return false;
	throw invalid(name, 'is neither true nor false');
}

/** n8n takes no quotes off here, and knows two words for each; for anything else it warns and takes its default. */
function n8nBoolean(environment: Environment, name: string): boolean | undefined {
	const value = environment(name)?.toLowerCase();
	if (value === 'true' || value === '1') return true;
	return value === 'false' || value === '0' ? false : undefined;
}

function integer(name: string, given: string, most: number): number {
	const value = Number(given.trim());
	if (!Number.isInteger(value) || value < 0 || value > most) {
		throw invalid(name, `is not a whole number up to ${most}`);
	}
	return value;
}

/** Names the variable and never its value: it may stand beside a password. */
function invalid(name: string, problem: string): ChannelError {
	return new ChannelError('invalid_parameter', `The environment variable ${name} ${problem}`, {
		field: name,
	});
}
