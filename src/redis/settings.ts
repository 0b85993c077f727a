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
	/** stands before every key, so that several n8n instances can share one Redis */
	prefix: string;
}

/** The value of an environment variable, or undefined when it is unset or empty. */
export type Environment = (name: string) => string | undefined;

const OWN = 'MESSENGER_ACCOUNTS_REDIS';
const N8N = 'QUEUE_BULL_REDIS';

/**
 * Is Redis the store of this process? In n8n's queue mode yes, else only when asked for: `MESSENGER_ACCOUNTS_REDIS=on`
 * chooses it in regular mode too, `off` never, and naming a server (`MESSENGER_ACCOUNTS_REDIS_HOST` or
 * `…_CLUSTER_NODES`) counts as asking.
 * @throws ChannelError `invalid_parameter` naming the variable that cannot be understood
 */
export function redisSettings(environment: Environment): RedisSettings | null {
	const asked = boolean(environment, OWN);
	const named = environment(`${OWN}_HOST`) ?? environment(`${OWN}_CLUSTER_NODES`);
	const wanted = asked ?? (named !== undefined || environment('EXECUTIONS_MODE') === 'queue');
	return wanted ? read(environment) : null;
}

/** Each setting by itself: our own variable, else n8n's, else n8n's default. */
function read(environment: Environment): RedisSettings {
	const either = (name: string): [string, string | undefined] => {
		const own = environment(`${OWN}_${name}`);
		return own === undefined ? [`${N8N}_${name}`, environment(`${N8N}_${name}`)] : [`${OWN}_${name}`, own];
	};
	const flag = (name: string, otherwise: boolean): boolean =>
		boolean(environment, either(name)[0]) ?? otherwise;
	const whole = (name: string, otherwise: number, most: number): number =>
		integer(...either(name), otherwise, most);

	// A server of our own must not be overruled by the cluster n8n happens to use.
	const ownHost = environment(`${OWN}_HOST`);
	const [clusterName, clusterNodes] =
		ownHost === undefined
			? either('CLUSTER_NODES')
			: [`${OWN}_CLUSTER_NODES`, environment(`${OWN}_CLUSTER_NODES`)];
	const cluster = clusterNodes !== undefined && clusterNodes.trim() !== '';
	return {
		nodes: cluster
			? parseNodes(clusterName, clusterNodes)
			: [{ host: either('HOST')[1] ?? 'localhost', port: whole('PORT', 6379, 65_535) }],
		cluster,
		db: cluster ? 0 : whole('DB', 0, 1_000_000),
		username: either('USERNAME')[1],
		password: either('PASSWORD')[1],
		tls: flag('TLS', false)
			? {
					serverName: either('TLS_SERVERNAME')[1],
					verify: flag('TLS_VALIDATE_CERTIFICATE', true),
				}
			: undefined,
		dualStack: flag('DUALSTACK', false),
		resolveNames: either('DNS_LOOKUP_STRATEGY')[1] !== 'NONE',
		prefix: prefixOf(environment),
	};
}

/**
 * Instances of n8n that share one Redis are told apart by Bull's prefix; ours follows it. Braces go: they would become
 * the hash tag of every key and put all of them into one slot.
 */
function prefixOf(environment: Environment): string {
	const own = environment(`${OWN}_PREFIX`);
	const chosen = own ?? `${environment('QUEUE_BULL_PREFIX') ?? 'bull'}:messenger-accounts`;
	return chosen.replace(/[{}]/g, '');
}

/** `host:port,host:port`, IPv6 addresses in brackets, as n8n writes it; the port may be left out. */
function parseNodes(name: string, text: string): RedisSettings['nodes'] {
	return text
		.split(',')
		.map((part) => part.trim())
		.filter((part) => part !== '')
		.map((part) => {
			const match = /^(\[[^\]]+\]|[^:[\]]+)(?::(\d+))?$/.exec(part);
			if (match === null) throw invalid(name, 'is not a list of host:port');
			const host = (match[1] ?? '').replace(/^\[|\]$/g, '');
			return { host, port: integer(name, match[2], 6379, 65_535) };
		});
}

function boolean(environment: Environment, name: string): boolean | undefined {
	const text = environment(name)?.trim().toLowerCase();
	if (text === undefined) return undefined;
	if (['true', '1', 'on', 'yes'].includes(text)) return true;
	if (['false', '0', 'off', 'no'].includes(text)) return false;
	throw invalid(name, 'is neither true nor false');
}

function integer(name: string, text: string | undefined, otherwise: number, most: number): number {
	if (text === undefined) return otherwise;
	const value = Number(text.trim());
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
