import type { Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const leave: Operation = {
	value: 'leave',
	name: 'Leave',
	action: 'Leave group or channel',
	description: 'Leave a group or channel',
	effect: 'change',
	properties: [chat],
	toCommand: (parameters) => ({ name: 'chat.leave', input: { chatId: parameters.id('chatId') } }),
};
