import { limitFields, type Operation } from '../../../../src/n8n';
import { chatOf, group } from '../../fields';

export const getTopics: Operation = {
	value: 'getTopics',
	name: 'Get Topics',
	action: 'Get topics of forum',
	description: 'List the topics of a supergroup with topics',
	effect: 'read',
	properties: [group, ...limitFields()],
	options: [
		{
			displayName: 'Search',
			name: 'query',
			type: 'string',
			default: '',
			description: 'Only topics whose title contains this',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.getTopics',
		input: { chatId: chatOf(parameters), ...parameters.limit(), query: parameters.options.text('query') },
	}),
};
