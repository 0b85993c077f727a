import { z } from '#lib/zod';
import { ChannelError } from '../../../contract';
import { deleteMessage } from '../api/messages';
import { command, opaqueId, requestContext } from './shared';

/** Own messages, within one hour of sending; it stays in the history as deleted. */
export const messageDelete = command({
	permission: 'delete',
	effect: 'change',
	input: z.strictObject({ chatId: opaqueId, messageId: opaqueId }),
	chats: ({ chatId }) => [chatId],
	async run(account, { chatId, messageId }, context) {
		try {
			await deleteMessage(account, chatId, messageId, requestContext(context));
		} catch (error) {
			throw explain(error);
		}
		return { items: [{ deleted: true }] };
	},
});

/** The code of Avito's refusal is not documented: 400 and 403 both get the rule in words. */
function explain(error: unknown): unknown {
	if (!ChannelError.is(error) || (error.code !== 'invalid_parameter' && error.code !== 'permission_denied'))
		return error;
	return new ChannelError('permission_denied', error.message, {
		channel: 'avito',
		...(error.providerCode === undefined ? {} : { providerCode: error.providerCode }),
		hint: 'Avito lets you delete your own messages only, and only within one hour of sending.',
		cause: error,
	});
}
