import type { Operation } from '../../../../src/n8n';
import { chat, chatOf } from '../../fields';

export const deleteChat: Operation = {
	value: 'delete',
	name: 'Delete',
	action: 'Delete chat',
	description:
		'Delete a chat with its messages; a group or channel that is not deleted for everybody is left',
	effect: 'change',
	properties: [
		chat,
		{
			displayName: 'Delete for Everybody',
			name: 'forEverybody',
			type: 'boolean',
			default: false,
			description:
				'Whether it disappears for the others too; groups and channels can be deleted by their owner only',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.delete',
		input: { chatId: chatOf(parameters), forEveryone: parameters.boolean('forEverybody') },
	}),
};
