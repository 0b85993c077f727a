import type { Operation } from '../../../../src/n8n';
import { chat, chatOf } from '../../fields';
import { messageIds } from './fields';

export const sendScheduled: Operation = {
	value: 'sendScheduled',
	name: 'Send Scheduled Now',
	action: 'Send scheduled messages now',
	description: 'Send messages at once that were scheduled for later',
	effect: 'change',
	properties: [
		chat,
		{ ...messageIds, description: 'Comma-separated list of IDs of scheduled messages of that chat' },
	],
	toCommand: (parameters) => ({
		name: 'message.sendScheduled',
		input: { chatId: chatOf(parameters), messageIds: parameters.list('messageIds') },
	}),
};
