import type { Operation } from '../../../../src/n8n';
import { chat, linesOf, messageId } from '../../fields';

export const vote: Operation = {
	value: 'vote',
	name: 'Vote in Poll',
	action: 'Vote in poll',
	description: 'Choose an answer of a poll, or take the vote back',
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
				'What to choose: words or IDs of answers, one per line. Empty takes the vote back, which must be done before another one.',
		},
	],
	toCommand: (parameters) => ({
		name: 'message.vote',
		input: {
			chatId: parameters.id('chatId'),
			messageId: parameters.required('messageId'),
			answers: linesOf(parameters, 'answers'),
		},
	}),
};
