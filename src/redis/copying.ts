import type { AccountCopy, AccountId, NamedCopy, PositionedConsumer, SessionKey } from '../contract';
import type { Accounts } from './accounts';
import type { Commands } from './connection';
import type { Consumers } from './consumers';
import type { Epoch } from './epoch';
import { dataLost } from './faults';
import type { Intents } from './intents';
import type { Journal } from './journal';
import type { Keys } from './keys';
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
	epoch: Epoch;
	accounts: Accounts;
	consumers: Consumers;
	intents: Intents;
	journal: Journal;
	values: Values;
	waits: Waits;
}

/**
 * All that a mirror needs of one account. The state is read before the entries, so it is never newer than they are; and
 * last of all it is asked whether this is still the life of Redis the reading began in.
 * @throws ChannelError `store_unavailable` when Redis has lost its data meanwhile
 */
export async function copyAccount(account: AccountId, parts: CopyParts): Promise<AccountCopy> {
	const { commands, keys, epoch, journal } = parts;
	const begun = epoch.id;
	const state = await journal.loadState(account);
	const lastSeq = await journal.lastSeq(account);
	const consumers = await positionedConsumers(account, parts);
	const passed = Math.min(...consumers.map(({ position }) => position.watermark));
	const entries: AccountCopy['entries'] = [];
	for (let after = passed === Infinity ? Math.max(0, lastSeq - HELD_REACH) : passed; ;) {
		const page = await journal.readEntries(account, after, PAGE);
		entries.push(...page);
		after = page.at(-1)?.seq ?? after;
		if (page.length < PAGE) break;
	}
	const [waits, intents, sessions] = await Promise.all([
		parts.waits.list(account),
		parts.intents.all(account),
		parts.accounts.sessionsOf(account),
	]);
	const seen: AccountCopy['seen'] = [];
	for (let from = 0; ; from += PAGE) {
		const range = ['ZRANGE', keys.seen(account), from, from + PAGE - 1, 'WITHSCORES'] as const;
		const page = texts(await commands.call(...range));
		for (let at = 0; at + 1 < page.length; at += 2)
			seen.push({ eventId: page[at] ?? '', recordedAt: Number(page[at + 1]) });
		if (page.length < PAGE * 2) break;
	}
	const named = await copyNamed([account, ...sessions], parts);
	await confirmAccount(account, begun, parts);
	return {
		...{ account, epoch: begun, state, entries, seen, consumers, waits, intents, sessions, named },
		lastSeq: Math.max(lastSeq, entries.at(-1)?.seq ?? 0),
	};
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
