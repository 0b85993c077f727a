import type { Operation } from '../../../../src/n8n';
import { user, userOf } from '../../fields';

export const getDialog: Operation = {
	value: 'getDialog',
	name: 'Get Dialog',
	action: 'Get dialog with user',
	description: 'Get the chat ID of the dialog with a person, who need not have been written to yet',
	effect: 'read',
	properties: [user],
	toCommand: (parameters) => ({ name: 'chat.getDialog', input: userOf(parameters) }),
};
