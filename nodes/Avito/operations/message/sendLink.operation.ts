import type { Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const sendLink: Operation = {
	value: 'sendLink',
	name: 'Send Link',
	action: 'Send link message',
	description:
		'Send a web address, with a text before it if wanted. Avito has no link message: it goes as a text.',
	effect: 'send',
	properties: [
		chat,
		{
			displayName: 'URL',
			name: 'url',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://example.com/offer',
			description: 'The web address to send',
		},
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			description: 'Text before the address',
		},
	],
	toCommand: (parameters) => ({
		name: 'message.sendLink',
		input: {
			chatId: parameters.id('chatId'),
			url: parameters.id('url'),
			...(parameters.has('text') ? { text: parameters.text('text') } : {}),
		},
	}),
};
