import { z } from '#lib/zod';
import type { JsonObject } from '../../../contract';
import type { TelegramAccount } from '../account';
import { reactionWord } from '../events/reaction';
import { markPeer } from '../peers/marked-id';
import { child, children, flag, int, text, type TlObject } from '../tl';
import { fetchMessages } from './message-read';
import { chatRef, command, messageId, messageIds, messageNotFound, peerOf } from './shared';

/** people of one message at once (core.telegram.org/method/messages.getMessageReactionsList) */
const PAGE = 100;

const emoji = z.string().trim();

/** One emoji or several (Premium), custom ones by their ids, or none to take the reaction back. */
export const messageReact = command({
	permission: 'send',
	effect: 'change',
	input: z.strictObject({
		chatId: chatRef,
		messageId,
		emoji: z.union([emoji.transform((one) => [one]), z.array(emoji)]).default([]),
		big: z.boolean().default(false),
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const { peer, input: inputPeer } = await peerOf(account, input.chatId, context);
		const reactions = input.emoji.filter((one) => one !== '');
		await account.connection.call(
			{
				_: 'messages.sendReaction',
				peer: inputPeer,
				msg_id: input.messageId,
				reaction: reactions.map(reactionOf),
				...(input.big ? { big: true } : {}),
			},
			{ signal: context.signal },
		);
		return {
			items: [{ reacted: reactions.length > 0, chat_id: peer.id, message_id: String(input.messageId) }],
		};
	},
});

function reactionOf(given: string): TlObject {
	return /^\d+$/.test(given)
		? { _: 'reactionCustomEmoji', document_id: given }
		: { _: 'reactionEmoji', emoticon: given };
}

/** Counts per message, and on request who reacted, where the chat shows it. */
export const messageGetReactions = command({
	permission: 'read',
	effect: 'read',
	input: z.strictObject({
		chatId: chatRef,
		messageIds,
		/** people of each message; 0 = only counts */
		people: z.number().int().min(0).max(1000).default(0),
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, { chatId, messageIds: ids, people }, { signal }) {
		const { peer, input } = await peerOf(account, chatId, { signal });
		const messages = await fetchMessages(account, peer, ids, signal);
		const items: JsonObject[] = [];
		for (const id of ids) {
			const message = messages.find((one) => int(one, 'id') === id);
			if (message === undefined) throw messageNotFound(id);
			const reactions = child(message, 'reactions');
			const counters = children(reactions, 'results').map((one) => ({
				reaction: reactionWord(child(one, 'reaction')),
				count: int(one, 'count') ?? 0,
				mine: int(one, 'chosen_order') !== null,
			}));
			items.push({
				external_chat_id: peer.id,
				message_id: String(id),
				total: counters.reduce((sum, { count }) => sum + count, 0),
				counters,
				your_reaction: counters.find(({ mine }) => mine)?.reaction ?? null,
				...(people === 0 ? {} : { people: await peopleOf(account, input, id, people, signal) }),
			});
		}
		return { items };
	},
});

async function peopleOf(
	account: TelegramAccount,
	peer: TlObject,
	id: number,
	limit: number,
	signal: AbortSignal,
): Promise<JsonObject[]> {
	const found: JsonObject[] = [];
	for (let offset = ''; found.length < limit;) {
		const size = Math.min(PAGE, limit - found.length);
		const page = await account.connection.object(
			{
				_: 'messages.getMessageReactionsList',
				peer,
				id,
				limit: size,
				...(offset === '' ? {} : { offset }),
			},
			{ signal },
		);
		for (const one of children(page, 'reactions')) {
			const who = markPeer(child(one, 'peer_id')) ?? '';
			found.push({
				external_user_id: who,
				client_name: account.book.get(who)?.name ?? '',
				reaction: reactionWord(child(one, 'reaction')),
				mine: flag(one, 'my'),
				date: new Date((int(one, 'date') ?? 0) * 1000).toISOString(),
			});
		}
		offset = text(page, 'next_offset');
		if (offset === '') break;
	}
	return found;
}
