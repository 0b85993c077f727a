import { z } from '#lib/zod';
import { invalidParameter, type CommandContext } from '../../../contract';
import { asJson, type MaxAccount } from '../account';
import { getMessages } from '../api/history';
import { editMessage } from '../api/messages';
import type { OutgoingMap } from '../codec';
import { chatIdField, idField } from '../input-fields';
import { number, object, objects } from '../json';
import { outgoingOf } from '../media/outgoing';
import { attachmentFrom } from '../media/upload';
import { FORMATS, formatText } from '../send/markup';
import { splitText } from '../send/split-text';
import { inChat } from './one-chat';
import { command, MEDIA_TIMEOUT_MS, requestOptions } from './shared';

/** Own messages, within seven days. Media stay unless others are given or *Remove media* is set. */
export const messageEdit = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	timeoutMs: MEDIA_TIMEOUT_MS,
	input: z.strictObject({
		chatId: chatIdField,
		messageId: idField,
		text: z.string(),
		format: z.enum(FORMATS).default('none'),
		removeMedia: z.boolean().default(false),
	}),
	async run(account, input, context) {
		const { chatId, messageId } = input;
		const [formatted = { text: '', elements: [] }] = splitText(
			formatText(input.text, input.format),
			'refuse',
		);
		if (formatted.text === '' && context.media.length === 0 && input.removeMedia)
			throw invalidParameter('text', 'a message cannot be empty');
		const attachments = await attachmentsAfter(account, input, context);
		const edited = await editMessage(
			account.session,
			{ chatId, messageId, ...formatted, ...(attachments === undefined ? {} : { attachments }) },
			requestOptions(context),
		);
		const at = number(edited['updateTime']) ?? account.serverNow();
		return {
			items: [
				asJson({
					channel: 'max',
					account: account.accountId,
					chat_id: chatId,
					message_id: messageId,
					edited: true,
					changed: true,
					date: new Date(at).toISOString(),
				}),
			],
		};
	},
});

/**
 * What the message shall hold after the edit. To keep media, clients send them again in their outgoing form; whether
 * they stay where the member is missing is not known. undefined: nothing is said about them, because the message is not
 * found by its id (one that is scheduled) or holds what nobody can send (a poll).
 */
async function attachmentsAfter(
	account: MaxAccount,
	{ chatId, messageId, removeMedia }: { chatId: string; messageId: string; removeMedia: boolean },
	context: CommandContext,
): Promise<OutgoingMap[] | undefined> {
	if (context.media.length > 0) {
		const attachments: OutgoingMap[] = [];
		for (const source of context.media)
			attachments.push((await attachmentFrom(account, source, { as: 'auto' }, context)).attach);
		return attachments;
	}
	if (removeMedia) return [];
	const [found] = await getMessages(account.session, chatId, [messageId], requestOptions(context));
	const message = object(found);
	if (message === null) return undefined;
	const kept: OutgoingMap[] = [];
	for (const attach of objects(message['attaches'])) {
		// A preview of a link is the service's own, made anew from the text.
		if (attach['_type'] === 'SHARE') continue;
		const form = outgoingOf(attach);
		if (form === null) return undefined;
		kept.push(form);
	}
	return kept;
}
