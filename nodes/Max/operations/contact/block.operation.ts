import type { Operation } from '../../../../src/n8n';
import { user, userOf } from '../../fields';

export const block: Operation = {
	value: 'block',
	name: 'Block',
	action: 'Block contact',
	description: 'Block a person',
	effect: 'change',
	properties: [user],
	toCommand: (parameters) => ({ name: 'contact.block', input: userOf(parameters) }),
};
