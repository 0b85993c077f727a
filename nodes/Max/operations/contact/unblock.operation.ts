import type { Operation } from '../../../../src/n8n';
import { user, userOf } from '../../fields';

export const unblock: Operation = {
	value: 'unblock',
	name: 'Unblock',
	action: 'Unblock contact',
	description: 'End the blocking of a person',
	effect: 'change',
	properties: [user],
	toCommand: (parameters) => ({ name: 'contact.unblock', input: userOf(parameters) }),
};
