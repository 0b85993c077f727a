import { ChannelError, type ChannelEvent, type EngineEvent, type JsonObject } from '../../contract';
import { isAllowedChat, type AvitoAccount } from './account';
import { PAGE, type RequestContext } from './api/caller';
import { getChat, listChats } from './api/chats';
import type { ChatFacts } from './events/chat-facts';
import { isOut } from './events/filters';
import { eventFromMessage, isPlaceholderMessage, recoveredEvent } from './events/from-list';
import { gapEvent } from './events/gap';
import { changedAt } from './reconcile/decide';
import type { AvitoMessage } from './schemas/message';
import type { WithRaw } from './schemas/parse';
import { CONVERSATIONS, newestFirst, walkChats, walkMessages } from './walk';

export interface SinceOptions {
	/** only these chats; undefined = all of the account */
	chatIds?: readonly string[];
	/** newest messages per chat; what is older becomes a gap event */
	limitPerChat?: number;
	/** exclusive start by message instead of by time; needs exactly one chat */
	afterMessageId?: string;
	context: RequestContext;
}

/** What a trigger would have given since a time (unix seconds), chat by chat, oldest first within each. */
export async function* eventsSince(
	account: AvitoAccount,
	since: number,
	options: SinceOptions,
): AsyncGenerator<EngineEvent> {
	if (options.chatIds !== undefined) {
		for (const chatId of options.chatIds) {
			const { value } = await getChat(account, chatId, options.context);
			yield* chatSince(account, chatId, account.enrichment.learn(value), since, options);
		}
		return;
	}
	const pages = newestFirst(walkChats(account, { chatTypes: CONVERSATIONS }, options.context), changedAt);
	for await (const page of pages) {
		for (const { value: chat } of page.members) {
			if (changedAt(chat) < since) return;
			if (!isAllowedChat(account, chat.id)) continue;
			yield* chatSince(account, chat.id, account.enrichment.learn(chat), since, options);
		}
		const oldest = page.members.at(-1);
		if (page.ceiling && oldest !== undefined) {
			const to = changedAt(oldest.value);
			yield recoveredEvent(gapEvent({ chatId: null, from: since, to, reason: 'chat_ceiling' }, account), to);
		}
	}
}

async function* chatSince(
	account: AvitoAccount,
	chatId: string,
	chat: ChatFacts,
	since: number,
	options: SinceOptions,
): AsyncGenerator<EngineEvent> {
	const { messages, cut } = await readBackTo(account, chatId, since, options);
	if (cut !== null)
		yield recoveredEvent(gapEvent({ chatId, from: since, to: cut, reason: 'message_ceiling' }, account), cut);
	for (const message of messages.reverse()) {
		yield recoveredEvent(await eventFromMessage(account, chatId, message, chat), message.value.created);
	}
}

/** Messages down to the start, newest first; `cut`: second at which reading had to stop before it was reached. */
async function readBackTo(
	account: AvitoAccount,
	chatId: string,
	since: number,
	{ limitPerChat = Infinity, afterMessageId, context }: SinceOptions,
): Promise<{ messages: WithRaw<AvitoMessage>[]; cut: number | null }> {
	const messages: WithRaw<AvitoMessage>[] = [];
	const pages = newestFirst(walkMessages(account, chatId, context), ({ created }) => created);
	for await (const page of pages) {
		for (const message of page.members) {
			if (message.value.id === afterMessageId || message.value.created < since)
				return { messages, cut: null };
			if (messages.length >= limitPerChat) return { messages, cut: message.value.created };
			if (!isPlaceholderMessage(message.value)) messages.push(message);
		}
		if (page.ceiling) return { messages, cut: page.members.at(-1)?.value.created ?? since };
	}
	if (afterMessageId !== undefined) throw messageNotFound(afterMessageId);
	return { messages, cut: null };
}

function messageNotFound(messageId: string): ChannelError {
	return new ChannelError('message_not_found', `since: message ${messageId} is not in this chat`, {
		channel: 'avito',
		field: 'since',
		hint: 'Give a time, or the id of a message of this chat.',
	});
}

/** The chats' last messages, newest last: what *Listen for test event* can show at once. One request. */
export async function latestEvents(
	account: AvitoAccount,
	limit: number,
	signal: AbortSignal,
): Promise<ChannelEvent[]> {
	const { chats } = await listChats(account, { chatTypes: CONVERSATIONS, limit: PAGE }, { signal });
	const events: ChannelEvent[] = [];
	for (const { value: chat, raw } of chats) {
		const facts = account.enrichment.learn(chat);
		const last = chat.last_message;
		if (last == null || isPlaceholderMessage(last) || !isAllowedChat(account, chat.id)) continue;
		const message = { value: last, raw: (raw as JsonObject)['last_message'] ?? null };
		events.push(...(await lastOf(account, chat.id, facts, message, signal)));
		if (events.length >= limit) break;
	}
	return events.slice(0, limit).sort((a, b) => a.timestamp.localeCompare(b.timestamp));
}

/** The last message; when it is our own, also the customer's before it, since that is what a trigger shows. */
async function lastOf(
	account: AvitoAccount,
	chatId: string,
	facts: ChatFacts,
	last: WithRaw<AvitoMessage>,
	signal: AbortSignal,
): Promise<ChannelEvent[]> {
	const event = await eventFromMessage(account, chatId, last, facts);
	if (event.meta.direction === 'in') return [event];
	for await (const page of walkMessages(account, chatId, { signal }, 20)) {
		const incoming = page.members.find(({ value }) => !isOut(value, account.userId));
		return incoming === undefined
			? [event]
			: [event, await eventFromMessage(account, chatId, incoming, facts)];
	}
	return [event];
}
