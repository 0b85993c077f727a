import { markId, markPeer } from '../peers/marked-id';
import { child, children, flag, int, long, type TlObject } from '../tl';

/** An `Updates` object, whatever its constructor, as one shape. */
export type Unpacked =
	/** the server says: ask for the difference */
	| { kind: 'tooLong' }
	/** `start` 0 = outside of the seq order */
	| { kind: 'list'; start: number; seq: number; date: number; updates: TlObject[] }
	/** a message that names a person not seen yet: the difference brings it with the person */
	| { kind: 'incomplete' }
	| { kind: 'unknown' };

/**
 * `updates`, `updatesCombined`, `updateShort`, `updateShortMessage`, `updateShortChatMessage`, `updateShortSentMessage`
 * (which moves the box and tells no message) and `updatesTooLong` (core.telegram.org/api/updates).
 * @param self own user id
 * @param knows has this user or group been seen?
 */
export function unpack(payload: TlObject, self: string, knows: (marked: string) => boolean): Unpacked {
	const date = int(payload, 'date') ?? 0;
	const single = (update: TlObject): Unpacked => ({
		kind: 'list',
		start: 0,
		seq: 0,
		date,
		updates: [update],
	});
	switch (payload._) {
		case 'updatesTooLong':
			return { kind: 'tooLong' };
		case 'updates':
		case 'updatesCombined': {
			const seq = int(payload, 'seq') ?? 0;
			const start = int(payload, 'seq_start') ?? seq;
			return { kind: 'list', start, seq, date, updates: inOrder(children(payload, 'updates')) };
		}
		case 'updateShort': {
			const update = child(payload, 'update');
			return update === null ? { kind: 'unknown' } : single(update);
		}
		case 'updateShortMessage':
		case 'updateShortChatMessage': {
			const message = fullMessage(payload, self);
			const people = [markPeer(child(message, 'peer_id')), markPeer(child(message, 'from_id'))];
			if (people.some((marked) => marked !== null && marked !== self && !knows(marked)))
				return { kind: 'incomplete' };
			return single({
				_: 'updateNewMessage',
				message,
				pts: int(payload, 'pts') ?? 0,
				pts_count: int(payload, 'pts_count') ?? 0,
			});
		}
		case 'updateShortSentMessage':
			return single({
				_: 'affected',
				pts: int(payload, 'pts') ?? 0,
				pts_count: int(payload, 'pts_count') ?? 0,
			});
		default:
			return { kind: 'unknown' };
	}
}

/** The message a short update stands for. */
function fullMessage(short: TlObject, self: string): TlObject {
	const out = flag(short, 'out');
	const { _: name, user_id: _user, chat_id: _chat, pts: _pts, pts_count: _count, ...rest } = short;
	const inGroup = name === 'updateShortChatMessage';
	const from = inGroup ? (long(short, 'from_id') ?? self) : out ? self : (long(short, 'user_id') ?? self);
	const peer = inGroup
		? { _: 'peerChat', chat_id: long(short, 'chat_id') ?? '0' }
		: { _: 'peerUser', user_id: long(short, 'user_id') ?? self };
	return { ...rest, _: 'message', from_id: { _: 'peerUser', user_id: from }, peer_id: peer };
}

/** By the number before them: servers put `updateReadChannelInbox` before the message it belongs to. Stable. */
function inOrder(updates: TlObject[]): TlObject[] {
	const before = (update: TlObject): number => {
		const pts = int(update, 'pts') ?? int(update, 'qts');
		return pts === null ? -1 : pts - (int(update, 'pts_count') ?? 0);
	};
	return updates.length < 2 ? updates : updates.toSorted((a, b) => before(a) - before(b));
}

/** Which numbered sequence an update belongs to. `channel`: bare id. */
export type Placed =
	| { box: 'common'; pts: number; count: number }
	| { box: 'qts'; pts: number; count: 1 }
	| { box: 'channel'; channel: string; pts: number; count: number }
	/** no order of its own */
	| { box: null };

export function place(update: TlObject): Placed {
	const pts = int(update, 'pts');
	const count = int(update, 'pts_count');
	if (pts !== null && count !== null) {
		const channel = channelOf(update);
		return channel === null ? { box: 'common', pts, count } : { box: 'channel', channel, pts, count };
	}
	const qts = int(update, 'qts');
	if (qts !== null && qts > 0) return { box: 'qts', pts: qts, count: 1 };
	return { box: null };
}

/** The channel an update is about, bare id. */
export function channelOf(update: TlObject): string | null {
	const direct = long(update, 'channel_id');
	if (direct !== null) return direct;
	const peer = child(child(update, 'message'), 'peer_id');
	return peer?._ === 'peerChannel' ? long(peer, 'channel_id') : null;
}

/**
 * The channel a request is about, bare id: whose numbers its `messages.affected…` tells. Also methods under `messages`
 * take channels as their peer (`unpinAllMessages`, `readMentions`, `readReactions`).
 */
export function channelAsked(request: TlObject): string | null {
	const named = child(request, 'channel') ?? child(request, 'peer');
	return named === null ? null : long(named, 'channel_id');
}

/** The message of an update that brings a new one. */
export function newMessageOf(update: TlObject): TlObject | null {
	return update._ === 'updateNewMessage' || update._ === 'updateNewChannelMessage'
		? child(update, 'message')
		: null;
}

export function chatOfMessage(message: TlObject): string | null {
	return markPeer(child(message, 'peer_id'));
}

/** The new messages of a difference, oldest first: which order they come in is not promised. */
export function newMessagesOf(difference: TlObject): TlObject[] {
	return children(difference, 'new_messages').toSorted((a, b) => (int(a, 'id') ?? 0) - (int(b, 'id') ?? 0));
}

/** A message of a difference or a history as the update it would have been. */
export function asNewMessage(message: TlObject): TlObject {
	const inChannel = child(message, 'peer_id')?._ === 'peerChannel';
	return { _: inChannel ? 'updateNewChannelMessage' : 'updateNewMessage', message };
}

export function markChannel(channel: string): string {
	return markId('channel', channel);
}
