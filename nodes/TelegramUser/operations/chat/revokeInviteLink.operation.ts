import type { Operation } from '../../../../src/n8n';
import { chatOf, group } from '../../fields';

export const revokeInviteLink: Operation = {
	value: 'revokeInviteLink',
	name: 'Revoke Invite Link',
	action: 'Revoke invite link of group or channel',
	description: 'Make an invite link worthless; the main link is replaced by a new one',
	effect: 'change',
	properties: [
		group,
		{
			displayName: 'Link',
			name: 'link',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://t.me/+AbCdEfGhIjKlMnOp',
			description: 'The field link of Create Invite Link or Get Invite Links',
		},
	],
	toCommand: (parameters) => ({
		name: 'chat.revokeInviteLink',
		input: { chatId: chatOf(parameters), link: parameters.id('link') },
	}),
};
