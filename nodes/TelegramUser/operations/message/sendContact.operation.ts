import type { Operation } from '../../../../src/n8n';
import { chatOf } from '../../fields';
import { recipient } from './fields';
import { sendingFields, sendingOf } from './sending';

const text = (displayName: string, name: string, description: string, placeholder?: string) => ({
	displayName,
	name,
	type: 'string' as const,
	default: '',
	...(placeholder === undefined ? {} : { placeholder }),
	description,
});

export const sendContact: Operation = {
	value: 'sendContact',
	name: 'Send Contact',
	action: 'Send contact',
	description: 'Send the card of a person: somebody this account knows, or a phone number with a name',
	effect: 'send',
	properties: [
		recipient,
		text(
			'Contact',
			'contactId',
			'Whose card: user ID, username or link of a person whose number this account sees. Empty: give a phone number.',
			'e.g. @name',
		),
		text(
			'Phone',
			'phone',
			'Phone number with country code. Empty: that of the contact.',
			'e.g. +79990000000',
		),
		text('First Name', 'firstName', 'First name on the card. Empty: that of the contact.'),
		text('Last Name', 'lastName', 'Last name on the card. Empty: that of the contact.'),
	],
	options: [...sendingFields, text('vCard', 'vcard', 'Further fields of the card, as a vCard')],
	toCommand: (parameters) => ({
		name: 'message.sendContact',
		input: {
			chatId: chatOf(parameters),
			...Object.fromEntries(
				['contactId', 'phone', 'firstName', 'lastName']
					.filter((name) => parameters.has(name))
					.map((name) => [name, parameters.text(name)]),
			),
			vcard: parameters.options.text('vcard'),
			...sendingOf(parameters.options, ''),
		},
	}),
};
