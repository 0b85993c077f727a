import type { Operation } from '../../../../src/n8n';
import { chat, chatOf, topicField, topicOf } from '../../fields';

export const unpinAll: Operation = {
	value: 'unpinAll',
	name: 'Unpin All',
	action: 'Unpin all messages',
	description: 'Take all pinned messages from the top of a chat',
	effect: 'change',
	properties: [chat],
	options: [{ ...topicField, description: 'Only those of this topic of a forum' }],
	toCommand: (parameters) => ({
		name: 'message.unpinAll',
		input: { chatId: chatOf(parameters), ...topicOf(parameters.options) },
	}),
};
