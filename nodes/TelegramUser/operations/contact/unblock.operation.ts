import type { Operation } from '../../../../src/n8n';
import { chatOf, user } from '../../fields';

export const unblock: Operation = {
	value: 'unblock',
	name: 'Unblock',
	action: 'Unblock contact',
	description: 'Let a blocked person write to this account again',
	effect: 'change',
	properties: [user],
	toCommand: (parameters) => ({ name: 'contact.unblock', input: { userId: chatOf(parameters, 'userId') } }),
};
