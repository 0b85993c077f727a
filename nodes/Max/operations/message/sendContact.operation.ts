import { sendingFields, sendingOf, type Operation } from '../../../../src/n8n';
import { recipient, recipientOf } from '../../fields';

export const sendContact: Operation = {
	value: 'sendContact',
	name: 'Send Contact',
	action: 'Send contact',
	description: 'Send the card of a person on MAX',
	effect: 'send',
	properties: [
		recipient,
		{
			displayName: 'Contact User ID',
			name: 'contactId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 87654321',
			description: 'User ID of the person whose card is sent',
		},
	],
	options: sendingFields,
	toCommand: (parameters) => ({
		name: 'message.sendContact',
		input: {
			...recipientOf(parameters),
			contactId: parameters.id('contactId'),
			...sendingOf(parameters.options),
		},
	}),
};
