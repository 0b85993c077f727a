import type { AccountId, ChannelEvent, EventAccount, Json } from '../../../contract';
import type { AvitoMessage, MessageContent } from '../schemas/message';
import type { WebhookValue } from '../schemas/webhook';
import { chatTypeFromId, type ChatFacts } from './chat-facts';
import { messageEventId } from './event-id';
import { isOwn, isSystemMessage } from './filters';
import { readMedia } from './media';

/** Whose account the events belong to. */
export interface NormaliseAccount {
	accountId: AccountId;
	userId: string;
	account: EventAccount;
}

/** A message however it came: by webhook, in a message list or as a chat's last message. */
export interface MessageFacts {
	chatId: string;
	id: string;
	authorId: string;
	/** unix seconds */
	created: number;
	type: string;
	content: MessageContent;
	chatType: string | null;
	/** the ad by the webhook; null when not told, 0 or not about an ad */
	itemId: string | null;
	quote: { id: string; authorId: string | null; text: string | null } | null;
	raw: Json;
}

/** What is known beside the message itself. */
export interface Surroundings {
	chat: ChatFacts | null;
	voiceUrl: string | null;
	/** the echo of a message this package sent */
	sentByNode: boolean;
}

export function factsFromWebhook(value: WebhookValue, raw: Json): MessageFacts {
	return {
		chatId: value.chat_id,
		id: value.id,
		authorId: value.author_id,
		created: value.created,
		type: value.type,
		content: value.content,
		chatType: value.chat_type ?? null,
		itemId:
			value.item_id === null || value.item_id === undefined || value.item_id === '0' ? null : value.item_id,
		quote: null,
		raw,
	};
}

export function factsFromMessage(
	chatId: string,
	message: AvitoMessage,
	raw: Json,
	userId: string,
): MessageFacts {
	const { quote } = message;
	return {
		chatId,
		id: message.id,
		// The send answers and some lists name no author for own messages.
		authorId: message.direction === 'out' ? userId : message.author_id,
		created: message.created,
		type: message.type,
		content: message.content,
		chatType: chatTypeFromId(chatId),
		itemId: null,
		quote:
			quote == null ? null : { id: quote.id, authorId: quote.author_id ?? null, text: textOf(quote.content) },
		raw,
	};
}

/** Provider message → unified event. Pure: all it says comes from its arguments. */
export function normaliseMessage(
	facts: MessageFacts,
	around: Surroundings,
	owner: NormaliseAccount,
): ChannelEvent {
	const authorship = {
		userId: owner.userId,
		authorId: facts.authorId,
		type: facts.type,
		content: facts.content,
	};
	const own = isOwn(authorship);
	const system = isSystemMessage(authorship);
	const deleted = facts.type === 'deleted';
	const { chat } = around;
	return {
		channel: 'avito',
		event_id: messageEventId(owner.accountId, facts.id, deleted),
		event_type: deleted ? 'message_deleted' : isCall(facts.type) ? 'call' : 'message',
		account: owner.account,
		external_user_id: own || facts.authorId === '' ? (chat?.client?.id ?? '') : facts.authorId,
		external_chat_id: facts.chatId,
		text: textOf(facts.content),
		timestamp: new Date(facts.created * 1000).toISOString(),
		client_name: system ? '' : (nameIn(chat, own ? '' : facts.authorId) ?? ''),
		client_phone: '',
		media: readMedia(facts.type, facts.content, around.voiceUrl),
		meta: {
			external_message_id: facts.id,
			ad_id: facts.itemId ?? chat?.ad?.id ?? null,
			ad_title: chat?.ad?.title ?? null,
			ad_url: chat?.ad?.url ?? null,
			ad_price: chat?.ad?.price ?? null,
			direction: own ? 'out' : 'in',
			sent_by: own ? (around.sentByNode ? 'node' : 'device') : 'client',
			original_media_type: facts.type,
			chat_type: facts.chatType ?? chat?.chatType ?? 'u2u',
			chat_title: chat?.ad?.title ?? null,
			sender_username: null,
			reply_to: facts.quote === null ? null : { id: facts.quote.id, text: facts.quote.text },
			thread_id: null,
			album_id: null,
			mentions_me: !own && facts.quote?.authorId === owner.userId,
			attempt: 1,
			is_service: system,
		},
		...detailsOf(facts),
		raw: facts.raw,
	};
}

/** Whoever wrote it, by the chat's own list; else the other participant. */
function nameIn(chat: ChatFacts | null, authorId: string): string | undefined {
	return chat?.names.get(authorId) ?? chat?.client?.name;
}

/** The words of a message, whatever its kind; '' where there are none. */
export function textOf(content: MessageContent): string {
	if (typeof content.text === 'string') return content.text;
	const { link, location, item } = content;
	if (link != null) {
		const text = link.text ?? '';
		const url = link.url ?? '';
		return url === '' || text.includes(url) ? text : `${text} ${url}`.trim();
	}
	if (location != null) return location.text ?? location.title ?? '';
	return item?.title ?? '';
}

function isCall(type: string): boolean {
	return type === 'call' || type === 'appCall';
}

/** What has no field of its own: where a location is, what became of a call, which ad was shared. */
function detailsOf({ type, content }: MessageFacts): Pick<ChannelEvent, 'data'> {
	const { location, call, item, flow_id: flowId } = content;
	if (typeof flowId === 'string') return { data: { flow_id: flowId } };
	if (location != null) return { data: { latitude: location.lat ?? null, longitude: location.lon ?? null } };
	if (isCall(type)) return { data: { state: call?.status ?? null } };
	if (item != null) {
		return {
			data: { title: item.title ?? null, url: item.item_url ?? null, price: item.price_string ?? null },
		};
	}
	return {};
}
