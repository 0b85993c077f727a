import { mediaFields, type Operation } from '../../../../src/n8n';
import { sendMediaCall, type Messenger } from '../../commands';
import { account, chatId, sendOptions } from '../../fields';
import { replyToOf, replyToOption } from '../../reply-to';

export const sendMedia: Operation = {
	value: 'sendMedia',
	name: 'Send Media',
	action: 'Send media message',
	description:
		'Send files to a chat of any account of the credential. Avito takes pictures only, and the caption as a message before them.',
	effect: 'send',
	properties: [
		account,
		chatId,
		...mediaFields({ without: ['ref'] }),
		{
			displayName: 'Caption',
			name: 'caption',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			description: 'Text that goes with the files',
		},
	],
	options: [replyToOption, ...sendOptions],
	toCommand: async (parameters, channel: Messenger) =>
		sendMediaCall(
			channel,
			{
				chatId: parameters.id('chatId'),
				text: parameters.text('caption'),
				replyTo: replyToOf(parameters.options),
				options: parameters.options,
			},
			await parameters.media(),
		),
};
