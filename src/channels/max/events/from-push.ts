import type { ChannelEvent, Json, JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import { id, ids, number, object, objects, text } from '../json';
import { OP, OTHER_PUSHES } from '../opcodes';
import { callType } from './details';
import { deletedEventId, otherEventId } from './event-id';
import { LIVE_READERS, reactionHint } from './live-push';
import { plainEvent } from './normalise';
import { ownerOf } from './owner';
import { iso, type PushEvent, type ReadPush } from './push-event';
import { scheduledEvent } from './scheduled';

/**
 * Pushes that are no messages → events. Unknown numbers and payloads of an unknown shape become `unknown` with `raw`:
 * nothing a push holds may end the loop.
 */
export function eventsFromPush(account: MaxAccount, opcode: number, payload: Json, at: number): PushEvent[] {
	const body = object(payload);
	const known = body === null ? null : READERS[opcode]?.(account, body, at);
	return known ?? [{ event: unknownEvent(account, opcode, payload, at), live: false }];
}

export function unknownEvent(
	account: MaxAccount,
	opcode: number,
	payload: Json,
	at: number,
	unreadable?: string,
): ChannelEvent {
	const name = OTHER_PUSHES[opcode];
	const data: JsonObject = {
		opcode,
		...(name === undefined ? {} : { name }),
		...(unreadable === undefined ? {} : { unreadable }),
	};
	return plainEvent(ownerOf(account), {
		type: 'unknown',
		id: otherEventId(account.accountId, `push:${String(opcode)}:${String(at)}`, payload),
		at,
		chatId: id(object(payload)?.['chatId']) ?? '',
		data,
		raw: payload,
	});
}

const READERS: Readonly<Record<number, ReadPush>> = {
	...LIVE_READERS,
	[OP.notifMsgDelete]: readDeletion,
	[OP.notifMsgDeleteRange]: readRange,
	[OP.notifChat]: oneOrMany('chat', 'chats', readChatChange),
	[OP.notifContact]: oneOrMany('contact', 'contacts', readContactChange),
	[OP.notifProfile]: (account, body, at) =>
		journalled(account, 'profile_changed', 'profile', body, at, { profile: body['profile'] ?? null }),
	[OP.notifConfig]: (account, body, at) => {
		account.directory.learnConfig(body['config'] ?? null);
		return journalled(account, 'profile_changed', 'config', body, at, { config: body['config'] ?? null });
	},
	[OP.notifAttach]: (account, body, at) =>
		journalled(account, 'file_ready', 'attach', body, at, {
			file_id: id(body['fileId']),
			video_id: id(body['videoId']),
			audio_id: id(body['audioId']),
			error: body['error'] ?? null,
		}),
	[OP.notifTranscription]: (account, body, at) =>
		journalled(account, 'file_ready', 'transcription', body, at, {
			transcription: text(body['transcription']),
			message_id: id(body['messageId']),
		}),
	[OP.notifMsgDelayed]: (account, body, at) => [{ event: scheduledEvent(account, body, at), live: false }],
	[OP.notifCallStart]: readCall,
};

function readDeletion(account: MaxAccount, body: JsonObject, at: number): PushEvent[] | null {
	const chatId = id(body['chatId']) ?? id(object(body['chat'])?.['id']);
	const messageIds = ids(body['messageIds']);
	if (chatId === null || messageIds.length === 0) return null;
	const chat = account.directory.knownChat(chatId);
	return messageIds.map((messageId) => ({
		event: plainEvent(ownerOf(account), {
			type: 'message_deleted',
			id: deletedEventId(account.accountId, chatId, messageId),
			at,
			chatId,
			messageId,
			...(chat === null ? {} : { chatKind: chat.kind, chatTitle: chat.title }),
			data: { message_id: messageId },
			raw: body,
		}),
		live: false,
	}));
}

function readRange(account: MaxAccount, body: JsonObject, at: number): PushEvent[] | null {
	const chatId = id(body['chatId']);
	const [from, to] = [number(body['startTime']), number(body['endTime'])];
	if (chatId === null) return null;
	return journalled(account, 'message_deleted', `range:${chatId}`, body, at, {
		from: iso(from),
		to: iso(to),
	});
}

/** One in `name`, as captures have it; one client also reads a list of them. */
function oneOrMany(name: string, list: string, read: ReadPush): ReadPush {
	return (account, body, at) => {
		if (body[name] !== undefined) return read(account, body, at);
		const known = objects(body[list]).flatMap((one) => read(account, { [name]: one }, at) ?? []);
		return known.length === 0 ? null : known;
	};
}

/**
 * 135 comes for every little thing; only what makes it another chat for its members is an event, and on phones the newest
 * reaction it names.
 */
function readChatChange(account: MaxAccount, body: JsonObject, at: number): PushEvent[] | null {
	const raw = object(body['chat']);
	const chatId = id(raw?.['id']);
	if (raw === null || chatId === null) return null;
	const before = account.directory.knownChat(chatId);
	const chat = account.directory.learnChat(raw);
	if (chat === null) return [];
	const hints = reactionHint(account, before, chat, body, at);
	if (before?.sign === chat.sign) return hints;
	const event = plainEvent(ownerOf(account), {
		type: 'chat_changed',
		id: otherEventId(
			account.accountId,
			`chat:${chatId}:${String(number(raw['modified']) ?? chat.lastEventTime)}`,
			chat.sign,
		),
		at,
		chatId,
		chatKind: chat.kind,
		chatTitle: chat.title,
		data: {
			what: 'changed',
			title: chat.title,
			status: chat.status,
			members_count: number(raw['participantsCount']),
			is_new: before === null,
		},
		raw: body,
	});
	return [{ event, live: false }, ...hints];
}

function readContactChange(account: MaxAccount, body: JsonObject, at: number): PushEvent[] | null {
	const contact = account.directory.learnContact(body['contact'] ?? null);
	if (contact === null) return null;
	const event = plainEvent(ownerOf(account), {
		type: 'contact_changed',
		id: otherEventId(account.accountId, `contact:${contact.id}`, body['contact'] ?? null),
		at,
		userId: contact.id,
		name: contact.name,
		data: { what: 'changed', username: contact.username, is_blocked: contact.blocked },
		raw: body,
	});
	return [{ event, live: false }];
}

function readCall(account: MaxAccount, body: JsonObject, at: number): PushEvent[] | null {
	const userId = id(body['callerId']);
	const chatId = id(body['chatId']) ?? '';
	const call = text(body['conversationId']);
	if (userId === null) return null;
	const event = plainEvent(ownerOf(account), {
		type: 'call',
		id: otherEventId(account.accountId, 'call', [call, userId, call === null ? at : null]),
		at,
		chatId,
		userId,
		chatKind: 'private',
		name: account.directory.knownContact(userId)?.name ?? '',
		data: { state: 'ringing', call_type: callType(body['type'] ?? null), conversation_id: call },
		raw: body,
	});
	return [{ event, live: false }];
}

function journalled(
	account: MaxAccount,
	type: 'profile_changed' | 'file_ready' | 'message_deleted',
	what: string,
	body: JsonObject,
	at: number,
	data: JsonObject,
): PushEvent[] {
	const chatId = id(body['chatId']) ?? '';
	const event = plainEvent(ownerOf(account), {
		type,
		id: otherEventId(account.accountId, `${what}:${String(at)}`, body),
		at,
		chatId,
		messageId: id(body['messageId']),
		direction: type === 'message_deleted' ? 'in' : 'out',
		data,
		raw: body,
	});
	return [{ event, live: false }];
}
