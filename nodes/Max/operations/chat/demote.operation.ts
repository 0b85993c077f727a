import type { Operation } from '../../../../src/n8n';
import { chat, userIds } from '../../fields';

export const demote: Operation = {
	value: 'demote',
	name: 'Demote Members',
	action: 'Demote members of group or channel',
	description: 'Make administrators ordinary members again',
	effect: 'change',
	properties: [chat, userIds],
	toCommand: (parameters) => ({
		name: 'chat.demote',
		input: { chatId: parameters.id('chatId'), userIds: parameters.list('userIds') },
	}),
};
