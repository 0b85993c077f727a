import type { EventType, JsonObject } from '../../../contract';
import { markPeer } from '../peers/marked-id';
import { child, flag, int, long, text, type TlObject } from '../tl';

/** What a notice in the chat is about, by Telegram's name for it (core.telegram.org/type/MessageAction). */
const CHAT_CHANGES: Readonly<Record<string, string>> = {
	messageActionChatCreate: 'created',
	messageActionChannelCreate: 'created',
	messageActionChatEditTitle: 'title',
	messageActionChatEditPhoto: 'photo',
	messageActionChatDeletePhoto: 'photo',
	messageActionPinMessage: 'pinned',
	messageActionTopicCreate: 'topic_created',
	messageActionTopicEdit: 'topic_changed',
};
const MEMBER_CHANGE = /^messageActionChat(AddUser|DeleteUser|JoinedBy)/;
const CALL = /PhoneCall|GroupCall/;

export function noticeType(action: string): EventType {
	if (MEMBER_CHANGE.test(action)) return 'member_changed';
	if (CALL.test(action)) return 'call';
	if (/ContactSignUp/.test(action)) return 'contact_changed';
	return /^messageActionCh|^messageActionTopic|PinMessage/.test(action) ? 'chat_changed' : 'message';
}

/** What a notice tells, in words that the other messengers' events have, too; Telegram's own stand beside them. */
export function noticeData(message: TlObject): JsonObject {
	const action = child(message, 'action') ?? { _: '' };
	switch (noticeType(action._)) {
		case 'member_changed':
			return memberChange(action, markPeer(child(message, 'from_id')));
		case 'chat_changed':
			return {
				what: CHAT_CHANGES[action._] ?? 'changed',
				...(text(action, 'title') === '' ? {} : { title: text(action, 'title') }),
			};
		case 'call':
			return { state: 'ended', ...callData(action) };
		case 'contact_changed':
			return { what: 'signed_up' };
		default:
			return {};
	}
}

/** Of a call in private: which kind, and how it ended once it has. */
export function callData(call: TlObject): JsonObject {
	const reason = child(call, 'reason')?._.replace('phoneCallDiscardReason', '').toLowerCase() ?? null;
	return {
		call_type: flag(call, 'video') ? 'video' : 'audio',
		hangup: reason,
		duration: int(call, 'duration'),
	};
}

function memberChange(action: TlObject, by: string | null): JsonObject {
	if (/DeleteUser$/.test(action._)) {
		const gone = long(action, 'user_id') ?? '';
		return { what: gone === by ? 'left' : 'removed', user_ids: [gone] };
	}
	if (!/AddUser$/.test(action._)) return { what: 'joined', user_ids: by === null ? [] : [by] };
	const users = Array.isArray(action['users']) ? action['users'].map(String) : [];
	return { what: users.length === 1 && users[0] === by ? 'joined' : 'added', user_ids: users };
}
