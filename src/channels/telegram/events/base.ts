import { createHash } from 'node:crypto';
import {
	NO_MEDIA,
	plainMeta,
	type ChannelEvent,
	type EventType,
	type Json,
	type JsonObject,
} from '../../../contract';
import type { TelegramAccount } from '../account';
import { markPeer } from '../peers/marked-id';
import type { Peer } from '../peers/peer';
import { child, int, long, text, type TlObject } from '../tl';
import { makeMask } from './mask';
import { toJson } from './raw';

export type Owner = Pick<
	TelegramAccount,
	'accountId' | 'userId' | 'phone' | 'account' | 'book' | 'messageChats'
>;

/** Who did it, where the update itself does not say it in the usual place. */
export interface Doer {
	user?: string;
	/** the account itself, on another device */
	own?: boolean;
}

/** An event that is no message: `data` holds what there is to tell, `raw` the whole update. */
export function plainEvent(
	type: EventType,
	chat: string,
	update: TlObject,
	owner: Owner,
	now: number,
	data: JsonObject,
	doer: Doer = {},
): ChannelEvent {
	const peer = owner.book.get(chat);
	const user =
		doer.user ??
		long(update, 'user_id') ??
		markPeer(child(update, 'from_id')) ??
		(peer?.type === 'user' ? chat : '');
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
		meta: plainMeta({
			external_message_id: typeof data['message_id'] === 'string' ? data['message_id'] : null,
			...(doer.own === true ? ({ direction: 'out', sent_by: 'device' } as const) : {}),
			original_media_type: update._,
			...(int(update, 'top_msg_id') === null ? {} : { thread_id: String(int(update, 'top_msg_id')) }),
			chat_type: chatTypeOf(chat, peer, owner),
			chat_title: chatTitleOf(chat, peer, owner),
			sender_username: person?.username ?? null,
			is_muted: owner.book.flags(chat).muted,
			is_archived: owner.book.flags(chat).archived,
		}),
		data,
		raw: mask.json(toJson(update)),
	};
}

export function chatTypeOf(chat: string, peer: Peer | undefined, owner: Owner): string {
	if (chat === owner.userId) return 'saved';
	return (
		peer?.chatType ??
		(chat === '' ? '' : chat.startsWith('-100') ? 'channel' : chat.startsWith('-') ? 'group' : 'private')
	);
}

/** What a list of chats calls it: of a private one the person's name. */
export function chatTitleOf(
	chat: string,
	peer: Peer | undefined,
	owner: Pick<Owner, 'userId'>,
): string | null {
	if (chat === owner.userId) return 'Saved Messages';
	return peer === undefined || peer.name === '' ? null : peer.name;
}

/** Of what a reader sees: an edit that shows something else is another event. */
export function contentHash(from: TlObject): string {
	const shown: Json =
		from._ === 'message'
			? [text(from, 'message'), toJson(child(from, 'media')?._ ?? null), toJson(from['entities'] ?? null)]
			: toJson(from);
	return createHash('sha256').update(JSON.stringify(shown)).digest('hex').slice(0, 10);
}

/**
 * When a message was sent, ms, such that those of one second are in order but where their numbers pass a thousand:
 * Telegram tells whole seconds, and the numbers of a
 * chat's messages rise. The journal sees by it that a recovered message comes after a newer one.
 */
export function sentAt(message: TlObject): number {
	return (int(message, 'date') ?? 0) * 1000 + ((int(message, 'id') ?? 0) % 1000);
}

/** Unix seconds → ISO 8601. */
export function iso(seconds: number): string {
	return new Date(seconds * 1000).toISOString();
}
