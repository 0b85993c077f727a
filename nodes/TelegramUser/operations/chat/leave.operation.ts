import type { Operation } from '../../../../src/n8n';
import { chatOf, group } from '../../fields';

export const leave: Operation = {
	value: 'leave',
	name: 'Leave',
	action: 'Leave group or channel',
	description: 'Leave a group or channel',
	effect: 'change',
	properties: [group],
	toCommand: (parameters) => ({ name: 'chat.leave', input: { chatId: chatOf(parameters) } }),
};
