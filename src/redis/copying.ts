import type { AccountId, NamedCopy, PositionedConsumer, SessionKey, StoreMirror } from '../contract';
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
 * Copies one account into the mirror. The state is read first and taken last, so it is never newer than the entries that
 * are there. Before anything is taken for what is in Redis now it is asked whether this is still the life of Redis in
 * which the reading began. `ids`: also those of entries that are gone.
 * @throws ChannelError `store_unavailable` when Redis has lost its data meanwhile
 */
export async function copyAccount(
	account: AccountId,
	mirror: StoreMirror,
	parts: CopyParts,
	options: { own: ReadonlySet<string>; ids: boolean; mayTakeNamed(): boolean },
): Promise<void> {
	const { commands, keys, epoch, journal } = parts;
	const begun = epoch.id;
	const state = await journal.loadState(account);
	const lastSeq = await journal.lastSeq(account);
	const consumers = await positionedConsumers(account, parts);
	const [waits, intents, sessions] = await Promise.all([
		parts.waits.list(account),
		parts.intents.all(account),
		parts.accounts.sessionsOf(account),
	]);
	const found = await copyNamed([account, ...sessions], parts);
	await confirmAccount(account, begun, parts);
	const named = options.mayTakeNamed() ? found : null;
	const head = { account, epoch: begun, lastSeq, consumers, waits, intents, sessions, named };
	await mirror.takeAccount(head, options.own);

	const passed = Math.min(...consumers.map(({ position }) => position.watermark));
	for (let after = passed === Infinity ? Math.max(0, lastSeq - HELD_REACH) : passed; ;) {
		const page = await journal.readEntries(account, after, PAGE);
		await mirror.takeEntries(account, begun, page);
		after = page.at(-1)?.seq ?? after;
		if (page.length < PAGE) break;
	}
	for (let from = 0; options.ids; from += PAGE) {
		const range = ['ZRANGE', keys.seen(account), from, from + PAGE - 1, 'WITHSCORES'] as const;
		const page = texts(await commands.call(...range));
		const seen = page.flatMap((eventId, at) =>
			at % 2 === 0 ? [{ eventId, recordedAt: Number(page[at + 1]) }] : [],
		);
		await mirror.takeSeen(account, begun, seen);
		if (seen.length < PAGE) break;
	}
	await confirmAccount(account, begun, parts);
	await mirror.takeState(account, begun, state);
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
