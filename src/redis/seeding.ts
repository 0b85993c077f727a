import type {
	AccountId,
	Clock,
	ConsumerPosition,
	IntentState,
	JournalEntry,
	Logger,
	MovedAccount,
	StoreMirror,
} from '../contract';
import { copyAccount, type CopyParts } from './copying';
import { refusalOf } from './faults';
import { endPosition, NOTICED_MS, putState } from './late-copy';
import { paceOwnerOf } from './pace-memory';
import { ACCOUNT_KEEP_MS } from './lifetimes';
import { moveValues } from './moving';
import { outlineOf } from './outline';
import { ageOf, makeWay, putNamed, takeFurther } from './older';
import { list, textOrNull, texts } from './replies';
import { alone } from './turn';

const PAGE = 500;
/**
 * Of triggers in other processes a mirror hears every half minute: entries as new as this, beside its newest one, may be
 * before one that it does not know yet. ms
 */
const UNHEARD_MS = 120_000;
const STEPS: readonly IntentState[] = ['reserved', 'sent', 'done'];
/** Its ids the mirror has already; values written since are newer in Redis. */
const ANEW = { own: new Set<string>(), ids: false, mayTakeNamed: () => false };

export interface SeedParts extends CopyParts {
	clock: Clock;
	logger: Logger;
	/** consumers whose positions this process writes */
	own(id: string): boolean;
	/** was it read for, or sent with, by this process when the data was lost? */
	isOwn(account: AccountId): boolean;
	/** old numbers of what was put back, and the new ones: executions under way still name the old. New ones lie above `start` */
	renumbered(account: AccountId, seqs: ReadonlyMap<number, number>, start: number): void;
	signal: AbortSignal;
}

export interface Seeded {
	accounts: number;
	/** somebody read for them, and no state is known from which to read again: what came in between may be missing */
	gaps: number;
}

/**
 * Puts into a Redis that came back empty what this process' mirror knows, under new numbers: those of each life lie above
 * those of every earlier one, whichever process has known which. Everything is told apart by event ids, not by
 * numbers: so it may be broken off and begun anew, and several mirrors may do it one after another, also when
 * somebody reads for an account already. What is in Redis by then is newer and stays.
 */
export async function seed(mirror: StoreMirror, parts: SeedParts): Promise<Seeded> {
	const { epoch, signal } = parts;
	const seeded: Seeded = { accounts: 0, gaps: 0 };
	const begun = epoch.id;
	if ((await mirror.staleAccounts(begun)).length === 0) return seeded;
	await alone(
		parts,
		async (goOn) => {
			const stored = await mirror.read((source) => source.values());
			const values = stored.filter(({ owner }) => paceOwnerOf(owner) === null);
			const secrets = await mirror.read((source) => source.secrets());
			await moveValues({ values, secrets }, parts);
			for (const { owner, value } of stored) {
				const account = paceOwnerOf(owner);
				if (account !== null) parts.pace.learn(account, value);
			}
			parts.pace.putBack();
			const accounts = await mirror.staleAccounts(begun);
			const finish = async ({ account, mayMiss, putsState }: PutBack): Promise<void> => {
				if (putsState) await putState(mirror, account, parts);
				await copyAccount(account, mirror, parts, ANEW);
				if (mayMiss) seeded.gaps += 1;
				seeded.accounts += 1;
			};
			const inUse: PutBack[] = [];
			for (const account of accounts) {
				await goOn();
				const putBack = await seedAccount(mirror, account, parts);
				if (putBack.inUse) inUse.push(putBack);
				else await finish(putBack);
			}
			if (inUse.length > 0) await parts.clock.sleep(NOTICED_MS, signal);
			for (const putBack of inUse) {
				await goOn();
				await finish(putBack);
			}
		},
		signal,
	);
	return seeded;
}

/** An account of which everything is back but the state from which it is read. */
interface PutBack {
	account: AccountId;
	/** a reader has been here before, and nobody knows from which state to read again */
	mayMiss: boolean;
	/** is the mirror's state to be put in? */
	putsState: boolean;
	/** somebody had triggers open and may not know them rightly: see `endPosition` */
	inUse: boolean;
}

