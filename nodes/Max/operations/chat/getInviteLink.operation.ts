import type { Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const getInviteLink: Operation = {
	value: 'getInviteLink',
	name: 'Get Invite Link',
	action: 'Get invite link of group or channel',
	description: 'Get the link others join with',
	effect: 'read',
	properties: [chat],
	toCommand: (parameters) => ({ name: 'chat.getInviteLink', input: { chatId: parameters.id('chatId') } }),
};
