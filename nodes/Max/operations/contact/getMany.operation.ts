import { detailOf, includeRawField, limitFields, simplifyField, type Operation } from '../../../../src/n8n';

export const getMany: Operation = {
	value: 'getMany',
	name: 'Get Many',
	action: 'Get many contacts',
	description: 'List the contacts of this account',
	effect: 'read',
	properties: [...limitFields(), simplifyField],
	options: [
		includeRawField,
		{
			displayName: 'Only Blocked',
			name: 'blocked',
			type: 'boolean',
			default: false,
			description: 'Whether to list the people this account blocks instead',
		},
	],
	toCommand: (parameters) => ({
		name: 'contact.getMany',
		input: {
			...parameters.limit(),
			blocked: parameters.options.boolean('blocked'),
			...detailOf(parameters),
		},
	}),
};
