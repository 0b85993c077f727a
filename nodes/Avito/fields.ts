import type { INodeProperties } from 'n8n-workflow';
import { chatField } from '../../src/n8n';

/** The chat an operation works on. Chat ids contain letters, digits and `~ _ -`. */
export const chat: INodeProperties = chatField({
	placeholder: 'e.g. u2i-AbC~dEf_GhIjKlMnOpQrSt',
	idPattern: '^\\s*[A-Za-z0-9~_.:-]+\\s*$',
	idError: 'A chat ID has letters, digits and the signs ~ _ - only',
	// The address of a chat in Avito's web client ends in its id.
	url: {
		pattern: 'https?://(?:www\\.|m\\.)?avito\\.ru/profile/messenger/channel/([^/?#]+)',
		placeholder: 'e.g. https://www.avito.ru/profile/messenger/channel/u2i-AbC~dEf_GhIjKlMnOpQrSt',
	},
	description: 'The Avito chat',
});

/** Avito hides chats between users unless both types are asked for. */
export const chatTypes: INodeProperties = {
	displayName: 'Chat Types',
	name: 'chatTypes',
	type: 'multiOptions',
	options: [
		{ name: 'About a Listing', value: 'u2i' },
		{ name: 'Between Users', value: 'u2u' },
		{ name: 'With Avito', value: 'a2u' },
	],
	default: ['u2i', 'u2u'],
	description: 'Which kinds of chats to include',
};

/** A listing, from a list or by its number. */
export const listing: INodeProperties = {
	displayName: 'Listing',
	name: 'itemId',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'The listing (ad)',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchListings', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 7700000001',
			validation: [
				{ type: 'regex', properties: { regex: '^\\s*\\d+\\s*$', errorMessage: 'A listing ID is a number' } },
			],
		},
		{
			displayName: 'By URL',
			name: 'url',
			type: 'string',
			placeholder: 'e.g. https://www.avito.ru/moskva/telefony/telefon_7700000001',
			// A listing's address ends in its number.
			extractValue: { type: 'regex', regex: 'https?://(?:www\\.|m\\.)?avito\\.ru/.*?(\\d{6,})(?:[/?#].*)?$' },
			validation: [
				{
					type: 'regex',
					properties: {
						regex: 'https?://(?:www\\.|m\\.)?avito\\.ru/.*\\d{6,}.*',
						errorMessage: 'The address of a listing ends in its number',
					},
				},
			],
		},
	],
};

/** Listing numbers as a text, for filters. */
export const itemIds: INodeProperties = {
	displayName: 'Listing IDs',
	name: 'itemIds',
	type: 'string',
	default: '',
	placeholder: 'e.g. 7700000001, 7700000002',
	description: 'Comma-separated list of listing IDs',
};
