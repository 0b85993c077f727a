import { z } from '#lib/zod';
import type { TelegramAccount } from '../account';
import { entitiesFromTl, toMarkdown } from '../formatting';
import { markPeer } from '../peers/marked-id';
import { fit, FORMATS, formatText, toEntities } from '../send/text';
import { child, children, int, text as textOf, type TlObject } from '../tl';
import { mention } from './sending';
import { chatRef, command, messageId, nothing, peerOf, text } from './shared';

/** Puts a text into the input field of a chat on all devices of this account, unsent. */
export const messageSaveDraft = command({
	permission: 'send',
	effect: 'change',
	input: z.strictObject({
		chatId: chatRef,
		text,
		format: z.enum(FORMATS).default('none'),
		linkPreview: z.boolean().default(true),
		replyTo: messageId.optional(),
		topicId: messageId.optional(),
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const [part] = fit(formatText(input.text, input.format), 'refuse');
		const entities = toEntities(part?.entities ?? [], (id) => mention(account, id));
		await save(account, input, context, {
			message: part?.text ?? '',
			...(entities.length === 0 ? {} : { entities }),
			...(input.linkPreview ? {} : { no_webpage: true }),
		});
		const { peer } = await peerOf(account, input.chatId, context);
		return { items: [{ saved: true, external_chat_id: peer.id }] };
	},
});

/** Empties the input field of one chat, or of all. */
export const messageClearDraft = command({
	permission: 'send',
	effect: 'change',
	input: z.strictObject({ chatId: chatRef.optional(), topicId: messageId.optional() }),
	// Without a chat it touches all of them, which a list of allowed chats does not allow.
	chats: ({ chatId }) => [chatId ?? 'all'],
	async run(account, { chatId, topicId }, context) {
		if (chatId === undefined)
			await account.connection.call({ _: 'messages.clearAllDrafts' }, { signal: context.signal });
		else await save(account, { chatId, topicId }, context, { message: '' });
		return { items: [{ cleared: true }] };
	},
});

/** The drafts of all chats, with their formatting as Markdown. */
export const messageGetDrafts = command({
	permission: 'read',
	effect: 'read',
	input: nothing,
	async run(account, _input, context) {
		const answer = await account.connection.object(
			{ _: 'messages.getAllDrafts' },
			{ signal: context.signal },
		);
		const items = children(answer, 'updates').flatMap((update) => {
			const draft = child(update, 'draft');
			const chat = markPeer(child(update, 'peer'));
			if (draft?._ !== 'draftMessage' || chat === null) return [];
			const formatted = {
				text: textOf(draft, 'message'),
				entities: entitiesFromTl(children(draft, 'entities')),
			};
			const topic = int(update, 'top_msg_id');
			const replyTo = int(child(draft, 'reply_to') ?? { _: '' }, 'reply_to_msg_id');
			return [
				{
					external_chat_id: chat,
					chat_title: account.book.get(chat)?.name ?? '',
					text: formatted.text,
					markdown: toMarkdown(formatted),
					reply_to: replyTo === null ? null : String(replyTo),
					thread_id: topic === null ? null : String(topic),
					date: new Date((int(draft, 'date') ?? 0) * 1000).toISOString(),
				},
			];
		});
		return { items };
	},
});

async function save(
	account: TelegramAccount,
	{
		chatId,
		replyTo,
		topicId,
	}: { chatId: string; replyTo?: number | undefined; topicId?: number | undefined },
	context: { signal: AbortSignal },
	words: Record<string, TlObject[string]>,
): Promise<void> {
	const { input } = await peerOf(account, chatId, context);
	const target = replyTo ?? topicId;
	const reply =
		target === undefined
			? {}
			: {
					reply_to: {
						_: 'inputReplyToMessage',
						reply_to_msg_id: target,
						...(topicId === undefined ? {} : { top_msg_id: topicId }),
					},
				};
	await account.connection.call(
		{ ...words, ...reply, _: 'messages.saveDraft', peer: input },
		{ signal: context.signal },
	);
}
