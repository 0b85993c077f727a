import { detailOf, includeRawField, simplifyField, type Operation } from '../../../../src/n8n';

export const getByLink: Operation = {
	value: 'getByLink',
	name: 'Get by Link',
	action: 'Get message by link',
	description: 'Get one or several messages by their links',
	effect: 'read',
	properties: [
		{
			displayName: 'Links',
			name: 'links',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://t.me/name/123',
			description: 'Comma-separated list of links of messages, up to 100',
		},
		simplifyField,
	],
	options: [includeRawField],
	toCommand: (parameters) => ({
		name: 'message.getByLink',
		input: { links: parameters.list('links'), ...detailOf(parameters) },
	}),
};
