import { detailOf, includeRawField, limitFields, simplifyField, type Operation } from '../../../../src/n8n';

export const getMany: Operation = {
	value: 'getMany',
	name: 'Get Many',
	action: 'Get many reviews',
	description: 'List the reviews of the own profile with their answers',
	effect: 'read',
	properties: [...limitFields(), simplifyField],
	options: [includeRawField],
	toCommand: (parameters) => ({
		name: 'review.getMany',
		input: {
			...parameters.limit(),
			...detailOf(parameters),
		},
	}),
};
