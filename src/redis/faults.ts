import { ChannelError } from '../contract';

/** How soon a caller may try again, ms: ioredis reconnects within a second once Redis answers. */
const RETRY_MS = 5_000;

/** What a server's error reply means to a person, by its first word. https://redis.io/docs (error replies) */
const REPLIES: Readonly<Record<string, [message: string, hint?: string]>> = {
	READONLY: ['Redis is a read-only replica now'],
	OOM: ['Redis is out of memory', 'Give Redis more memory (maxmemory), with the policy noeviction.'],
	LOADING: ['Redis is loading its data'],
	BUSY: ['Redis is busy with a script'],
	MASTERDOWN: ['Redis has lost its master'],
	CLUSTERDOWN: ['The Redis cluster is down'],
	TRYAGAIN: ['The Redis cluster is moving data'],
	MOVED: ['The Redis cluster is moving data'],
	ASK: ['The Redis cluster is moving data'],
	MISCONF: ['Redis cannot write its data to disk', 'Look at the disk and the log of the Redis server.'],
	NOREPLICAS: ['Redis has too few replicas to accept writes'],
	NOAUTH: ['Redis wants a password', 'Set QUEUE_BULL_REDIS_PASSWORD.'],
	WRONGPASS: ['Redis refuses the user name or password', 'Check QUEUE_BULL_REDIS_USERNAME and …_PASSWORD.'],
	NOPERM: [
		'The Redis user may not do what is needed',
		'Allow it all commands on the keys of this package, scripts included.',
	],
};

/** Our own scripts' refusals, `<WORD> <detail>`; made into errors by whoever called the script. */
const REFUSALS: readonly string[] = ['EPOCH', 'FENCED', 'NOCONSUMER', 'NOTACOUNTER'];

/** The word of a refusal by one of our scripts, or null. */
export function refusalOf(error: unknown): string | null {
	const word = firstWord(error);
	return REFUSALS.includes(word) ? word : null;
}

export function isUnknownScript(error: unknown): boolean {
	return firstWord(error) === 'NOSCRIPT';
}

/** A server of a cluster that has not, or not yet, or not any more, what was asked for. */
export function isRedirected(error: unknown): boolean {
	return error instanceof Error && /^(?:MOVED|ASK|TRYAGAIN) /.test(error.message);
}

/** A demoted master, or a replica. */
export function isReadOnly(error: unknown): boolean {
	return firstWord(error) === 'READONLY';
}

/** A user's rights (`ACL`) do not include it. */
export function isNotPermitted(error: unknown): boolean {
	return firstWord(error) === 'NOPERM';
}

/**
 * Any failure of Redis as `store_unavailable`. Only the kind of failure is passed on: a command's arguments hold message
 * text, an address may hold a password.
 */
export function unavailable(error: unknown): ChannelError {
	if (ChannelError.is(error)) return error;
	const reply = REPLIES[firstWord(error)];
	const message = reply?.[0] ?? `Redis does not answer: ${kindOf(error)}`;
	const hint = reply?.[1];
	return new ChannelError('store_unavailable', message, {
		retry: { afterMs: RETRY_MS },
		...(hint === undefined ? {} : { hint }),
	});
}

export function closed(): ChannelError {
	return new ChannelError('store_unavailable', 'The store is closed.', { retry: { afterMs: RETRY_MS } });
}

const DATA_LOST = 'Redis has lost its data.';

/** What was known is gone, and is being put back or begun anew. */
export function dataLost(): ChannelError {
	return new ChannelError('store_unavailable', DATA_LOST, { retry: { afterMs: RETRY_MS } });
}

/** Of a process that put back, or moved, what another store held: see `alone`. */
export function turnLost(): ChannelError {
	const message = 'Another process puts its data into Redis now.';
	return new ChannelError('store_unavailable', message, { retry: { afterMs: RETRY_MS } });
}

/** Why a Redis that is there takes no writes, a sentence for `status`, or null. */
export function refusedWrite(error: unknown): string | null {
	if (!ChannelError.is(error)) return null;
	const known = ['OOM', 'MISCONF', 'NOREPLICAS'].some((word) => REPLIES[word]?.[0] === error.message);
	return known ? [`${error.message}.`, error.hint].filter((part) => part !== undefined).join(' ') : null;
}

export function isDataLost(error: unknown): boolean {
	return ChannelError.is(error) && error.message === DATA_LOST;
}

/** Before Redis 7 an error within a script is wrapped: `ERR Error running script (call to f_…): @user_script:2: -OOM …`. */
const WITHIN_SCRIPT =
	/^-?ERR Error running script .*?@user_script: ?\d+: (?:@user_script: ?\d+: )?-?([A-Z]{2,}) /;

/** The library has followed a cluster from server to server, and gives up. */
const TOO_OFTEN = /^Too many Cluster redirections\. Last error: \w+: ([A-Z]+)\b/;

function firstWord(error: unknown): string {
	if (!(error instanceof Error)) return '';
	const { message } = error;
	const found = WITHIN_SCRIPT.exec(message) ?? TOO_OFTEN.exec(message) ?? /^-?([A-Z]+)\b/.exec(message);
	return found?.[1] ?? '';
}

/** The library's word for what it was told to do without a connection: it says nothing of why there is none. */
export function isClosing(error: unknown): boolean {
	return error instanceof Error && /writeable|Connection is closed|isn't ready/i.test(error.message);
}

/** A system code (`ECONNREFUSED`), the library's own class of error, or the server's error word. */
function kindOf(error: unknown): string {
	if (!(error instanceof Error)) return 'unknown error';
	if ('code' in error && typeof error.code === 'string') return error.code;
	if (error.name === 'MaxRetriesPerRequestError' || error.name === 'AbortError')
		return 'the connection was lost';
	if (isClosing(error)) return 'there is no connection';
	if (/timed? ?out/i.test(error.message)) return 'it took too long';
	return firstWord(error) === '' ? error.name : firstWord(error);
}
