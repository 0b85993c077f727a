import {
	NO_MEDIA,
	plainMeta,
	type AccountId,
	type ChannelEvent,
	type EventAccount,
	type EventType,
	type Json,
	type JsonObject,
} from '../../../contract';
import { kindOf, type ChatFacts, type ContactFacts } from '../facts';
import { partnerOf, timeOfMessage } from '../ids';
import { id, number, object, objects, text } from '../json';
import { contentOf } from './content';
import { detailsOf } from './details';
import { deletedEventId, editEventId, messageEventId } from './event-id';
import { maskRaw, maskText, type MaskRules } from './mask';
import { readMedia, typeOf } from './media';

/** Whose account the events belong to. */
export interface EventOwner {
	accountId: AccountId;
	userId: string;
	ownPhone: string | null;
	account: EventAccount;
	/** user ids whose messages count as the service's own, beside those that say so themselves */
	serviceIds: readonly string[];
}

/** A message however it came: by push, in a history page, in a list or in a reply. */
export interface MessageFacts {
	chatId: string;
	id: string;
	/** null: a channel post */
	senderId: string | null;
	/** ms */
	time: number;
	status: string | null;
	updateTime: number | null;
	/** what it shows: its own, or of the message it forwards */
	text: string;
	attaches: JsonObject[];
	raw: JsonObject;
}

/** What is known beside the message itself. */
export interface Surroundings {
	chat: ChatFacts | null;
	sender: ContactFacts | null;
	partner: ContactFacts | null;
	muted: boolean;
	sentByNode: boolean;
}

/** null when it has no id: no message at all. */
export function readMessage(chatId: string, message: Json): MessageFacts | null {
	const body = object(message);
	const messageId = id(body?.['id']);
	if (body === null || messageId === null || messageId.startsWith('-')) return null;
	const content = contentOf(body);
	return {
		chatId,
		id: messageId,
		senderId: id(body['sender']),
		time: number(body['time']) ?? timeOfMessage(messageId),
		status: text(body['status']),
		updateTime: number(body['updateTime']),
		text: content.text,
		attaches: content.attaches,
		raw: body,
	};
}

/** Provider message → unified event. Pure: all it says comes from its arguments. */
export function normaliseMessage(
	facts: MessageFacts,
	kind: 'message' | 'edited' | 'deleted',
	around: Surroundings,
	owner: EventOwner,
): ChannelEvent {
	const own = isOwn(facts, owner.userId);
	const { chat, sender, partner } = around;
	const control = facts.attaches.find((attach) => attach['_type'] === 'CONTROL');
	const service = isOwnNotice(control) || isService(facts.senderId, sender, owner);
	const rules: MaskRules = {
		ownPhone: owner.ownPhone,
		service,
		maybeCodes: !own && facts.senderId !== null && (sender === null || sender.isOfficial || sender.isBot),
	};
	const other = own ? partner : sender;
	const chatKind = chat?.kind ?? kindOf(null, facts.chatId);
	// Written out member by member: spreading is what a message would spend most of its time on.
	const { event_id, event_type } = identity(facts, kind, owner, control);
	const event: ChannelEvent = {
		channel: 'max',
		event_id,
		event_type,
		account: owner.account,
		external_user_id: speakerOf(facts, own, owner.userId),
		external_chat_id: facts.chatId,
		text: maskText(facts.text === '' ? noticeOf(control) : facts.text, rules),
		timestamp: new Date(kind === 'edited' ? (facts.updateTime ?? facts.time) : facts.time).toISOString(),
		client_name: other?.name ?? '',
		client_phone: other?.phone == null || other.phone === owner.ownPhone ? '' : `+${other.phone}`,
		media: readMedia(facts.attaches, facts.chatId, facts.id),
		meta: {
			ad_id: null,
			ad_title: null,
			external_message_id: facts.id,
			direction: own ? 'out' : 'in',
			sent_by: own ? (around.sentByNode ? 'node' : 'device') : 'client',
			original_media_type: mediaTypeOf(facts),
			chat_type: chatKind,
			chat_title:
				chatKind === 'saved'
					? 'Saved Messages'
					: (chat?.title ?? (chatKind === 'private' ? (partner?.name ?? null) : null)),
			sender_username: sender?.username ?? null,
			reply_to: replyOf(facts, rules),
			thread_id: id(facts.raw['postId']),
			album_id: null,
			mentions_me: !own && mentions(facts, owner.userId),
			attempt: 1,
			is_service: service,
			is_bot: sender?.isBot ?? false,
			is_muted: around.muted,
			is_archived: chat?.status === 'HIDDEN',
		},
	};
	const data = detailsOf(facts, control, (words) => maskText(words, rules));
	if (data !== null) event.data = data;
	event.raw = maskRaw({ chatId: facts.chatId, message: facts.raw }, rules);
	return event;
}

/** Whom the event is about: the other side of a dialog, else who wrote; a post of a channel has no sender but the channel. */
function speakerOf({ chatId, senderId }: MessageFacts, own: boolean, userId: string): string {
	const partner = partnerOf(chatId, userId);
	return own ? (partner ?? userId) : (senderId ?? partner ?? chatId);
}

/** Nobody else writes into Saved Messages; what is deleted there names no sender (as a client's sample of the push has it). */
function isOwn({ chatId, senderId }: MessageFacts, userId: string): boolean {
	return senderId === userId || (senderId === null && chatId === '0');
}

