import { formatField, textOptionsOf, type Operation } from '../../../../src/n8n';
import { chatOf, messageId } from '../../fields';
import { fromChat, recipient } from './fields';
import { sendingFields, sendingOf } from './sending';

export const copy: Operation = {
	value: 'copy',
	name: 'Copy',
	action: 'Copy message',
	description:
		'Send a message of another chat as an own one, if wanted with other words, as an answer or to a topic',
	effect: 'send',
	properties: [recipient, fromChat, messageId],
	options: [
		formatField,
		...sendingFields,
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			description: 'Other words for the copy. Not given: those of the message.',
		},
		{
			displayName: 'Without Text',
			name: 'withoutText',
			type: 'boolean',
			default: false,
			description: 'Whether to leave out the caption of a file',
		},
	],
	toCommand: (parameters) => {
		const { options } = parameters;
		const text = options.boolean('withoutText') ? '' : options.has('text') ? options.text('text') : undefined;
		return {
			name: 'message.copy',
			input: {
				chatId: chatOf(parameters),
				fromChatId: chatOf(parameters, 'fromChatId'),
				messageId: parameters.id('messageId'),
				...(text === undefined ? {} : { text, format: textOptionsOf(options).format }),
				...sendingOf(options, text ?? ''),
			},
		};
	},
};
