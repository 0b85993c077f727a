import type { Operation } from '../../../../src/n8n';
import { chatOf, user } from '../../fields';

export const block: Operation = {
	value: 'block',
	name: 'Block',
	action: 'Block contact',
	description: 'Block a person: they can no longer write to this account',
	effect: 'change',
	properties: [user],
	toCommand: (parameters) => ({ name: 'contact.block', input: { userId: chatOf(parameters, 'userId') } }),
};
