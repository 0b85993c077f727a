import type { Json, JsonObject } from '../../../contract';
import { array, id, ids, object, text } from '../json';
import type { MessageFacts } from './normalise';

/** What has no field of its own; null when there is nothing. */
export function detailsOf(facts: MessageFacts, control: JsonObject | undefined): JsonObject | null {
	if (facts.attaches.length === 0 && facts.raw['link'] === undefined) return null;
	const data: JsonObject = {};
	if (control !== undefined) {
		data['what'] = noticeWord(text(control['event']) ?? text(control['action']) ?? 'unknown');
		data['user_ids'] = [...ids(control['userIds']), ...ids([control['userId'] ?? null])];
		if (text(control['title']) !== null) data['title'] = control['title'] ?? null;
	}
	for (const attach of facts.attaches) {
		switch (text(attach['_type']) ?? '') {
			case 'CALL':
				Object.assign(data, {
					state: 'ended',
					call_type: callType(attach['callType'] ?? null),
					hangup: text(attach['hangupType'] ?? null)?.toLowerCase() ?? null,
					duration: attach['duration'] ?? null,
					conversation_id: attach['conversationId'] ?? null,
				});
				break;
			case 'LOCATION':
				Object.assign(data, { latitude: attach['latitude'] ?? null, longitude: attach['longitude'] ?? null });
				break;
			case 'CONTACT':
				Object.assign(data, { contact_id: id(attach['contactId']), contact_name: contactNameOf(attach) });
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
			text: text(source?.['text']),
		};
	}
	return Object.keys(data).length === 0 ? null : data;
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

function contactNameOf(attach: JsonObject): string | null {
	const parts = [text(attach['firstName']), text(attach['lastName'])].filter(
		(part) => part !== null && part !== '',
	);
	return text(attach['name']) ?? (parts.length === 0 ? null : parts.join(' '));
}
