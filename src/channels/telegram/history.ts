import type { ChannelEvent, EngineEvent } from '../../contract';
import { isAllowedChat, type TelegramAccount } from './account';
import { withAlbums } from './events/album';
import { sentAt } from './events/base';
import { messageEvent } from './events/normalise';
import { isLastPage } from './messages-page';
import { markPeer } from './peers/marked-id';
import { SERVICE_USER } from './peers/peer-book';
import { child, children, flag, int, type TlObject } from './tl';
import { readDialogsPage, type DialogFacts } from './updates/dialogs-page';
import { DIALOG_PAGE, HISTORY_PAGE, type DialogOffset } from './updates/types';

export interface SinceOptions {
	chatIds?: readonly string[];
	/** newest messages per chat */
	limitPerChat?: number;
	/** exclusive start by message instead of by time; needs exactly one chat */
	afterMessageId?: number;
	signal: AbortSignal;
}

export interface DialogEntry extends DialogFacts {
	dialog: TlObject;
	/** its last message, when the page showed it */
	message: TlObject | null;
}

/** Pages of the dialog list, last changed first; pinned ones lead. */
export async function* walkDialogs(
	account: TelegramAccount,
	folder: 0 | 1,
	signal: AbortSignal,
	pageSize = DIALOG_PAGE,
): AsyncGenerator<DialogEntry[]> {
	const met = new Set<string>();
	let offset: DialogOffset | null = null;
	for (;;) {
		const page: TlObject = await account.connection.object(
			{
				_: 'messages.getDialogs',
				offset_date: offset?.date ?? 0,
				offset_id: offset?.id ?? 0,
				offset_peer: offset === null ? { _: 'inputPeerEmpty' } : account.resolver.inputOf(offset.peer),
				limit: pageSize,
				hash: '0',
				folder_id: folder,
				exclude_pinned: offset !== null,
			},
			{ signal },
		);
		const { dialogs, next } = readDialogsPage(page);
		const raw = children(page, 'dialogs').filter(({ _ }) => _ === 'dialog');
		const messages = children(page, 'messages');
		const entries = dialogs.flatMap((facts, index): DialogEntry[] => {
			const dialog = raw[index];
			if (dialog === undefined || met.has(facts.chat)) return [];
			met.add(facts.chat);
			const message = messages.find(
				(one) => int(one, 'id') === facts.topMessage && markPeer(child(one, 'peer_id')) === facts.chat,
			);
			return [{ ...facts, dialog, message: message ?? null }];
		});
		yield entries;
		if (next === null || (entries.length === 0 && offset !== null)) return;
		if (offset !== null && next.id === offset.id && next.peer === offset.peer) return;
		offset = next;
	}
}

/** Pages of a chat's messages, newest first. */
export async function* walkHistory(
	account: TelegramAccount,
	chat: string,
	options: { signal: AbortSignal; pageSize?: number; beforeId?: number },
): AsyncGenerator<TlObject[]> {
	const { peer } = await account.resolver.resolve(chat, { signal: options.signal });
	const limit = Math.min(HISTORY_PAGE, options.pageSize ?? HISTORY_PAGE);
	for (let offsetId = options.beforeId ?? 0; ;) {
		const answer = await account.connection.object(
			{
				_: 'messages.getHistory',
				peer: account.resolver.inputOf(peer.id),
				offset_id: offsetId,
				offset_date: 0,
				add_offset: 0,
				limit,
				max_id: 0,
				min_id: 0,
				hash: '0',
			},
			{ signal: options.signal },
		);
		const messages = children(answer, 'messages');
		const last = int(messages.at(-1) ?? { _: '' }, 'id');
		yield messages.filter(({ _ }) => _ !== 'messageEmpty');
		if (last === null || last === offsetId || isLastPage(answer, limit)) return;
		offsetId = last;
	}
}

/** The event of a message out of a list, as a trigger would have given it. */
export async function eventOf(account: TelegramAccount, message: TlObject): Promise<ChannelEvent> {
	const event = messageEvent(message, false, false, account);
	if (!flag(message, 'out')) return event;
	const own = await account.services.sentByNode(event.external_chat_id, event.meta.external_message_id ?? '');
	return own ? { ...event, meta: { ...event.meta, sent_by: 'node' } } : event;
}

/** What a trigger would have given since a time (unix seconds), chat by chat, oldest first within each. */
export async function* eventsSince(
	account: TelegramAccount,
	since: number,
	options: SinceOptions,
): AsyncGenerator<EngineEvent> {
	if (options.chatIds !== undefined) {
		for (const chat of options.chatIds) yield* chatSince(account, chat, since, options);
		return;
	}
	for (const folder of [0, 1] as const) {
		for await (const page of walkDialogs(account, folder, options.signal)) {
			for (const { chat, date } of page) {
				if (date < since || !isAllowedChat(account, chat) || chat === SERVICE_USER) continue;
				yield* chatSince(account, chat, since, options);
			}
			if (page.some(({ pinned, date }) => !pinned && date < since)) break;
		}
	}
}

async function* chatSince(
	account: TelegramAccount,
	chat: string,
	since: number,
	{ limitPerChat = Infinity, afterMessageId, signal }: SinceOptions,
): AsyncGenerator<EngineEvent> {
	const found: TlObject[] = [];
	walk: for await (const page of walkHistory(account, chat, { signal })) {
		for (const message of page) {
			const reached =
				afterMessageId === undefined
					? (int(message, 'date') ?? 0) < since
					: (int(message, 'id') ?? 0) <= afterMessageId;
			if (reached || found.length >= limitPerChat) break walk;
			found.push(message);
		}
	}
	const events: EngineEvent[] = [];
	for (const message of found.reverse()) {
		events.push({
			event: await eventOf(account, message),
			at: sentAt(message),
			recovered: true,
		});
	}
	yield* withAlbums(events);
}

/** The chats' last messages, newest last: what *Listen for test event* can show at once. One request. */
export async function latestEvents(
	account: TelegramAccount,
	limit: number,
	signal: AbortSignal,
): Promise<ChannelEvent[]> {
	for await (const page of walkDialogs(account, 0, signal)) {
		const events: ChannelEvent[] = [];
		for (const { chat, message } of page) {
			if (message !== null && isAllowedChat(account, chat)) events.push(await eventOf(account, message));
		}
		return events.sort((a, b) => a.timestamp.localeCompare(b.timestamp)).slice(-limit);
	}
	return [];
}
