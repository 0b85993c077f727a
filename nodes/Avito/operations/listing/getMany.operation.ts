import { detailOf, includeRawField, limitFields, simplifyField, type Operation } from '../../../../src/n8n';

export const getMany: Operation = {
	value: 'getMany',
	name: 'Get Many',
	action: 'Get many listings',
	description: 'List the own listings (ads) with title, price, status and address',
	effect: 'read',
	properties: [
		...limitFields(),
		{
			displayName: 'Status',
			name: 'status',
			type: 'multiOptions',
			options: [
				{ name: 'Active', value: 'active' },
				{ name: 'Blocked', value: 'blocked' },
				{ name: 'Old', value: 'old' },
				{ name: 'Rejected', value: 'rejected' },
				{ name: 'Removed', value: 'removed' },
			],
			default: ['active'],
			description: 'Which listings to return',
		},
		simplifyField,
	],
	options: [
		{
			displayName: 'Category ID',
			name: 'category',
			type: 'string',
			default: '',
			placeholder: 'e.g. 114',
			description: 'Number of the category',
		},
		includeRawField,
		{
			displayName: 'Updated From',
			name: 'updatedAtFrom',
			type: 'dateTime',
			default: '',
			description: 'Only listings updated on or after this day',
		},
	],
	toCommand: (parameters) => {
		const { options } = parameters;
		return {
			name: 'listing.getMany',
			input: {
				...parameters.limit(),
				status: parameters.list('status'),
				...(options.has('category') ? { category: options.number('category') } : {}),
				...(options.has('updatedAtFrom') ? { updatedAtFrom: options.day('updatedAtFrom') } : {}),
				...detailOf(parameters),
			},
		};
	},
};
