import { isMember } from '../state/chats';
import { bareId, kindOf, marked } from '../state/model';
import type { Channel, Chat, Copy, Group, Marked, Person } from '../state/model';
import { boxOf } from '../state/people';
import { child, int, long, optionalChild } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { Call } from './call';
import { RpcError } from './errors';

/** A user named by id and access hash, oneself, or where a min constructor was seen. */
export function userOf(call: Call, input: TlObject): Person {
	const { world, me } = call;
	switch (input._) {
		case 'inputUserSelf':
		case 'inputPeerSelf':
			return me;
		case 'inputUser':
		case 'inputPeerUser': {
			const person = world.people.get(long(input, 'user_id'));
			if (person === undefined) break;
			if (person.id === me.id || long(input, 'access_hash') === world.accessHash(me.id, person.id))
				return person;
			break;
		}
		case 'inputUserFromMessage':
		case 'inputPeerUserFromMessage': {
			const person = world.people.get(long(input, 'user_id'));
			if (person !== undefined && isSeen(call, input, marked.user(person.id))) return person;
			break;
		}
	}
	throw new RpcError(400, input._.startsWith('inputPeer') ? 'PEER_ID_INVALID' : 'USER_ID_INVALID');
}

/** A channel the account may see: a member's, or a public one. */
export function channelOf(call: Call, input: TlObject): Channel {
	const channel = channelByHash(call, input);
	if (channel.members.get(call.me.id)?.banned?.view_messages === true)
		throw new RpcError(400, 'CHANNEL_PRIVATE');
	if (channel.username === undefined && !isMember(channel, call.me.id))
		throw new RpcError(400, 'CHANNEL_PRIVATE');
	return channel;
}

/** A channel by id and access hash, whether one may read it or not. */
export function channelByHash(call: Call, input: TlObject): Channel {
	const { world, me } = call;
	const chat = world.chats.get(marked.channel(long(input, 'channel_id')));
	if (chat?.kind !== 'channel') throw new RpcError(400, 'CHANNEL_INVALID');
	const named = input._.endsWith('FromMessage')
		? isSeen(call, input, chat.key)
		: long(input, 'access_hash') === world.accessHash(me.id, chat.key);
	if (!named) throw new RpcError(400, 'CHANNEL_INVALID');
	return chat;
}

/** Whether the message a min constructor is named by shows that user or channel. */
function isSeen(call: Call, input: TlObject, who: Marked): boolean {
	const copy = messageOf(call, peerOf(call, child(input, 'peer')), int(input, 'msg_id'));
	if (copy === undefined) return false;
	const { author, forward, entities } = copy.message;
	const mentioned = entities
		.filter(({ _ }) => _ === 'messageEntityMentionName')
		.map((entity) => marked.user(long(entity, 'user_id')));
	const forwarded = forward === undefined ? undefined : optionalChild(forward, 'from_id');
	return [author, forwarded && markedOf(forwarded), ...mentioned].includes(who);
}

function markedOf(peer: TlObject): Marked {
	if (peer._ === 'peerUser') return marked.user(long(peer, 'user_id'));
	return peer._ === 'peerChat'
		? marked.group(long(peer, 'chat_id'))
		: marked.channel(long(peer, 'channel_id'));
}

export function groupOf({ world, me }: Call, id: bigint): Group {
	const chat = world.chats.get(marked.group(id));
	if (chat?.kind !== 'group' || !chat.members.has(me.id)) throw new RpcError(400, 'CHAT_ID_INVALID');
	return chat;
}

/** Any InputPeer as a marked id, after the checks of its kind. */
export function peerOf(call: Call, input: TlObject): Marked {
	switch (input._) {
		case 'inputPeerSelf':
		case 'inputPeerUser':
		case 'inputPeerUserFromMessage':
			return marked.user(userOf(call, input).id);
		case 'inputPeerChat': {
			const chat = call.world.chats.get(marked.group(long(input, 'chat_id')));
			if (chat?.members.has(call.me.id) !== true) throw new RpcError(400, 'PEER_ID_INVALID');
			return chat.key;
		}
		case 'inputPeerChannel':
		case 'inputPeerChannelFromMessage':
		case 'inputChannel':
			return channelOf(call, input).key;
		default:
			throw new RpcError(400, 'PEER_ID_INVALID');
	}
}

export function peerArg(call: Call, field = 'peer'): Marked {
	return peerOf(call, child(call.args, field));
}

/** A group or channel named by InputPeer; CHAT_ID_INVALID for a user. */
export function chatArg(call: Call, field = 'peer'): Chat {
	const peer = peerArg(call, field);
	if (kindOf(peer) === 'user') throw new RpcError(400, 'CHAT_ID_INVALID');
	return call.world.chat(peer);
}

export function channelArg(call: Call, field = 'channel'): Channel {
	return channelOf(call, child(call.args, field));
}

/** A message as the account finds it in a chat; undefined when there is none. */
export function messageOf(call: Call, peer: Marked, id: number): Copy | undefined {
	const copy = boxOf(call.world, call.me, peer).messages.get(id);
	return copy?.peer === peer ? copy : undefined;
}

export function demandMessage(call: Call, peer: Marked, id: number): Copy {
	const copy = messageOf(call, peer, id);
	if (copy === undefined) throw new RpcError(400, 'MESSAGE_ID_INVALID');
	return copy;
}

/** The id inside InputMessage. */
export function messageIds(list: readonly TlObject[]): number[] {
	return list.map((one) => int(one, 'id'));
}

export function person(call: Call, peer: Marked): Person {
	return call.world.person(bareId(peer));
}

/** InputReplyTo of a send, as message and topic. */
export function replyOf(call: Call, peer: Marked) {
	const input = optionalChild(call.args, 'reply_to');
	if (input === undefined || input._ !== 'inputReplyToMessage')
		return { replyTo: undefined, topicId: undefined };
	const elsewhere = optionalChild(input, 'reply_to_peer_id');
	const from = elsewhere === undefined ? peer : peerOf(call, elsewhere);
	const id = int(input, 'reply_to_msg_id');
	const chat = call.world.chats.get(peer);
	const topics = chat?.kind === 'channel' && chat.forum ? chat.topics : undefined;
	const target = messageOf(call, from, id);
	const topId = int(input, 'top_msg_id') || undefined;
	const topicId =
		topics === undefined ? undefined : (topId ?? (topics.has(id) ? id : target?.message.topicId));
	if (target === undefined && topics?.has(id) !== true) {
		// The General topic has no first message.
		if (id !== 1 || topics === undefined) throw new RpcError(400, 'REPLY_MESSAGE_ID_INVALID');
	}
	if (topicId !== undefined && topics?.get(topicId)?.closed === true) throw new RpcError(400, 'TOPIC_CLOSED');
	const quoteText = input.quote_text;
	return {
		topicId,
		replyTo: {
			message: target?.message,
			topId: topId ?? topicId,
			quote:
				typeof quoteText === 'string'
					? {
							text: quoteText,
							entities: (input.quote_entities ?? []) as readonly TlObject[],
							offset: int(input, 'quote_offset'),
						}
					: undefined,
		},
	};
}
