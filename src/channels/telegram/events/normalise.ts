import { NO_MEDIA, type ChannelEvent, type EventMeta, type JsonObject } from '../../../contract';
import { markPeer } from '../peers/marked-id';
import { SERVICE_USER } from '../peers/peer-book';
import { child, flag, int, long, text, type TlObject } from '../tl';
import { chatTitleOf, chatTypeOf, contentHash, iso, type Owner } from './base';
import { detailsOf } from './details';
import { makeMask } from './mask';
import { kindOf, readMedia } from './media';
import { noticeData, noticeType } from './notice';
import { toJson } from './raw';

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
	const type = edited
		? 'message_edited'
		: service
			? noticeType(child(message, 'action')?._ ?? '')
			: 'message';
	const mask = makeMask(owner.phone, chat === SERVICE_USER);
	const chatPeer = owner.book.get(chat);
	const person = owner.book.get(out && chatPeer?.type === 'user' ? chat : sender);
	const words = mask.text(text(message, 'message'));
	const base = `${owner.accountId}:${chat}:${String(id)}`;
	const reply = child(message, 'reply_to');
	const data: JsonObject | null = service
		? { ...noticeData(message), action: toJson(child(message, 'action')) }
		: detailsOf(message, owner);
	return {
		channel: 'telegram',
		event_id: edited
			? `${base}:edit:${String(int(message, 'edit_date') ?? 0)}:${contentHash(message)}`
			: base,
		event_type: type,
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
			chat_title: chatTitleOf(chat, chatPeer, owner),
			sender_username: person?.username ?? null,
			reply_to: replyOf(reply, chat, mask.text),
			thread_id: threadOf(reply),
			album_id: long(message, 'grouped_id'),
			mentions_me: flag(message, 'mentioned'),
			attempt: 1,
			// A member who joined is an event of its own kind, also where it comes as a message.
			is_service: chat === SERVICE_USER || (service && type === 'message'),
			is_bot: person?.chatType === 'bot',
			is_muted: owner.book.flags(chat).muted,
			is_archived: owner.book.flags(chat).archived,
		},
		...(data === null ? {} : { data: mask.json(data) as JsonObject }),
		raw: mask.json(toJson(message)),
	};
}

/** The chat is told by messageReplyHeader.reply_to_peer_id, and only when it is another one (core.telegram.org/api/replies). */
function replyOf(
	reply: TlObject | null,
	chat: string,
	mask: (text: string) => string,
): EventMeta['reply_to'] {
	const id = reply === null ? null : int(reply, 'reply_to_msg_id');
	if (reply === null || id === null) return null;
	const quote = text(reply, 'quote_text');
	const elsewhere = markPeer(child(reply, 'reply_to_peer_id'));
	return {
		id: String(id),
		text: quote === '' ? null : mask(quote),
		...(elsewhere === null || elsewhere === chat ? {} : { chat_id: elsewhere }),
	};
}

function threadOf(reply: TlObject | null): string | null {
	if (reply === null || !flag(reply, 'forum_topic')) return null;
	const id = int(reply, 'reply_to_top_id') ?? int(reply, 'reply_to_msg_id');
	return id === null ? null : String(id);
}
