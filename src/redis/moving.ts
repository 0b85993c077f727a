import type { AccountId, JournalEntry, Logger, MovedAccount, MoveSource } from '../contract';
import type { Accounts } from './accounts';
import type { Consumers } from './consumers';
import type { Intents } from './intents';
import { ACCOUNT_KEEP_MS, VALUE_KEEP_MS } from './lifetimes';
import { alone, type TurnParts } from './turn';
import type { Waits } from './waits';

/** Entries or ids written at once. */
const AT_ONCE = 500;

export interface MovingParts extends TurnParts {
	logger: Logger;
	accounts: Accounts;
	consumers: Consumers;
	intents: Intents;
	waits: Waits;
}

/**
 * What n8n kept in its file before it was switched to queue mode goes on in Redis: positions, numbers, ids, engine
 * states, intents, questions, values, sealed tokens. An account that Redis knows already stays as it is there: its
 * engine state is the last thing written, so one that is there is whole, and one that was broken off begins anew.
 */
export async function moveIn(open: () => Promise<MoveSource | null>, parts: MovingParts): Promise<void> {
	await alone(parts, async (goOn) => {
		const source = await open();
		if (source === null) return;
		let moved = false;
		try {
			const accounts = source.accounts();
			for (const account of accounts) {
				await goOn();
				await moveAccount(source, account, parts, goOn);
			}
			await goOn();
			await moveValues({ values: source.values(), secrets: source.secrets() }, parts);
			moved = true;
			const meta = { from: source.name, accounts: accounts.length };
			parts.logger.info('what the file held goes on in Redis', meta);
		} finally {
			source.close(moved);
		}
	});
}

async function moveAccount(
	source: MoveSource,
	account: AccountId,
	parts: MovingParts,
	goOn: () => Promise<void>,
): Promise<void> {
	const { commands, keys } = parts;
	const head = keys.account(account);
	if (
		(await commands.call('HEXISTS', head, 'seq')) === 1 ||
		(await commands.call('HEXISTS', head, 'state')) === 1
	)
		return;
	const known = source.account(account);
	await parts.accounts.list(account);
	await moveJournal(source, known, parts, goOn);
	await goOn();
	for (const session of known.sessions) await parts.accounts.rememberSession(session, account);
	for (const { position, ...record } of known.consumers) {
		await parts.consumers.save(record);
		await parts.consumers.resetPosition(record.id, position.watermark);
		await parts.consumers.acknowledge(record.id, position.acknowledged, undefined);
		for (const emit of position.unsettled) await parts.consumers.recordEmit(record.id, emit);
	}
	for (const { consumer, ...gap } of known.gaps)
		await parts.consumers.acknowledge(consumer, [], undefined, gap);
	for (const intent of known.intents) await parts.intents.restore(intent);
	for (const wait of known.waits) await parts.waits.save(wait);
	const state = known.state === null ? [] : ['state', JSON.stringify(known.state)];
	await commands.call('HSET', head, 'seq', known.lastSeq, ...state);
	await commands.call('PEXPIRE', head, ACCOUNT_KEEP_MS);
}

async function moveJournal(
	source: MoveSource,
	{ account, chats }: MovedAccount,
	{ commands, keys }: MovingParts,
	goOn: () => Promise<void>,
): Promise<void> {
	const [journal, held, seen, newest] = [
		keys.journal(account),
		keys.held(account),
		keys.seen(account),
		keys.chats(account),
	];
	await commands.call('DEL', journal, held, seen, newest);
	for (let after = 0; ;) {
		const page = source.entries(account, after, AT_ONCE);
		await goOn();
		// Asked for in order over one connection: they arrive in order.
		await Promise.all(page.map((entry) => commands.call('XADD', journal, ...streamEntry(entry))));
		const holds = page.flatMap(({ seq, heldBy, heldUntil }) =>
			heldBy === null ? [] : [seq, `${heldUntil ?? 0}|${heldBy}`],
		);
		if (holds.length > 0) await commands.call('HSET', held, ...holds);
		after = page.at(-1)?.seq ?? after;
		if (page.length < AT_ONCE) break;
	}
	for (let after = ''; ;) {
		const page = source.seen(account, after, AT_ONCE);
		const members = page.flatMap(({ eventId, recordedAt }) => [recordedAt, eventId]);
		if (members.length > 0) await commands.call('ZADD', seen, ...members);
		after = page.at(-1)?.eventId ?? after;
		if (page.length < AT_ONCE) break;
	}
	for (let from = 0; from < chats.length; from += AT_ONCE) {
		const some = chats.slice(from, from + AT_ONCE);
		await commands.call('ZADD', newest, ...some.flatMap(({ chatId, newestAt }) => [newestAt, chatId]));
	}
	for (const key of [journal, held, seen, newest]) await commands.call('PEXPIRE', key, ACCOUNT_KEEP_MS);
}

/** As the script `append` writes it. */
function streamEntry(entry: JournalEntry): (string | number)[] {
	const { seq, eventId, chatId, at, recordedAt, recovered, late, event } = entry;
	const flags = `${Number(recovered)}${Number(late)}`;
	const text = event === null ? '' : JSON.stringify(event);
	return [`${seq}-0`, 'i', eventId, 'c', chatId, 'a', at, 'r', recordedAt, 'f', flags, 'e', text];
}

/** What Redis has already is newer, unless it is written over. */
export async function moveValues(
	source: {
		values: ReturnType<MoveSource['values']>;
		secrets: ReturnType<MoveSource['secrets']>;
	},
	{ commands, keys }: Pick<TurnParts, 'commands' | 'keys'>,
	known: 'stays' | 'over' = 'stays',
): Promise<void> {
	const put = known === 'over' ? 'HSET' : 'HSETNX';
	const owners = new Set<string>();
	for (const { owner, name, value, expiresAt } of source.values) {
		const line = `${expiresAt ?? ''}|${JSON.stringify(value)}`;
		await commands.call(put, keys.values(owner), name, line);
		owners.add(keys.values(owner));
	}
	for (const { owner, name, sealed } of source.secrets) {
		await commands.call(put, keys.secrets(owner), name, sealed);
		owners.add(keys.secrets(owner));
	}
	for (const key of owners) await commands.call('PEXPIRE', key, VALUE_KEEP_MS);
}
