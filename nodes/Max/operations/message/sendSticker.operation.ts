import { sendingFields, sendingOf, type Operation } from '../../../../src/n8n';
import { recipient, recipientOf } from '../../fields';

export const sendSticker: Operation = {
	value: 'sendSticker',
	name: 'Send Sticker',
	action: 'Send sticker',
	description: 'Send a sticker by its number',
	effect: 'send',
	properties: [
		recipient,
		{
			displayName: 'Sticker ID',
			name: 'stickerId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 123456',
			description: 'Number of the sticker, as in a received message with a sticker',
		},
	],
	options: sendingFields,
	toCommand: (parameters) => ({
		name: 'message.sendSticker',
		input: {
			...recipientOf(parameters),
			stickerId: parameters.id('stickerId'),
			...sendingOf(parameters.options),
		},
	}),
};
