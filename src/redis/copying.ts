import type { AccountId, NamedCopy, PositionedConsumer, Random, SessionKey, StoreMirror } from '../contract';
import type { Accounts } from './accounts';
import type { Commands } from './connection';
import type { Consumers } from './consumers';
import type { Epoch } from './epoch';
import { dataLost } from './faults';
import type { Intents } from './intents';
import type { Journal } from './journal';
import type { Keys } from './keys';
import type { Pace } from './pace';
import { texts, textOrNull } from './replies';
import type { Values } from './values';
import type { Waits } from './waits';

/** Entries or ids read at once. */
const PAGE = 500;
/** Where nobody has a position, so far back a question may have an answer that is held for it. */
const HELD_REACH = 10_000;

export interface CopyParts {
	commands: Commands;
	keys: Keys;
	random: Random;
	epoch: Epoch;
	accounts: Accounts;
	consumers: Consumers;
	intents: Intents;
	journal: Journal;
	pace: Pace;
	values: Values;
	waits: Waits;
}

/**
 * Copies one account into the mirror, in one step however much it is. The state is read first, then the ids, then the
 * entries: so it is never newer than the entries that are there, and no id is there whose entry was missed. Before the copy
 * is taken for what is in Redis now it is asked whether this is still the life of Redis in which the reading began.
 * `ids`: also those of entries that are gone. `begun`: the life of Redis that is copied; the one there is now.
 * @throws ChannelError `store_unavailable` when Redis has lost its data meanwhile
 */
export async function copyAccount(
	account: AccountId,
	mirror: StoreMirror,
	parts: CopyParts,
	options: { own: ReadonlySet<string>; ids: boolean; mayTakeNamed(): boolean; hasAllSends(): boolean },
	begun = parts.epoch.id,
): Promise<void> {
	const { journal, random } = parts;
	const { state, begun: stateBegun } = await journal.loadLine(account);
	const lastSeq = await journal.lastSeq(account);
	const consumers = await positionedConsumers(account, parts);
	const [waits, intents, sessions] = await Promise.all([
		parts.waits.list(account),
		parts.intents.all(account),
		parts.accounts.sessionsOf(account),
	]);
	const found = await copyNamed([account, ...sessions], parts);
	const staged = `${account}:${random.hex(8)}`;
	try {
		if (options.ids) await stageIds(account, staged, mirror, parts);
		await stageEntries(account, staged, { consumers, lastSeq }, mirror, parts);
		await confirmAccount(account, begun, parts);
		const named = options.mayTakeNamed() ? found : null;
		const copy = {
			...{ account, epoch: begun, lastSeq, state, begun: stateBegun },
			...{ consumers, waits, intents, hasAllSends: options.hasAllSends(), sessions, named },
		};
		await mirror.takeAccount(copy, staged, options.own);
	} finally {
		await mirror.unstage(staged);
	}
}

async function stageIds(
	account: AccountId,
	staged: string,
	mirror: StoreMirror,
	{ commands, keys }: CopyParts,
): Promise<void> {
	for (let from = 0; ; from += PAGE) {
		const range = ['ZRANGE', keys.seen(account), from, from + PAGE - 1, 'WITHSCORES'] as const;
		const page = texts(await commands.call(...range));
		const seen = page.flatMap((eventId, at) =>
			at % 2 === 0 ? [{ eventId, recordedAt: Number(page[at + 1]) }] : [],
		);
		await mirror.stage(staged, [], seen);
		if (seen.length < PAGE) return;
	}
}

/** Those that some trigger has before it. */
async function stageEntries(
	account: AccountId,
	staged: string,
	{ consumers, lastSeq }: { consumers: readonly PositionedConsumer[]; lastSeq: number },
	mirror: StoreMirror,
	{ journal }: CopyParts,
): Promise<void> {
	const passed = Math.min(...consumers.map(({ position }) => position.watermark));
	for (let after = passed === Infinity ? Math.max(0, lastSeq - HELD_REACH) : passed; ;) {
		const page = await journal.readEntries(account, after, PAGE);
		await mirror.stage(staged, page, []);
		after = page.at(-1)?.seq ?? after;
		if (page.length < PAGE) return;
	}
}

/** `atMost`: an owner with more values than this is left out. */
export async function copyNamed(
	owners: readonly (AccountId | SessionKey)[],
	{ values }: Pick<CopyParts, 'values'>,
	atMost = Infinity,
): Promise<NamedCopy> {
	const named: NamedCopy = { owners: [], values: [], secrets: [] };
	for (const owner of owners) {
		if (atMost !== Infinity && (await values.count(owner)) > atMost) continue;
		const found = await values.all(owner);
		named.owners.push(owner);
		named.values.push(...found.values);
		named.secrets.push(...found.secrets);
	}
	return named;
}

export async function positionedConsumers(
	account: AccountId,
	{ consumers }: Pick<CopyParts, 'consumers'>,
): Promise<PositionedConsumer[]> {
	const records = await consumers.list(account);
	const loaded = await Promise.all(records.map(({ id }) => consumers.load(id)));
	return loaded
		.filter((consumer) => consumer !== null)
		.map(({ record, position }) => ({ ...record, position }));
}

/** What was read before this is of the epoch in which reading began. In a cluster an account may be lost alone. */
export async function confirmAccount(
	account: AccountId,
	begun: string,
	{ commands, keys, epoch }: Pick<CopyParts, 'commands' | 'keys' | 'epoch'>,
): Promise<void> {
	const entered = textOrNull(await commands.call('HGET', keys.account(account), 'epoch'));
	await epoch.confirm(commands);
	if (entered !== begun || epoch.id !== begun) throw dataLost();
}