async function seedAccount(mirror: StoreMirror, account: AccountId, parts: SeedParts): Promise<PutBack> {
	const { commands, keys } = parts;
	const known = await mirror.read((source) => source.account(account));
	const age = await ageOf(known, mirror, parts);
	await parts.accounts.list(account);
	if (age === 'older') await putNamed(mirror, known, parts);
	// Of one that is neither read nor listened to, only its sends are known.
	const isRead = known.state !== null || known.consumers.length > 0;
	if (age === 'kept' || (age === 'older' && !isRead)) {
		await seedRest(known, parts);
		return { account, mayMiss: false, putsState: false, inUse: false };
	}
	if (age === 'older') await takeFurther(known, parts);
	const readings = new Map(known.consumers.map(({ id, position }) => [id, toReading(position)]));
	const isBefore: Reading = (seq) => [...readings.values()].some((isOpen) => isOpen(seq));
	if (age === 'older') await makeWay(known, pendingEntries(mirror, known, isBefore, parts), isBefore, parts);
	const head = keys.account(account);
	const asked = await commands.call('HMGET', head, 'state', 'seeded', 'begun');
	const [state, isSeeded, begun] = list(asked).map(textOrNull);
	const isFirst = state == null || isSeeded != null;
	const isReadAnew = state != null && Number(begun ?? 0) > (await mirror.begunOf(account));
	const mayMiss = !isFirst && isRead && known.state === null;
	if (isRead) await commands.call('HSETNX', head, 'seq', Math.max(known.lastSeq, parts.epoch.life));
	const pending: JournalEntry[] = [];
	for await (const page of pendingEntries(mirror, known, isBefore, parts)) {
		for (const entry of page) await seedEntry(account, entry, parts);
		pending.push(...page);
	}
	const journal = await outlineOf(account, parts);
	const done = await seedIds(mirror, known, journal.seqs, parts);
	const renumbered = new Map<number, number>();
	for (const { seq, eventId } of pending) {
		const now = journal.seqs.get(eventId);
		if (now !== undefined) renumbered.set(seq, now);
	}
	const start = journal.first === null ? await parts.journal.lastSeq(account) : journal.first - 1;
	parts.renumbered(account, renumbered, start);
	let inUse = false;
	for (const { position, ...record } of known.consumers) {
		const here = await parts.consumers.load(record.id);
		if (here === null) await parts.consumers.save(record, start);
		else if (here.position.watermark < start) await parts.consumers.resetPosition(record.id, start);
		const isTakenForNew = here !== null && here.record.notBefore > record.notBefore;
		if (isTakenForNew) await parts.consumers.giveBackBeginning(record.id, start, record.notBefore);
		if (here === null || isTakenForNew || isReadAnew) inUse = (await endPosition(record.id, parts)) || inUse;
		const isOpen = readings.get(record.id);
		const open = new Set(pending.filter(({ seq }) => isOpen?.(seq)).map(({ eventId }) => eventId));
		const passed = [...done].filter((id) => !open.has(id)).flatMap((id) => journal.seqs.get(id) ?? []);
		await parts.consumers.acknowledge(record.id, passed, undefined);
		if (here === null || age === 'older' || parts.own(record.id)) {
			for (const emit of position.unsettled) {
				const seqs = emit.seqs.flatMap((seq) => renumbered.get(seq) ?? []);
				if (seqs.length > 0) await parts.consumers.recordEmit(record.id, { ...emit, seqs });
			}
		}
		if (mayMiss) {
			const gap = { from: start, to: start, count: 0 };
			await parts.consumers.acknowledge(record.id, [], undefined, gap);
		}
	}
	for (const { consumer, ...gap } of known.gaps)
		await parts.consumers.acknowledge(consumer, [], undefined, gap);
	await seedRest(known, parts);
	if (isRead) await commands.call('HSET', head, 'seeded', 1);
	await commands.call('PEXPIRE', head, ACCOUNT_KEEP_MS);
	return { account, mayMiss, putsState: true, inUse };
}