/**
 * Messages of MAX itself. Nobody has published the account's id; the options name it in client enums, and the
 * verified account called MAX is taken for it.
 */
export function isService(
	userId: string | null,
	contact: ContactFacts | null,
	owner: Pick<EventOwner, 'serviceIds'>,
): boolean {
	if (userId !== null && owner.serviceIds.includes(userId)) return true;
	if (contact === null) return false;
	return contact.isServiceAccount || (contact.isOfficial && /^(max|макс)$/i.test(contact.name.trim()));
}

function identity(
	facts: MessageFacts,
	kind: 'message' | 'edited' | 'deleted',
	owner: EventOwner,
	control: JsonObject | undefined,
): { event_id: string; event_type: EventType } {
	const { accountId } = owner;
	if (kind === 'deleted')
		return { event_id: deletedEventId(accountId, facts.chatId, facts.id), event_type: 'message_deleted' };
	if (kind === 'message')
		return {
			event_id: messageEventId(accountId, facts.chatId, facts.id),
			event_type: eventTypeOf(facts, control),
		};
	const attached = facts.attaches.map((attach) => [
		attach['_type'] ?? null,
		attach['photoId'] ?? attach['videoId'] ?? attach['fileId'] ?? attach['audioId'] ?? null,
	]);
	const content: Json = [facts.text, facts.raw['elements'] ?? null, attached];
	return {
		event_id: editEventId(accountId, facts.chatId, facts.id, facts.updateTime, content),
		event_type: 'message_edited',
	};
}

/**
 * A notice of the service carries its words in the attachment: in `message` or `shortMessage` (inferred from the older
 * code base), as one public client shows it in the title of a `system` notice.
 */
function noticeOf(control: JsonObject | undefined): string {
	const title = control?.['event'] === 'system' ? text(control['title']) : null;
	return text(control?.['message']) ?? text(control?.['shortMessage']) ?? title ?? '';
}

/** MAX's own words in a chat, and its proposal to greet somebody: nothing a person said, and nothing to be answered. */
function isOwnNotice(control: JsonObject | undefined): boolean {
	return control?.['event'] === 'system' || control?.['event'] === 'hello';
}

/** System events are messages with a CONTROL attachment (APK enum); calls leave a CALL attachment. */
function eventTypeOf(facts: MessageFacts, control: JsonObject | undefined): EventType {
	if (control !== undefined) {
		const event = text(control['event']) ?? text(control['action']) ?? '';
		if (['add', 'remove', 'leave', 'joinByLink'].includes(event)) return 'member_changed';
		return event === 'botStarted' || event === 'system' || event === 'hello' ? 'message' : 'chat_changed';
	}
	return facts.attaches.some((attach) => attach['_type'] === 'CALL') ? 'call' : 'message';
}

/** The service's word for the first attachment, `text` without one. */
export function mediaTypeOf({ attaches }: MessageFacts): string {
	const [first] = attaches;
	if (first === undefined) return 'text';
	return (typeOf(first) || 'unknown').toLowerCase();
}

function replyOf({ raw }: MessageFacts, rules: MaskRules): { id: string; text: string | null } | null {
	const link = object(raw['link']);
	if (link?.['type'] !== 'REPLY') return null;
	const quoted = object(link['message']);
	const quotedId = id(quoted?.['id']) ?? id(link['messageId']);
	const words = quoted === null ? null : contentOf(quoted).text;
	return quotedId === null ? null : { id: quotedId, text: words === null ? null : maskText(words, rules) };
}

/** A mention of the account, or an answer to one of its messages. */
function mentions({ raw }: MessageFacts, userId: string): boolean {
	const link = object(raw['link']);
	if (link?.['type'] === 'REPLY' && id(object(link['message'])?.['sender']) === userId) return true;
	return objects(raw['elements']).some(
		(element) => element['type'] === 'USER_MENTION' && id(element['entityId']) === userId,
	);
}

/** The frame of an event that is no message. */
export function plainEvent(
	owner: EventOwner,
	fields: {
		type: EventType;
		id: string;
		at: number;
		chatId?: string;
		userId?: string;
		chatKind?: string;
		chatTitle?: string | null;
		text?: string;
		name?: string;
		direction?: 'in' | 'out';
		messageId?: string | null;
		data: JsonObject;
		raw?: Json;
	},
): ChannelEvent {
	const rules: MaskRules = { ownPhone: owner.ownPhone, service: false, maybeCodes: true };
	const own = fields.userId === owner.userId;
	return {
		channel: 'max',
		event_id: fields.id,
		event_type: fields.type,
		account: owner.account,
		external_user_id: fields.userId ?? '',
		external_chat_id: fields.chatId ?? '',
		text: fields.text ?? '',
		timestamp: new Date(fields.at).toISOString(),
		client_name: fields.name ?? '',
		client_phone: '',
		media: { ...NO_MEDIA },
		meta: plainMeta({
			external_message_id: fields.messageId ?? null,
			direction: fields.direction ?? (own ? 'out' : 'in'),
			sent_by: own ? 'device' : 'client',
			original_media_type: fields.type,
			chat_type:
				fields.chatKind ??
				(fields.chatId === undefined || fields.chatId === '' ? '' : kindOf(null, fields.chatId)),
			chat_title: fields.chatTitle ?? null,
		}),
		data: maskRaw(fields.data, rules) as JsonObject,
		...(fields.raw === undefined ? {} : { raw: maskRaw(fields.raw, rules) }),
	};
}
