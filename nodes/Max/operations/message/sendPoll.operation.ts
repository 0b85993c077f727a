import { sendingFields, sendingOf, type Operation } from '../../../../src/n8n';
import { linesOf, recipient, recipientOf } from '../../fields';

export const sendPoll: Operation = {
	value: 'sendPoll',
	name: 'Send Poll',
	action: 'Send poll',
	description: 'Send a question with answers to choose from',
	effect: 'send',
	properties: [
		recipient,
		{
			displayName: 'Question',
			name: 'question',
			type: 'string',
			required: true,
			default: '',
			description: 'What is asked',
		},
		{
			displayName: 'Answers',
			name: 'answers',
			type: 'string',
			typeOptions: { rows: 4 },
			required: true,
			default: '',
			placeholder: 'One answer per line',
			description: 'Answers to choose from, one per line, at least two',
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
			displayName: 'Several Answers',
			name: 'multiple',
			type: 'boolean',
			default: false,
			description: 'Whether a person may choose more than one answer',
		},
		...sendingFields,
	],
	toCommand: (parameters) => ({
		name: 'message.sendPoll',
		input: {
			...recipientOf(parameters),
			question: parameters.required('question'),
			answers: linesOf(parameters, 'answers'),
			anonymous: !parameters.options.has('anonymous') || parameters.options.boolean('anonymous'),
			multiple: parameters.options.boolean('multiple'),
			...sendingOf(parameters.options),
		},
	}),
};
