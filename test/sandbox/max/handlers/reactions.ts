import type { Call, HandlerTable } from '../core/call';
import { MessageId } from '../codec/wire';
import type { Outgoing } from '../codec/wire';
import { badPayload, Refusal } from '../refusal';
import { chatFor, demand, hasRight, rights } from '../state/chats';
import { findMessage } from '../state/messages';
import { reactionPushes } from '../state/reactions';
import { viewReactions } from '../state/views';

/** MSG_REACTION: one per user and message; a new one replaces the old. */
function react(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	const chat = chatFor(world, me, body.int('chatId'));
	const message = findMessage(chat, me, body.messageId('messageId'));
	const reaction = body.object('reaction');
	if (reaction.string('reactionType') !== 'EMOJI') throw new Refusal('error.message.like.unknown.reaction');
	const emoji = reaction.string('id');
	if (!/\p{Extended_Pictographic}/u.test(emoji)) throw new Refusal('error.message.like.unknown.like');
	const { active, allowed } = chat.reactions;
	if (!active || (allowed !== undefined && !allowed.includes(emoji)))
		throw new Refusal('error.reactions.not.allowed');
	message.reactions.set(me.id, emoji);
	reactionPushes(world, chat, message, me, conn);
	return { reactionInfo: viewReactions(message, me.id) };
}

function unreact(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	const chat = chatFor(world, me, body.int('chatId'));
	const message = findMessage(chat, me, body.messageId('messageId'));
	if (message.reactions.delete(me.id)) reactionPushes(world, chat, message, me, conn);
	return { reactionInfo: viewReactions(message, me.id) ?? { counters: [], totalCount: 0 } };
}

/** MSG_GET_REACTIONS: by message id; messages without reactions are left out. */
function get({ world, me, body }: Call): Outgoing {
	const chat = chatFor(world, me, body.int('chatId'));
	const found = body.someMessageIds().map((id) => findMessage(chat, me, id));
	const entries = found.map((message) => [message.id.toString(), viewReactions(message, me.id)] as const);
	return { messagesReactions: Object.fromEntries(entries) };
}

function detailed({ world, me, body }: Call): Outgoing {
	const chat = chatFor(world, me, body.int('chatId'));
	const message = findMessage(chat, me, body.messageId('messageId'));
	const count = body.maybeNumber('count') ?? 40;
	const reactions = [...message.reactions]
		.slice(0, count)
		.map(([userId, reaction]) => ({ userId, reaction }));
	return { reactions, messageId: new MessageId(message.id), total: message.reactions.size };
}

function allow({ world, me, body }: Call): Outgoing {
	const chat = chatFor(world, me, body.int('chatId'));
	demand(hasRight(chat, me.id, rights.info));
	chat.reactions = {
		active: body.maybeBoolean('isActive') ?? true,
		allowed: body.has('reactionIds') ? body.strings('reactionIds') : undefined,
	};
	return {};
}

function allowed({ world, me, body }: Call): Outgoing {
	if (body.ints('chatIds').length === 0) throw badPayload("chatIds can't be empty");
	const chats = body.ints('chatIds').map((id) => chatFor(world, me, id));
	return {
		chatReactionsSettings: new Map(
			chats.map((chat) => [
				chat.id,
				{ isActive: chat.reactions.active, reactionIds: chat.reactions.allowed ?? [] },
			]),
		),
	};
}

export const reactionHandlers: HandlerTable = {
	178: react,
	179: unreact,
	180: get,
	181: detailed,
	257: allow,
	258: allowed,
};
