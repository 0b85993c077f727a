import { isAllowedChat } from '../account';
import { id, object } from '../json';
import { pace } from '../pace';
import { changedChats, lastEventOf } from './changed-chats';
import { fillChat, findEdits, type FillContext } from './fill';
import type { RecoveryGate } from './gate';
import { isAfter, positionOf, type Position } from './state';

/** How far the common position stays behind the newest event: lists and messages need not appear at the same instant. */
const OVERLAP_MS = 5_000;

/** Chats read without a pause between them: what a short cut leaves behind is there at once. */
const AT_ONCE = 10;

interface Changed {
	chatId: string;
	target: Position | null;
}

/** Chats in which something older than their last message may have been edited, and since when (ms). */
export interface EditSuspicion {
	chatIds: readonly string[];
	sinceMs: number;
}

/**
 * Compares the chat list with the stored state and fills every chat that moved, so that a push that was lost – while the
 * connection was gone or on a live one – is found. At the end everything up to the newest event is proven, for all chats.
 * The newest page of chats that changed otherwise is looked through for edits too.
 */
export async function compareChats(
	context: FillContext,
	gate: RecoveryGate | null,
	suspicion: EditSuspicion,
): Promise<void> {
	const { account, appender, tips, signal } = context;
	const state = appender.state;
	if (state === null) return;
	const { clock } = account.services;
	const changed: Changed[] = [];
	let newest = 0;
	for await (const chat of changedChats(account, { sinceMs: state.since.time, signal })) {
		const facts = account.directory.learnChat(chat);
		if (facts === null) continue;
		newest = Math.max(newest, facts.lastEventTime);
		const at = positionOf(state, facts.id);
		const last = object(chat['lastMessage']);
		const lastId = id(last?.['id']);
		const target =
			lastId === null ? null : { time: lastEventOf(last ?? {}) || facts.lastEventTime, id: lastId };
		const behind = target === null ? facts.lastEventTime > at.time : isAfter(target, at);
		if (behind && isAllowedChat(account, facts.id)) changed.push({ chatId: facts.id, target });
		else if (lastId !== null) tips.set(facts.id, lastId, clock.now());
	}
	gate?.listed(changed.map(({ chatId }) => chatId));
	// Oldest change first: over all chats events come in about the order they happened.
	for (const [index, { chatId, target }] of changed.reverse().entries()) {
		if (index >= AT_ONCE) await pace(clock, account.settings.pageDelayMs, signal);
		await fillChat(context, chatId, target);
		gate?.filled(chatId);
	}
	for (const chatId of suspicion.chatIds)
		await findEdits(context, chatId, suspicion.sinceMs, positionOf(state, chatId));
	const proven = { time: newest - OVERLAP_MS, id: '0' };
	if (newest > 0) await appender.append([], { chatId: null, to: proven });
}

/**
 * Where an engine without a state begins: after the newest message there is, but no later than `startAt` (ms). What came
 * since then is found by the comparison that follows.
 */
export async function firstPosition(
	context: Pick<FillContext, 'account' | 'tips' | 'signal'>,
	startAt: number,
): Promise<Position> {
	const { account, tips, signal } = context;
	const { clock } = account.services;
	let start: Position = { time: 0, id: '0' };
	let seen = 0;
	for await (const chat of changedChats(account, { sinceMs: 0, signal })) {
		const facts = account.directory.learnChat(chat);
		const last = object(chat['lastMessage']);
		const lastId = id(last?.['id']);
		if (facts === null) continue;
		const at = { time: facts.lastEventTime, id: lastId ?? '0' };
		if (isAfter(at, start)) start = at;
		if (lastId !== null && at.time < startAt) tips.set(facts.id, lastId, clock.now());
		seen += 1;
		if (seen >= FIRST_LOOK) break;
	}
	if (start.time === 0) start = { time: Math.floor(account.serverNow()), id: '0' };
	return start.time < startAt ? start : { time: startAt - 1, id: '0' };
}

/** chats whose newest message is remembered at a first start: the list is newest first, the rest is looked at when it moves */
const FIRST_LOOK = 50;
