import { createHash } from 'node:crypto';
import type { ChannelEvent, EventType, Json, JsonObject } from '../../../contract';
import { NO_MEDIA } from '../../../contract/schemas';
import type { TelegramAccount } from '../account';
import { markId, markPeer } from '../peers/marked-id';
import { SERVICE_USER, type Peer } from '../peers/peer-book';
import { child, flag, int, long, text, type TlObject } from '../tl';
import type { Applied } from '../updates/types';
import { makeMask } from './mask';
import { kindOf, readMedia } from './media';
import { toJson } from './raw';

export type Owner = Pick<
	TelegramAccount,
	'accountId' | 'userId' | 'phone' | 'account' | 'book' | 'messageChats'
>;

/**
 * A message → unified event. `event_id` is made of chat and message id; an edit's also of its time and content. Never of
 * pts or the session: the same message gives the same id however it came.
 * @param sentByNode the echo of a message this package sent
 */
export function messageEvent(
	message: TlObject,
	edited: boolean,
	sentByNode: boolean,
	owner: Owner,
): ChannelEvent {
	const chat = markPeer(child(message, 'peer_id')) ?? '';
	const id = int(message, 'id') ?? 0;
	const out = flag(message, 'out');
	const sender = out ? owner.userId : (markPeer(child(message, 'from_id')) ?? chat);
	const service = message._ === 'messageService';
	const mask = makeMask(owner.phone, chat === SERVICE_USER);
	const chatPeer = owner.book.get(chat);
	const person = owner.book.get(out && chatPeer?.type === 'user' ? chat : sender);
	const words = mask.text(text(message, 'message'));
	const base = `${owner.accountId}:${chat}:${String(id)}`;
	const reply = child(message, 'reply_to');
	return {
		channel: 'telegram',
		event_id: edited
			? `${base}:edit:${String(int(message, 'edit_date') ?? 0)}:${contentHash(message)}`
			: base,
		event_type: edited ? 'message_edited' : service ? serviceType(message) : 'message',
		account: owner.account,
		external_user_id: out && chatPeer?.type === 'user' ? chat : sender,
		external_chat_id: chat,
		text: words,
		timestamp: iso(int(message, 'date') ?? 0),
		client_name: person?.name ?? '',
		client_phone: person?.id === owner.userId ? '' : (person?.phone ?? ''),
		media: service ? { ...NO_MEDIA } : readMedia(message, { chat, messageId: id }),
		meta: {
			external_message_id: String(id),
			ad_id: null,
			ad_title: null,
			direction: out ? 'out' : 'in',
			sent_by: out ? (sentByNode ? 'node' : 'device') : 'client',
			original_media_type: service ? (child(message, 'action')?._ ?? 'messageService') : kindOf(message),
			chat_type: chatTypeOf(chat, chatPeer, owner),
			chat_title: chatPeer === undefined || chatPeer.type === 'user' ? null : chatPeer.name,
			sender_username: person?.username ?? null,
			reply_to: replyOf(reply, mask.text),
			thread_id: threadOf(reply),
			album_id: long(message, 'grouped_id'),
			mentions_me: flag(message, 'mentioned'),
			attempt: 1,
			is_service: service || chat === SERVICE_USER,
			is_bot: person?.chatType === 'bot',
			is_muted: owner.book.flags(chat).muted,
			is_archived: owner.book.flags(chat).archived,
		},
		...(service ? { data: { action: mask.json(toJson(child(message, 'action'))) } } : {}),
		raw: mask.json(toJson(message)),
	};
}

/** What an applied item tells; none for what nobody listens to. Own outgoing messages are told by `messageEvent` alone. */
export function otherEvents(applied: Applied, owner: Owner, now: number): ChannelEvent[] {
	if (applied.kind === 'gap') return [gapEvent(applied, owner)];
	const { update } = applied;
	const channel = long(update, 'channel_id');
	const inChannel = channel === null ? null : markId('channel', channel);
	switch (update._) {
		case 'updateDeleteMessages':
		case 'updateDeleteChannelMessages':
			return deletions(update, inChannel, owner, now);
		case 'updateMessageReactions': {
			const chat = markPeer(child(update, 'peer')) ?? '';
			return [
				plain('reaction', chat, update, owner, now, { message_id: String(int(update, 'msg_id') ?? 0) }),
			];
		}
		case 'updateReadHistoryInbox':
		case 'updateReadHistoryOutbox':
			return [read(update, markPeer(child(update, 'peer')) ?? '', owner, now)];
		case 'updateReadChannelInbox':
		case 'updateReadChannelOutbox':
			return [read(update, inChannel ?? '', owner, now)];
		case 'updateUserTyping':
			return [
				plain('typing', long(update, 'user_id') ?? '', update, owner, now, { action: actionOf(update) }),
			];
		case 'updateChatUserTyping':
			return [
				plain('typing', markId('chat', long(update, 'chat_id') ?? '0'), update, owner, now, {
					action: actionOf(update),
				}),
			];
		case 'updateChannelUserTyping':
			return [plain('typing', inChannel ?? '', update, owner, now, { action: actionOf(update) })];
		case 'updateUserStatus':
			return [
				plain('presence', long(update, 'user_id') ?? '', update, owner, now, {
					status: child(update, 'status')?._ ?? '',
				}),
			];
		case 'updateChannel':
		case 'updateChat':
			return [
				plain(
					'chat_changed',
					inChannel ?? markId('chat', long(update, 'chat_id') ?? '0'),
					update,
					owner,
					now,
					{},
				),
			];
		case 'updateChatParticipantAdd':
		case 'updateChatParticipantDelete':
		case 'updateChannelParticipant':
			return [
				plain(
					'member_changed',
					inChannel ?? markId('chat', long(update, 'chat_id') ?? '0'),
					update,
					owner,
					now,
					{},
				),
			];
		case 'updateUserName':
		case 'updateUserPhone':
			return [plain('contact_changed', long(update, 'user_id') ?? '', update, owner, now, {})];
		case 'updateNewAuthorization':
			return [
				plain('account_state', '', update, owner, now, {
					state: 'new_login',
					device: text(update, 'device'),
				}),
			];
		default:
			return [];
	}
}