/** What somebody has not passed, or may not have, in its order and as the mirror numbers it. */
async function* pendingEntries(
	mirror: StoreMirror,
	{ account, lastSeq }: MovedAccount,
	isBefore: Reading,
	{ clock }: SeedParts,
): AsyncGenerator<JournalEntry[]> {
	const [newest] = await mirror.read((source) => source.entries(account, lastSeq - 1, 1));
	const heardUntil = (newest?.recordedAt ?? clock.now()) - UNHEARD_MS;
	for (let after = 0; ;) {
		const page = await mirror.read((source) => source.entries(account, after, PAGE));
		yield page.filter(
			({ seq, heldBy, recordedAt }) => heldBy !== null || recordedAt > heardUntil || isBefore(seq),
		);
		after = page.at(-1)?.seq ?? after;
		if (page.length < PAGE) return;
	}
}

/** As the reader of this moment would append it: with the account's own fence. */
async function seedEntry(account: AccountId, entry: JournalEntry, parts: SeedParts): Promise<void> {
	const { commands, keys } = parts;
	for (let attempt = 1; ; attempt += 1) {
		const fence = textOrNull(await commands.call('HGET', keys.account(account), 'fence')) ?? '0';
		try {
			await parts.journal.restore(account, Number(fence), entry);
			return;
		} catch (error) {
			// A reader has just sat down.
			if (refusalOf(error) !== 'FENCED' || attempt >= 5) throw error;
		}
	}
}

/** Has a consumer this number still before it? */
export type Reading = (seq: number) => boolean;

function toReading({ watermark, acknowledged }: ConsumerPosition): Reading {
	const done = new Set(acknowledged);
	return (seq) => seq > watermark && !done.has(seq);
}

/** Ids handed on suppress what a recovery brings again. @returns those known here whose entries Redis has */
async function seedIds(
	mirror: StoreMirror,
	{ account, chats }: MovedAccount,
	journal: ReadonlyMap<string, number>,
	{ commands, keys }: SeedParts,
): Promise<Set<string>> {
	const found = new Set<string>();
	for (let after = ''; ;) {
		const page = await mirror.read((source) => source.seen(account, after, PAGE));
		const members = page.flatMap(({ eventId, recordedAt }) => [recordedAt, eventId]);
		if (members.length > 0) await commands.call('ZADD', keys.seen(account), 'NX', ...members);
		for (const { eventId } of page) if (journal.has(eventId)) found.add(eventId);
		after = page.at(-1)?.eventId ?? after;
		if (page.length < PAGE) break;
	}
	const here = texts(await commands.call('ZRANGE', keys.chats(account), 0, -1, 'WITHSCORES'));
	const newest = new Map<string, number>();
	for (let at = 0; at + 1 < here.length; at += 2) newest.set(here[at] ?? '', Number(here[at + 1]));
	const newer = chats.filter(({ chatId, newestAt }) => newestAt > (newest.get(chatId) ?? -Infinity));
	for (let from = 0; from < newer.length; from += PAGE) {
		const members = newer.slice(from, from + PAGE).flatMap(({ chatId, newestAt }) => [newestAt, chatId]);
		await commands.call('ZADD', keys.chats(account), ...members);
	}
	for (const key of [keys.seen(account), keys.chats(account)])
		await commands.call('PEXPIRE', key, ACCOUNT_KEEP_MS);
	return found;
}

async function seedRest(known: MovedAccount, parts: SeedParts): Promise<void> {
	for (const session of known.sessions)
		if ((await parts.accounts.accountOf(session)) === null)
			await parts.accounts.rememberSession(session, known.account);
	for (const intent of known.intents) {
		const { created, intent: found } = await parts.intents.restore(intent);
		// A send only goes on: the one that has come further is the newer.
		if (!created && STEPS.indexOf(found.state) < STEPS.indexOf(intent.state))
			await parts.intents.update(intent.key, intent);
	}
	const asked = new Set((await parts.waits.list(known.account)).map(({ id }) => id));
	for (const wait of known.waits) if (!asked.has(wait.id)) await parts.waits.save(wait);
}
