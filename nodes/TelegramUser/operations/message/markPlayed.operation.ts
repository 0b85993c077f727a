import type { Operation } from '../../../../src/n8n';
import { chat, chatOf } from '../../fields';
import { messageIds } from './fields';

export const markPlayed: Operation = {
	value: 'markPlayed',
	name: 'Mark as Played',
	action: 'Mark voice messages as played',
	description: 'Mark voice messages and video notes as listened to, which the sender sees',
	effect: 'change',
	properties: [chat, messageIds],
	toCommand: (parameters) => ({
		name: 'message.markPlayed',
		input: { chatId: chatOf(parameters), messageIds: parameters.list('messageIds') },
	}),
};
