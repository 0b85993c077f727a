import { formatField, type Operation } from '../../../../src/n8n';
import { chatOf } from '../../fields';
import { linesOf, recipient } from './fields';
import { sendingFields, sendingOf } from './sending';

export const sendPoll: Operation = {
	value: 'sendPoll',
	name: 'Send Poll',
	action: 'Send poll',
	description: 'Send a question with answers to choose from, or a quiz',
	effect: 'send',
	properties: [
		recipient,
		{
			displayName: 'Question',
			name: 'question',
			type: 'string',
			required: true,
			default: '',
			description: 'What is asked, up to 300 characters',
		},
		{
			displayName: 'Answers',
			name: 'answers',
			type: 'string',
			typeOptions: { rows: 4 },
			required: true,
			default: '',
			placeholder: 'One answer per line',
			description: 'Answers to choose from, one per line, two to twelve, up to 100 characters each',
		},
	],
	options: [
		{
			displayName: 'Anonymous',
			name: 'anonymous',
			type: 'boolean',
			default: true,
			description: 'Whether nobody sees who chose what',
		},
		{
			displayName: 'Close After (Seconds)',
			name: 'closeAfterSeconds',
			type: 'number',
			typeOptions: { minValue: 5 },
			default: 600,
			description: 'How long one can vote',
		},
		{
			displayName: 'Close At',
			name: 'closeAt',
			type: 'dateTime',
			default: '',
			description: 'Until when one can vote, instead of a number of seconds',
		},
		{
			displayName: 'Correct Answers',
			name: 'correctAnswers',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			placeholder: 'One answer per line',
			description: 'The right answers by words or number, one per line; they make the poll a quiz',
		},
		{
			displayName: 'Explanation',
			name: 'explanation',
			type: 'string',
			default: '',
			description: 'What a quiz shows after a wrong answer, up to 200 characters',
		},
		{ ...formatField, displayName: 'Formatting of the Explanation' },
		...sendingFields,
		{
			displayName: 'Several Answers',
			name: 'multiple',
			type: 'boolean',
			default: false,
			description: 'Whether a person may choose more than one answer',
		},
	],
	toCommand: (parameters) => {
		const { options } = parameters;
		const question = parameters.required('question');
		return {
			name: 'message.sendPoll',
			input: {
				chatId: chatOf(parameters),
				question,
				answers: linesOf(parameters, 'answers'),
				anonymous: !options.has('anonymous') || options.boolean('anonymous'),
				multiple: options.boolean('multiple'),
				correctAnswers: linesOf(options, 'correctAnswers'),
				...(options.has('explanation') ? { explanation: options.text('explanation') } : {}),
				...(options.has('format') ? { explanationFormat: options.text('format') } : {}),
				...(options.has('closeAfterSeconds')
					? { closeAfterSeconds: options.number('closeAfterSeconds') }
					: {}),
				...(options.has('closeAt') ? { closeAt: options.time('closeAt') } : {}),
				...sendingOf(options, question),
			},
		};
	},
};
