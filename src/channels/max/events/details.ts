import type { Json, JsonObject } from '../../../contract';
import { array, id, ids, object, text } from '../json';
import { typeOf } from './media';
import type { MessageFacts } from './normalise';

/** What has no field of its own; null when there is nothing. @param mask takes out of words what nobody may see */
export function detailsOf(
	facts: MessageFacts,
	control: JsonObject | undefined,
	mask: (words: string) => string,
): JsonObject | null {
	const words = (value: Json | undefined): string | null => {
		const said = text(value);
		return said === null ? null : mask(said);
	};
	if (facts.attaches.length === 0 && facts.raw['link'] === undefined) return null;
	const data: JsonObject = {};
	if (control !== undefined) Object.assign(data, noticeDetails(facts, control));
	for (const attach of facts.attaches) {
		switch (typeOf(attach)) {
			case 'CALL':
				Object.assign(data, {
					state: 'ended',
					call_type: callType(attach['callType'] ?? null),
					hangup: text(attach['hangupType'] ?? null)?.toLowerCase() ?? null,
					duration: attach['duration'] ?? null,
					conversation_id: attach['conversationId'] ?? null,
				});
				if (text(attach['joinLink']) !== null) data['join_link'] = text(attach['joinLink']);
				break;
			case 'AUDIO':
				if (text(attach['transcription']) !== null) data['transcription'] = words(attach['transcription']);
				break;
			case 'LOCATION':
				Object.assign(data, { latitude: attach['latitude'] ?? null, longitude: attach['longitude'] ?? null });
				break;
			case 'CONTACT':
				Object.assign(data, {
					contact_id: id(attach['contactId']),
					contact_name: contactNameOf(attach),
					contact_phone: words(phoneOf(attach['phone'] ?? null)),
				});
				break;
			case 'SHARE':
				Object.assign(data, { share_url: text(attach['url']), share_title: text(attach['title']) });
				break;
			case 'POLL':
				Object.assign(data, {
					poll_id: id(attach['pollId']),
					title: attach['title'] ?? null,
					answers: array(attach['answers']),
				});
				break;
			case 'INLINE_KEYBOARD':
				Object.assign(data, { keyboard: object(attach['keyboard']) ?? null });
				break;
		}
	}
	const link = object(facts.raw['link']);
	if (link?.['type'] === 'FORWARD') {
		const source = object(link['message']);
		data['forwarded_from'] = {
			chat_id: id(link['chatId']),
			chat_name: text(link['chatName']),
			user_id: id(source?.['sender']),
			message_id: id(source?.['id']),
			text: words(source?.['text']),
		};
	}
	return Object.keys(data).length === 0 ? null : data;
}

/** Who leaves, or comes by a link, is who the notice is from: it need not name anybody else. */
const OF_THEMSELVES = new Set(['leave', 'joinByLink']);

function noticeDetails({ senderId }: MessageFacts, control: JsonObject): JsonObject {
	const event = text(control['event']) ?? text(control['action']) ?? 'unknown';
	const named = [...ids(control['userIds']), ...ids([control['userId'] ?? null])];
	const oneself = named.length === 0 && senderId !== null && OF_THEMSELVES.has(event);
	const title = text(control['title']);
	const payload = text(control['startPayload']);
	return {
		what: noticeWord(event),
		user_ids: oneself ? [senderId] : named,
		...(title === null ? {} : { title }),
		...(payload === null ? {} : { start_payload: payload }),
	};
}

/** What happened in a chat, in the words that Telegram's events have, too; whatever is not in here keeps MAX's word. */
const NOTICE_WORDS: Readonly<Record<string, string>> = {
	new: 'created',
	add: 'added',
	remove: 'removed',
	leave: 'left',
	joinByLink: 'joined',
	icon: 'photo',
	pin: 'pinned',
};

function noticeWord(event: string): string {
	return NOTICE_WORDS[event] ?? event;
}

/** `audio` or `video`. */
export function callType(type: Json): string | null {
	return text(type)?.toLowerCase() ?? null;
}

/** Digits get their plus sign, anything else stays as it was written; null when the person hides it or has none. */
function phoneOf(phone: Json): string | null {
	const digits = id(phone);
	if (digits === null) return text(phone) || null;
	return digits === '0' ? null : `+${digits}`;
}

function contactNameOf(attach: JsonObject): string | null {
	const parts = [text(attach['firstName']), text(attach['lastName'])].filter(
		(part) => part !== null && part !== '',
	);
	return text(attach['name']) ?? (parts.length === 0 ? null : parts.join(' '));
}
