import { limitFields, type Operation } from '../../../../src/n8n';
import { chatOf, group } from '../../fields';

export const getInviteLinks: Operation = {
	value: 'getInviteLinks',
	name: 'Get Invite Links',
	action: 'Get invite links of group or channel',
	description: 'List the invite links this account has made, with how many joined by each',
	effect: 'read',
	properties: [group, ...limitFields()],
	options: [
		{
			displayName: 'Revoked',
			name: 'revoked',
			type: 'boolean',
			default: false,
			description: 'Whether to list the links that no longer work instead',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.getInviteLinks',
		input: {
			chatId: chatOf(parameters),
			...parameters.limit(),
			revoked: parameters.options.boolean('revoked'),
		},
	}),
};
