import type { Redis } from 'ioredis';

const DAY = 86_400_000;

/** One kind of key: whose it is, what bounds it while the system runs, and when Redis forgets it by itself at the latest. */
interface KeyKind {
	type: 'string' | 'hash' | 'set' | 'zset' | 'stream';
	owner: string;
	bound: string;
	maxTtlMs: number;
}

const of = (type: KeyKind['type'], owner: string, bound: string, days: number): KeyKind => ({
	type,
	owner,
	bound,
	maxTtlMs: days * DAY,
});

/** Every kind of key there may be. A key that is not in this table fails the tests. */
export const KEY_KINDS: Readonly<Record<string, KeyKind>> = {
	epoch: of('hash', 'everybody', 'one', 400),
	mark: of('string', 'a process', 'one per process, which takes it along when it ends', 100),
	moving: of('string', 'who moves a file into Redis', 'one, for a minute', 1),
	accounts: of('set', 'everybody', 'one member per account ever open', 400),
	account: of('hash', 'the reader', 'seven fields per account', 100),
	journal: of('stream', 'the reader', '100,000 entries and 7 days, by the sweep', 100),
	held: of('hash', 'the reader', 'no more than entries', 100),
	seen: of('zset', 'the reader', 'ids of a week, by the sweep', 100),
	chats: of('zset', 'the reader', 'chats of 90 days, by the sweep', 100),
	sweeping: of('string', 'who sweeps', 'one per account, for two minutes', 1),
	consumers: of('set', 'the account', 'one member per trigger', 100),
	consumer: of('hash', 'a trigger', 'one per trigger, 90 days after it was last attached', 100),
	acknowledged: of('zset', 'a trigger', 'entries above its watermark', 100),
	emits: of('hash', 'a trigger', 'executions under way', 100),
	gaps: of('hash', 'a trigger', 'until told', 100),
	intent: of('hash', 'a send', 'its time of remembrance, a week at most', 400),
	intents: of('zset', 'the account', 'unexpired sends', 400),
	waits: of('hash', 'the account', 'pending questions', 400),
	wait: of('string', 'a question', 'its time limit', 400),
	values: of(
		'hash',
		'an account or session',
		'names of its driver and policies; expired ones by the sweep',
		400,
	),
	secrets: of('hash', 'an account or session', 'one per kind of token, sealed', 400),
	session: of('string', 'a session', 'one per login', 400),
	sessions: of('set', 'the account', 'one member per login', 400),
	pace: of('zset', 'an account or session', 'points within its window', 1),
	pacechats: of('zset', 'an account or session', 'chats written to within the least gap', 1),
	pauses: of('hash', 'an account or session', 'one per limit of the provider', 1),
	lease: of('hash', 'who holds it', 'one per session in use and per attached trigger', 1),
	processes: of('zset', 'everybody', 'one member per process seen within half a minute', 1),
	inbox: of('stream', 'a process', '1,000 unread messages, 32 more of each sender', 1),
	reader: of('hash', 'who reads the account', 'one per account in use', 1),
};

export interface FoundKey {
	key: string;
	kind: string;
	type: string;
	ttlMs: number;
	/** everything in it, as text */
	content: string;
}

/** All keys under a prefix with their content. */
export async function listKeys(client: Redis, prefix: string): Promise<FoundKey[]> {
	const keys = (await client.keys(`${prefix}*`)).sort();
	return Promise.all(
		keys.map(async (key) => {
			const type = await client.type(key);
			return {
				key,
				kind: /^:v1:([a-z]+)/.exec(key.slice(prefix.length))?.[1] ?? 'unknown',
				type,
				ttlMs: await client.pttl(key),
				content: JSON.stringify(await contentOf(client, key, type)),
			};
		}),
	);
}

function contentOf(client: Redis, key: string, type: string): Promise<unknown> {
	switch (type) {
		case 'hash':
			return client.hgetall(key);
		case 'set':
			return client.smembers(key);
		case 'zset':
			return client.zrange(key, '0', '-1', 'WITHSCORES');
		case 'stream':
			return client.xrange(key, '-', '+');
		default:
			return client.get(key);
	}
}

/** What is wrong with these keys: of no known kind, without an end, or holding one of `secrets`. */
export function complaints(found: readonly FoundKey[], secrets: readonly string[]): string[] {
	return found.flatMap(({ key, kind, type, ttlMs, content }) => {
		const known = KEY_KINDS[kind];
		if (known === undefined) return [`${key}: of no kind that KEY_KINDS explains`];
		return [
			...(type === known.type ? [] : [`${key}: is a ${type}, not a ${known.type}`]),
			...(ttlMs > 0 && ttlMs <= known.maxTtlMs ? [] : [`${key}: ends in ${ttlMs} ms`]),
			...secrets.filter((secret) => content.includes(secret)).map((_, n) => `${key}: holds secret ${n}`),
		];
	});
}
