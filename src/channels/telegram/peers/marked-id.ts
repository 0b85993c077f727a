import { long, type TlObject } from '../tl';

/**
 * Ids as the Bot API marks them, so that users, groups and channels never collide: user `id`, basic group `-id`,
 * channel or supergroup `-(1000000000000 + id)`. Always strings; all fit in 52 bits (core.telegram.org/api/bots/ids).
 */
export type MarkedId = string;
export type PeerType = 'user' | 'chat' | 'channel';

const CHANNEL_OFFSET = 1_000_000_000_000n;
/** basic groups end where channels begin */
const MAX_CHAT = 999_999_999_999n;
/** secret chats lie below -1997852516352 - … in the Bot API's scheme: not addressable here */
const MAX_CHANNEL = 997_852_516_352n;

export function markId(type: PeerType, id: string): MarkedId {
	if (type === 'user') return id;
	return type === 'chat' ? `-${id}` : `-${String(CHANNEL_OFFSET + BigInt(id))}`;
}

/** null when the text is no id in any form; a bare positive number is a user, as marked ids have it. */
export function unmarkId(marked: string): { type: PeerType; id: string } | null {
	if (!/^-?\d{1,19}$/.test(marked)) return null;
	const value = BigInt(marked);
	if (value > 0n) return { type: 'user', id: String(value) };
	if (value === 0n) return null;
	if (-value <= MAX_CHAT) return { type: 'chat', id: String(-value) };
	const id = -value - CHANNEL_OFFSET;
	return id > 0n && id <= MAX_CHANNEL ? { type: 'channel', id: String(id) } : null;
}

/** `peerUser`, `peerChat`, `peerChannel` → marked id. */
export function markPeer(peer: TlObject | null): MarkedId | null {
	if (peer === null) return null;
	if (peer._ === 'peerUser') return marked('user', long(peer, 'user_id'));
	if (peer._ === 'peerChat') return marked('chat', long(peer, 'chat_id'));
	if (peer._ === 'peerChannel') return marked('channel', long(peer, 'channel_id'));
	return null;
}

export function peerOf(marked: MarkedId): TlObject {
	const { type, id } = unmarkId(marked) ?? { type: 'user', id: marked };
	if (type === 'user') return { _: 'peerUser', user_id: id };
	return type === 'chat' ? { _: 'peerChat', chat_id: id } : { _: 'peerChannel', channel_id: id };
}

function marked(type: PeerType, id: string | null): MarkedId | null {
	return id === null ? null : markId(type, id);
}
