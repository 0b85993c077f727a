import type { Operation } from '../../../../src/n8n';
import { chat, userIds } from '../../fields';

export const demote: Operation = {
	value: 'demote',
	name: 'Demote Administrators',
	action: 'Demote administrators of group or channel',
	description: 'Make administrators ordinary members',
	effect: 'change',
	properties: [chat, userIds],
	toCommand: (parameters) => ({
		name: 'chat.demote',
		input: { chatId: parameters.id('chatId'), userIds: parameters.list('userIds') },
	}),
};
