import type { Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const unpin: Operation = {
	value: 'unpin',
	name: 'Unpin',
	action: 'Unpin message',
	description: 'Take the pinned message of a group or channel down',
	effect: 'change',
	properties: [chat],
	toCommand: (parameters) => ({ name: 'message.unpin', input: { chatId: parameters.id('chatId') } }),
};
