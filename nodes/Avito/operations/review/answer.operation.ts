import type { Operation } from '../../../../src/n8n';

export const answer: Operation = {
	value: 'answer',
	name: 'Answer',
	action: 'Answer review',
	description: 'Write the public answer to a review',
	effect: 'send',
	properties: [
		{
			displayName: 'Review ID',
			name: 'reviewId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 92312343',
			description: 'Number of the review',
		},
		{
			displayName: 'Message',
			name: 'message',
			type: 'string',
			typeOptions: { rows: 4 },
			required: true,
			default: '',
			description: 'Text of the answer',
		},
	],
	toCommand: (parameters) => ({
		name: 'review.answer',
		input: { reviewId: parameters.id('reviewId'), message: parameters.required('message') },
	}),
};
