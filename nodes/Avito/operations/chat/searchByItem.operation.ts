import { detailOf, includeRawField, limitFields, simplifyField, type Operation } from '../../../../src/n8n';
import { itemIds } from '../../fields';

export const searchByItem: Operation = {
	value: 'searchByItem',
	name: 'Search by Listing',
	action: 'Search chats by listing',
	description: 'Find the chats about certain listings',
	effect: 'read',
	properties: [{ ...itemIds, required: true }, ...limitFields(), simplifyField],
	options: [includeRawField],
	toCommand: (parameters) => {
		parameters.required('itemIds');
		return {
			name: 'chat.searchByItem',
			input: {
				itemIds: parameters.list('itemIds'),
				...parameters.limit(),
				...detailOf(parameters),
			},
		};
	},
};
