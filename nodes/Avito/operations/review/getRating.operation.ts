import type { Operation } from '../../../../src/n8n';

export const getRating: Operation = {
	value: 'getRating',
	name: 'Get Rating',
	action: 'Get rating from reviews',
	description: 'Get the score of the own profile and the number of its reviews',
	effect: 'read',
	properties: [],
	toCommand: () => ({ name: 'review.getRating', input: {} }),
};
