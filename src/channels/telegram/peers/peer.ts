import type { TlObject } from '../tl';
import { unmarkId, type MarkedId, type PeerType } from './marked-id';
import type { Sighting } from './sightings';

export type ChatType = 'private' | 'bot' | 'group' | 'supergroup' | 'channel' | 'service' | 'saved';

/** What is known of a user or chat. */
export interface Peer {
	id: MarkedId;
	type: PeerType;
	chatType: ChatType;
	/** null = this session was not shown one: addressed by `seenIn`, or not at all */
	accessHash: string | null;
	/** where one was seen who has no access hash of this session's */
	seenIn: Sighting | null;
	name: string;
	username: string | null;
	phone: string | null;
	forum: boolean;
	/** among the contacts of this account */
	contact: boolean;
}

/** Whether requests can name this peer: basic groups need no access hash. */
export function isAddressable(peer: Peer): boolean {
	return peer.accessHash !== null || peer.type === 'chat' || peer.seenIn !== null;
}

/** `InputPeer` of a known peer; a peer without access hash is tried with none, which Telegram accepts of contacts of bots only. */
export function inputPeer(peer: Peer, self: MarkedId): TlObject {
	const id = unmarkId(peer.id)?.id ?? '0';
	if (peer.id === self) return { _: 'inputPeerSelf' };
	if (peer.type === 'chat') return { _: 'inputPeerChat', chat_id: id };
	return peer.type === 'user'
		? { ...named('inputPeerUser', peer), user_id: id }
		: { ...named('inputPeerChannel', peer), channel_id: id };
}

export function inputChannel(peer: Peer): TlObject {
	return { ...named('inputChannel', peer), channel_id: unmarkId(peer.id)?.id ?? '0' };
}

export function inputUser(peer: Peer, self: MarkedId): TlObject {
	if (peer.id === self) return { _: 'inputUserSelf' };
	return { ...named('inputUser', peer), user_id: peer.id };
}

/** By the access hash, or by the message the peer was seen in. */
function named(constructor: string, { accessHash, seenIn }: Peer): TlObject {
	if (accessHash !== null || seenIn === null) return { _: constructor, access_hash: accessHash ?? '0' };
	const { type, id } = unmarkId(seenIn.chat) ?? { type: 'chat', id: '0' };
	const peer =
		type === 'chat'
			? { _: 'inputPeerChat', chat_id: id }
			: { _: 'inputPeerChannel', channel_id: id, access_hash: seenIn.chatHash ?? '0' };
	return { _: `${constructor}FromMessage`, peer, msg_id: seenIn.message };
}
