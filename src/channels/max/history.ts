import type { ChannelEvent, EngineEvent } from '../../contract';
import { isAllowedChat, type MaxAccount } from './account';
import { getMessages } from './api/history';
import { changedChats } from './engine/changed-chats';
import { positionOfMessage, walkForward } from './engine/walk';
import type { Position } from './engine/state';
import { otherEventId } from './events/event-id';
import { eventFromMessage, readMessages } from './events/from-message';
import { plainEvent, readMessage, type MessageFacts } from './events/normalise';
import { ownerOf } from './events/owner';
import { ChannelError } from '../../contract';
import { id, object } from './json';

export interface SinceOptions {
	/** only these chats; undefined = all of the account */
	chatIds?: readonly string[];
	/** newest messages per chat; what is older becomes a gap event */
	limitPerChat?: number;
	signal: AbortSignal;
}

/** A time (ms, inclusive), or a message of one chat (exclusive). */
export type Start = { sinceMs: number } | { messageId: string };

/** What a trigger would have given since then, chat by chat, oldest first within each. */
export async function* eventsSince(
	account: MaxAccount,
	start: Start,
	options: SinceOptions,
): AsyncGenerator<EngineEvent> {
	if (options.chatIds !== undefined) {
		for (const chatId of options.chatIds)
			yield* chatSince(
				account,
				chatId,
				await positionOfStart(account, chatId, start, options.signal),
				options,
			);
		return;
	}
	if (!('sinceMs' in start)) return;
	const after = beforeTime(start.sinceMs);
	for await (const chat of changedChats(account, { sinceMs: start.sinceMs, signal: options.signal })) {
		const facts = account.directory.learnChat(chat);
		if (facts === null || !isAllowedChat(account, facts.id)) continue;
		const newest = readMessage(facts.id, object(chat['lastMessage']));
		yield* chatSince(account, facts.id, after, options, newest === null ? null : positionOfMessage(newest));
	}
}

async function* chatSince(
	account: MaxAccount,
	chatId: string,
	after: Position,
	{ limitPerChat = Infinity, signal }: SinceOptions,
	target: Position | null = null,
): AsyncGenerator<EngineEvent> {
	const { settings, services } = account;
	const messages: MessageFacts[] = [];
	let cut: MessageFacts | undefined;
	const pages = walkForward(account.session, {
		chatId,
		after,
		target,
		pageSize: settings.historyPage,
		pageDelayMs: settings.pageDelayMs,
		clock: services.clock,
		signal,
	});
	for await (const page of pages) {
		messages.push(...page);
		if (messages.length > limitPerChat) cut = messages.splice(0, messages.length - limitPerChat).at(-1);
		if (limitPerChat !== Infinity) continue;
		yield* recovered(account, messages.splice(0), signal);
	}
	if (cut !== undefined) yield gap(account, chatId, after.time, cut);
	yield* recovered(account, messages, signal);
}

async function* recovered(
	account: MaxAccount,
	messages: readonly MessageFacts[],
	signal: AbortSignal,
): AsyncGenerator<EngineEvent> {
	await account.directory.meet(
		messages.flatMap(({ senderId }) => senderId ?? []).filter((one) => one !== account.userId),
		signal,
	);
	for (const message of messages)
		yield { event: await eventFromMessage(account, message, { signal }), at: message.time, recovered: true };
}

function gap(account: MaxAccount, chatId: string, from: number, last: MessageFacts): EngineEvent {
	const data = {
		from: new Date(from).toISOString(),
		to: new Date(last.time).toISOString(),
		reason: 'message_ceiling',
	};
	const event = plainEvent(ownerOf(account), {
		type: 'gap',
		id: otherEventId(account.accountId, `gap:${chatId}:${String(from)}`, last.id),
		at: last.time,
		chatId,
		text: 'There are more messages than were asked for; the older ones were not read.',
		data,
	});
	return { event, at: last.time, recovered: true };
}

async function positionOfStart(
	account: MaxAccount,
	chatId: string,
	start: Start,
	signal: AbortSignal,
): Promise<Position> {
	if ('sinceMs' in start) return beforeTime(start.sinceMs);
	const [message] = await readMessages(
		account,
		chatId,
		await getMessages(account.session, chatId, [start.messageId], { signal }),
		signal,
	);
	if (message !== undefined) return positionOfMessage(message);
	throw new ChannelError('message_not_found', `since: message ${start.messageId} is not in this chat`, {
		channel: 'max',
		field: 'since',
		hint: 'Give a time, or the id of a message of this chat.',
	});
}

function beforeTime(sinceMs: number): Position {
	return { time: Math.max(0, Math.floor(sinceMs)), id: '0' };
}

/** The chats' last messages, newest last: what *Listen for test event* can show at once. One request. */
export async function latestEvents(
	account: MaxAccount,
	limit: number,
	signal: AbortSignal,
): Promise<ChannelEvent[]> {
	const found: MessageFacts[] = [];
	for await (const chat of changedChats(account, { sinceMs: 0, signal })) {
		const facts = account.directory.learnChat(chat);
		const last = facts === null ? null : readMessage(facts.id, object(chat['lastMessage']));
		if (last !== null && id(last.id) !== null && isAllowedChat(account, last.chatId)) found.push(last);
		if (found.length >= limit) break;
	}
	const events: ChannelEvent[] = [];
	for (const message of found.reverse()) events.push(await eventFromMessage(account, message, { signal }));
	return events;
}
