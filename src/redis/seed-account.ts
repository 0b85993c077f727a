import {
	isFurther,
	type AccountId,
	type ConsumerPosition,
	type JournalEntry,
	type MovedAccount,
	type PositionedConsumer,
	type StoreMirror,
} from '../contract';
import { refusalOf } from './faults';
import { endPosition } from './late-copy';
import { ACCOUNT_KEEP_MS } from './lifetimes';
import { ageOf, makeWay, putNamed, takeFurther, type Age } from './older';
import { outlineOf } from './outline';
import { list, textOrNull, texts } from './replies';
import type { SeedParts } from './seeding';

const PAGE = 500;
/**
 * Of triggers in other processes a mirror hears every half minute: entries as new as this, beside its newest one, may be
 * before one that it does not know yet. ms
 */
const UNHEARD_MS = 120_000;

/** An account of which everything is back but the state from which it is read. */
export interface PutBack {
	account: AccountId;
	/** a reader has been here before, and nobody knows from which state to read again */
	mayMiss: boolean;
	/** is the mirror's state to be put in? */
	putsState: boolean;
	/** somebody had triggers open and may not know them rightly: see `endPosition` */
	inUse: boolean;
}

export async function seedAccount(
	mirror: StoreMirror,
	account: AccountId,
	parts: SeedParts,
): Promise<PutBack> {
	const known = await mirror.read((source) => source.account(account));
	const age = await ageOf(known, mirror, parts);
	await parts.accounts.list(account);
	if (age === 'older') await putNamed(mirror, known, parts);
	// Of one that is neither read nor listened to, only its sends are known.
	const isRead = known.state !== null || known.consumers.length > 0;
	const putBack =
		age === 'kept' || (age === 'older' && !isRead)
			? { account, mayMiss: false, putsState: false, inUse: false }
			: await seedReading(mirror, known, age, isRead, parts);
	await seedRest(known, parts);
	return putBack;
}

/** What was read and who listens. */
async function seedReading(
	mirror: StoreMirror,
	known: MovedAccount,
	age: Age,
	isRead: boolean,
	parts: SeedParts,
): Promise<PutBack> {
	const { account } = known;
	const { commands, keys } = parts;
	const head = keys.account(account);
	if (age === 'older') await takeFurther(known, parts);
	const readings = new Map(known.consumers.map(({ id, position }) => [id, toReading(position)]));
	const isBefore: Reading = (seq) => [...readings.values()].some((isOpen) => isOpen(seq));
	if (age === 'older') await makeWay(known, pendingEntries(mirror, known, isBefore, parts), isBefore, parts);
	const asked = await commands.call('HMGET', head, 'state', 'seeded', 'begun');
	const [state, isSeeded, begun] = list(asked).map(textOrNull);
	const isReadAnew = state != null && Number(begun ?? 0) > (await mirror.begunOf(account));
	const mayMiss = state != null && isSeeded == null && isRead && known.state === null;
	if (isRead) await commands.call('HSETNX', head, 'seq', Math.max(known.lastSeq, parts.epoch.life));
	const pending: JournalEntry[] = [];
	for await (const page of pendingEntries(mirror, known, isBefore, parts)) {
		for (const entry of page) await seedEntry(account, entry, parts);
		pending.push(...page);
	}
	const journal = await outlineOf(account, parts);
	const done = await seedIds(mirror, known, journal.seqs, parts);
	const numbers = new Map<number, number>();
	for (const { seq, eventId } of pending) {
		const now = journal.seqs.get(eventId);
		if (now !== undefined) numbers.set(seq, now);
	}
	const start = journal.first === null ? await parts.journal.lastSeq(account) : journal.first - 1;
	parts.renumbered(account, numbers, start);
	let inUse = false;
	for (const consumer of known.consumers) {
		const { id } = consumer;
		const isOpen = readings.get(id);
		const open = new Set(pending.filter(({ seq }) => isOpen?.(seq)).map(({ eventId }) => eventId));
		const passed = [...done]
			.filter((each) => !open.has(each))
			.flatMap((each) => journal.seqs.get(each) ?? []);
		const isKnown = await seedConsumer(consumer, { start, passed, numbers, isOlder: age === 'older' }, parts);
		if (!isKnown || isReadAnew) inUse = (await endPosition(id, parts)) || inUse;
		const gap = { from: start, to: start, count: 0 };
		if (mayMiss) await parts.consumers.acknowledge(id, [], undefined, gap);
	}
	for (const { consumer, ...gap } of known.gaps)
		await parts.consumers.acknowledge(consumer, [], undefined, gap);
	if (isRead) {
		// What there was of a life before is one with it now: the next mirror's numbers say nothing of it.
		await commands.call('HDEL', head, 'was');
		await commands.call('HSET', head, 'seeded', 1);
	}
	await commands.call('PEXPIRE', head, ACCOUNT_KEEP_MS);
	return { account, mayMiss, putsState: true, inUse };
}

/** Where a trigger goes on. */
interface Place {
	/** the entry before the first one there is */
	start: number;
	/** numbers of what it has done */
	passed: readonly number[];
	/** of what may be before it, by those of the mirror */
	numbers: ReadonlyMap<number, number>;
	/** Redis has an older position of it than the mirror */
	isOlder: boolean;
}

/** @returns false when Redis did not know it, or as a new one */
async function seedConsumer(
	{ position, ...record }: PositionedConsumer,
	{ start, passed, numbers, isOlder }: Place,
	parts: SeedParts,
): Promise<boolean> {
	const { id } = record;
	const here = await parts.consumers.load(id);
	const isTakenForNew = here !== null && here.record.notBefore > record.notBefore;
	if (here === null) await parts.consumers.save(record, start);
	else if (here.position.watermark < start) await parts.consumers.resetPosition(id, start);
	if (isTakenForNew) await parts.consumers.giveBackBeginning(id, start, record.notBefore);
	await parts.consumers.acknowledge(id, passed, undefined);
	if (here === null || isOlder || parts.own(id)) {
		for (const emit of position.unsettled) {
			const seqs = emit.seqs.flatMap((seq) => numbers.get(seq) ?? []);
			if (seqs.length > 0) await parts.consumers.recordEmit(id, { ...emit, seqs });
		}
	}
	return here !== null && !isTakenForNew;
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
		if (!created && isFurther(intent.state, found.state)) await parts.intents.update(intent.key, intent);
	}
	const asked = new Set((await parts.waits.list(known.account)).map(({ id }) => id));
	for (const wait of known.waits) if (!asked.has(wait.id)) await parts.waits.save(wait);
}
