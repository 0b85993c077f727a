import type { Operation } from '../../../../src/n8n';
import { chat, chatOf, messageId } from '../../fields';
import { linesOf } from './fields';

export const vote: Operation = {
	value: 'vote',
	name: 'Vote in Poll',
	action: 'Vote in poll',
	description: 'Vote in a poll, or take the vote back',
	effect: 'change',
	properties: [
		chat,
		messageId,
		{
			displayName: 'Answers',
			name: 'answers',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			placeholder: 'One answer per line',
			description:
				'What to choose: words of an answer or its number, one per line. Empty: take the vote back.',
		},
	],
	toCommand: (parameters) => ({
		name: 'message.vote',
		input: {
			chatId: chatOf(parameters),
			messageId: parameters.id('messageId'),
			answers: linesOf(parameters, 'answers'),
		},
	}),
};
