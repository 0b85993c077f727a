import type { Operation } from '../../../../src/n8n';

export const deleteAnswer: Operation = {
	value: 'deleteAnswer',
	name: 'Delete Answer',
	action: 'Delete answer to review',
	description: 'Take back the public answer to a review',
	effect: 'change',
	properties: [
		{
			displayName: 'Answer ID',
			name: 'answerId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 1234567',
			description: 'Number of the answer',
		},
	],
	toCommand: (parameters) => ({
		name: 'review.deleteAnswer',
		input: { answerId: parameters.id('answerId') },
	}),
};
