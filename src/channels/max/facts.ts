import type { Json, JsonObject } from '../../contract';
import { array, id, number, object, objects, text } from './json';
import { partnerOf } from './ids';

/** A person, as far as events and lists need it. */
export interface ContactFacts {
	id: string;
	/** the viewer's own name for the person first, else the person's */
	name: string;
	/** public name of the link, without the domain */
	username: string | null;
	/** digits; null when hidden */
	phone: string | null;
	isBot: boolean;
	/** verified by the service */
	isOfficial: boolean;
	isServiceAccount: boolean;
	blocked: boolean;
	/** no longer in the own list */
	removed: boolean;
}

export function readContact(contact: Json): ContactFacts | null {
	const body = object(contact);
	const contactId = id(body?.['id']);
	if (body === null || contactId === null) return null;
	const options = array(body['options']).filter((one) => typeof one === 'string');
	const phone = id(body['phone']);
	return {
		id: contactId,
		name: nameOf(body),
		username: text(body['link'])?.replace(/^https?:\/\/max\.ru\//, '') ?? null,
		phone: phone === null || phone === '0' ? null : phone,
		isBot: options.includes('BOT'),
		isOfficial: options.includes('OFFICIAL'),
		isServiceAccount: options.includes('SERVICE_ACCOUNT'),
		blocked: body['status'] === 'BLOCKED',
		removed: body['status'] === 'REMOVED',
	};
}

function nameOf(contact: JsonObject): string {
	const names = objects(contact['names']);
	const given = names.filter(({ type }) => type === 'CUSTOM');
	return [...given, ...names].map(wholeName).find((name) => name !== '') ?? '';
}

function wholeName(name: JsonObject): string {
	const parts = [text(name['firstName']), text(name['lastName'])];
	return text(name['name']) || parts.filter((part) => part !== null && part !== '').join(' ');
}

/**
 * `seen` is in seconds in replies; one capture of the push had milliseconds, and a number that large can only be those.
 * `status` 1 is online; what else it may be is not agreed on.
 */
export function readPresence(presence: JsonObject): { online: boolean; seenMs: number | null } {
	const seen = number(presence['seen']);
	return {
		online: presence['on'] === 'ON' || presence['status'] === 1,
		seenMs: seen === null || seen <= 0 ? null : seen > 1e11 ? seen : seen * 1000,
	};
}

export const CHAT_KINDS = ['private', 'group', 'channel', 'saved'] as const;
export type ChatKind = (typeof CHAT_KINDS)[number];

/** A chat, as far as events, lists and the engine need it. */
export interface ChatFacts {
	id: string;
	kind: ChatKind;
	/** null for dialogs: the partner's name stands for it */
	title: string | null;
	partnerId: string | null;
	/** ms */
	lastEventTime: number;
	lastMessageId: string | null;
	/** ms of the last change of anything, edits included, as far as the service tells */
	modified: number;
	unread: number;
	/** `ACTIVE`, `LEFT`, `REMOVED`, `CLOSED`, `HIDDEN` (client enums) */
	status: string;
	/** `SIGN` of what `chat_changed` reports, see `signOf` */
	sign: string;
	/** the newest reaction, as a phone's chat carries it; null when it tells none */
	reacted: { messageId: string; reaction: string | null } | null;
}

export function readChat(chat: Json, userId: string): ChatFacts | null {
	const body = object(chat);
	const chatId = id(body?.['id']);
	if (body === null || chatId === null) return null;
	const last = object(body['lastMessage']);
	return {
		id: chatId,
		kind: kindOf(text(body['type']), chatId),
		title: text(body['title']),
		partnerId: partnerOf(chatId, userId),
		lastEventTime: number(body['lastEventTime']) ?? number(last?.['time']) ?? 0,
		lastMessageId: id(last?.['id']),
		modified: number(body['modified']) ?? 0,
		unread: number(body['newMessages']) ?? 0,
		status: text(body['status']) ?? 'ACTIVE',
		sign: signOf(body),
		reacted: reactedOf(body),
	};
}

/** `lastReactedMessageId` and `lastReaction`: the latter's form is not published, a text or an object that holds one. */
function reactedOf(chat: JsonObject): ChatFacts['reacted'] {
	const messageId = id(chat['lastReactedMessageId']);
	if (messageId === null || messageId === '0') return null;
	const last = chat['lastReaction'];
	const reaction = text(last) ?? text(object(last)?.['reaction']) ?? text(object(last)?.['id']);
	return { messageId, reaction };
}

export function kindOf(type: string | null, chatId: string): ChatKind {
	if (chatId === '0') return 'saved';
	if (type === 'CHANNEL') return 'channel';
	if (type === 'CHAT' || type === 'GROUP_CHAT') return 'group';
	if (type === 'DIALOG') return 'private';
	return chatId.startsWith('-') ? 'group' : 'private';
}

/** What makes a chat another one for its members: not who wrote last, nor who read how far. */
const SIGNIFICANT = [
	'type',
	'status',
	'access',
	'title',
	'description',
	'owner',
	'participantsCount',
	'admins',
	'options',
	'link',
	'baseRawIconUrl',
];

function signOf(chat: JsonObject): string {
	const pinned = id(object(chat['pinnedMessage'])?.['id']);
	return JSON.stringify([
		...SIGNIFICANT.map((name) =>
			name === 'baseRawIconUrl' ? (text(chat[name])?.split('?')[0] ?? null) : (chat[name] ?? null),
		),
		pinned,
	]);
}