function deletions(update: TlObject, channel: string | null, owner: Owner, now: number): ChannelEvent[] {
	const ids = update['messages'];
	if (!Array.isArray(ids)) return [];

	return ids.map((id: unknown) => {
		const messageId = Number(id);
		const chat = channel ?? owner.messageChats.chatOf(messageId) ?? '';
		const event = plain('message_deleted', chat, update, owner, now, {});
		// Outside of channels ids are unique in the account, and the chat is not always known.
		const place = channel ?? 'chats';
		return {
			...event,
			event_id: `${owner.accountId}:${place}:${String(messageId)}:deleted`,
			meta: { ...event.meta, external_message_id: String(messageId) },
		};
	});
}

function read(update: TlObject, chat: string, owner: Owner, now: number): ChannelEvent {
	const by = update._.endsWith('Outbox') ? 'client' : 'me';
	return plain('read', chat, update, owner, now, { up_to: String(int(update, 'max_id') ?? 0), by });
}

function plain(
	type: EventType,
	chat: string,
	update: TlObject,
	owner: Owner,
	now: number,
	data: JsonObject,
): ChannelEvent {
	const peer = owner.book.get(chat);
	const user =
		long(update, 'user_id') ?? markPeer(child(update, 'from_id')) ?? (peer?.type === 'user' ? chat : '');
	const person = owner.book.get(user);
	const mask = makeMask(owner.phone, false);
	return {
		channel: 'telegram',
		event_id: `${owner.accountId}:${type}:${chat}:${String(Math.floor(now / 1000))}:${contentHash(update)}`,
		event_type: type,
		account: owner.account,
		external_user_id: user,
		external_chat_id: chat,
		text: '',
		timestamp: new Date(now).toISOString(),
		client_name: person?.name ?? '',
		client_phone: '',
		media: { ...NO_MEDIA },
		meta: {
			external_message_id: typeof data['message_id'] === 'string' ? data['message_id'] : null,
			ad_id: null,
			ad_title: null,
			direction: 'in',
			sent_by: 'client',
			original_media_type: update._,
			chat_type: chatTypeOf(chat, peer, owner),
			chat_title: peer === undefined || peer.type === 'user' ? null : peer.name,
			sender_username: person?.username ?? null,
			reply_to: null,
			thread_id: null,
			album_id: null,
			mentions_me: false,
			attempt: 1,
			is_muted: owner.book.flags(chat).muted,
			is_archived: owner.book.flags(chat).archived,
		},
		data,
		raw: mask.json(toJson(update)),
	};
}

const SENTENCES = {
	catch_up_limit: 'Older than Catch Up at Most reaches; not read.',
	not_readable: 'Messages were missed and cannot be read any more.',
} as const;

function gapEvent(gap: Extract<Applied, { kind: 'gap' }>, owner: Owner): ChannelEvent {
	const chat = gap.chat ?? '';
	const update: TlObject = { _: 'gap', from: gap.from, to: gap.to };
	const event = plain('gap', chat, update, owner, gap.to * 1000, {
		from: iso(gap.from),
		to: iso(gap.to),
		reason: gap.reason,
	});
	return {
		...event,
		event_id: `${owner.accountId}:gap:${gap.reason}:${chat}:${String(gap.from)}-${String(gap.to)}`,
		text: SENTENCES[gap.reason],
	};
}

function serviceType(message: TlObject): EventType {
	const action = child(message, 'action')?._ ?? '';
	if (/ChatAddUser|ChatDeleteUser|ChatJoinedBy/.test(action)) return 'member_changed';
	if (/PhoneCall|GroupCall/.test(action)) return 'call';
	if (/ContactSignUp/.test(action)) return 'contact_changed';
	return /^messageActionCh|^messageActionTopic|PinMessage/.test(action) ? 'chat_changed' : 'message';
}

function chatTypeOf(chat: string, peer: Peer | undefined, owner: Owner): string {
	if (chat === owner.userId) return 'saved';
	return (
		peer?.chatType ??
		(chat === '' ? '' : chat.startsWith('-100') ? 'channel' : chat.startsWith('-') ? 'group' : 'private')
	);
}

function replyOf(
	reply: TlObject | null,
	mask: (text: string) => string,
): { id: string; text: string | null } | null {
	const id = reply === null ? null : int(reply, 'reply_to_msg_id');
	if (reply === null || id === null) return null;
	const quote = text(reply, 'quote_text');
	return { id: String(id), text: quote === '' ? null : mask(quote) };
}

function threadOf(reply: TlObject | null): string | null {
	if (reply === null || !flag(reply, 'forum_topic')) return null;
	const id = int(reply, 'reply_to_top_id') ?? int(reply, 'reply_to_msg_id');
	return id === null ? null : String(id);
}

function actionOf(update: TlObject): string {
	return child(update, 'action')?._ ?? '';
}

/** Of what a reader sees: an edit that shows something else is another event. */
function contentHash(from: TlObject): string {
	const shown: Json =
		from._ === 'message'
			? [text(from, 'message'), toJson(child(from, 'media')?._ ?? null), toJson(from['entities'] ?? null)]
			: toJson(from);
	return createHash('sha256').update(JSON.stringify(shown)).digest('hex').slice(0, 10);
}

function iso(seconds: number): string {
	return new Date(seconds * 1000).toISOString();
}
