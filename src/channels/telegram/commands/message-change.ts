import { z } from '#lib/zod';
import { ChannelError } from '../../../contract';
import { asJson } from '../account';
import { inputChannel } from '../peers/peer-book';
import { deliver } from '../send/deliver';
import { fit, FORMATS, formatText, toEntities } from '../send/text';
import { mention } from './message-send';
import { chatRef, command, isChannel, messageId, messageIds, peerOf, SEND_TIMEOUT_MS, text } from './shared';

/** Text or caption of an own message. An edit that changes nothing is a success. */
export const messageEdit = command({
	permission: 'send',
	effect: 'change',
	input: z.strictObject({
		chatId: chatRef,
		messageId,
		text,
		format: z.enum(FORMATS).default('none'),
		linkPreview: z.boolean().default(true),
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const [part] = fit(formatText(input.text, input.format), 'refuse');
		const { peer, input: inputPeer } = await peerOf(account, input.chatId, context);
		const entities = toEntities(part?.entities ?? [], (id) => mention(account, id));
		let changed = true;
		try {
			await account.connection.call(
				{
					_: 'messages.editMessage',
					peer: inputPeer,
					id: input.messageId,
					message: part?.text ?? '',
					...(entities.length === 0 ? {} : { entities }),
					...(input.linkPreview ? {} : { no_webpage: true }),
				},
				{ signal: context.signal },
			);
		} catch (error) {
			if (!ChannelError.is(error) || error.providerCode !== 'MESSAGE_NOT_MODIFIED') throw error;
			changed = false;
		}
		return { items: [{ edited: true, changed, chat_id: peer.id, message_id: String(input.messageId) }] };
	},
});

/** For everybody (default) or for this account only. */
export const messageDelete = command({
	permission: 'delete',
	effect: 'change',
	input: z.strictObject({ chatId: chatRef, messageIds, forEveryone: z.boolean().default(true) }),
	chats: ({ chatId }) => [chatId],
	async run(account, { chatId, messageIds: id, forEveryone }, context) {
		const { peer } = await peerOf(account, chatId, context);
		await account.connection.call(
			isChannel(peer)
				? { _: 'channels.deleteMessages', channel: inputChannel(peer), id }
				: { _: 'messages.deleteMessages', id, ...(forEveryone ? { revoke: true } : {}) },
			{ signal: context.signal },
		);
		return { items: [{ deleted: true }] };
	},
});

/** With the sender's name, or as a copy without it. */
export const messageForward = command({
	permission: 'send',
	effect: 'send',
	timeoutMs: SEND_TIMEOUT_MS,
	input: z.strictObject({
		chatId: chatRef,
		fromChatId: chatRef,
		messageIds,
		asCopy: z.boolean().default(false),
		withoutCaptions: z.boolean().default(false),
		silent: z.boolean().default(false),
		topicId: messageId.optional(),
	}),
	chats: ({ chatId, fromChatId }) => [chatId, fromChatId],
	async run(account, input, context) {
		const { peer, input: to, looked } = await peerOf(account, input.chatId, context);
		const { input: from } = await peerOf(account, input.fromChatId, context, { field: 'fromChatId' });
		const request = {
			_: 'messages.forwardMessages',
			from_peer: from,
			to_peer: to,
			id: input.messageIds,
			...(input.asCopy ? { drop_author: true } : {}),
			...(input.withoutCaptions ? { drop_media_captions: true } : {}),
			...(input.silent ? { silent: true } : {}),
			...(input.topicId === undefined ? {} : { top_msg_id: input.topicId }),
		};
		const items = await deliver(
			account,
			{
				peer,
				looked,
				request,
				count: input.messageIds.length,
				randomIds: (ids) => ({ ...request, random_id: ids }),
			},
			context.intent,
			context,
		);
		return { items: items.map(asJson) };
	},
});

/** One emoji, a custom one by its id, or none to take the reaction back. */
export const messageReact = command({
	permission: 'send',
	effect: 'change',
	input: z.strictObject({
		chatId: chatRef,
		messageId,
		emoji: z.string().default(''),
		big: z.boolean().default(false),
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const { peer, input: inputPeer } = await peerOf(account, input.chatId, context);
		const reaction = /^\d+$/.test(input.emoji)
			? { _: 'reactionCustomEmoji', document_id: input.emoji }
			: { _: 'reactionEmoji', emoticon: input.emoji };
		await account.connection.call(
			{
				_: 'messages.sendReaction',
				peer: inputPeer,
				msg_id: input.messageId,
				reaction: input.emoji === '' ? [] : [reaction],
				...(input.big ? { big: true } : {}),
			},
			{ signal: context.signal },
		);
		return {
			items: [{ reacted: input.emoji !== '', chat_id: peer.id, message_id: String(input.messageId) }],
		};
	},
});

export const messagePin = command({
	permission: 'send',
	effect: 'change',
	input: z.strictObject({
		chatId: chatRef,
		messageId,
		pinned: z.boolean().default(true),
		silent: z.boolean().default(true),
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const { peer, input: inputPeer } = await peerOf(account, input.chatId, context);
		await account.connection.call(
			{
				_: 'messages.updatePinnedMessage',
				peer: inputPeer,
				id: input.messageId,
				...(input.silent ? { silent: true } : {}),
				...(input.pinned ? {} : { unpin: true }),
			},
			{ signal: context.signal },
		);
		return { items: [{ pinned: input.pinned, chat_id: peer.id, message_id: String(input.messageId) }] };
	},
});
