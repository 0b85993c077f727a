import type { Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const renewInviteLink: Operation = {
	value: 'renewInviteLink',
	name: 'Renew Invite Link',
	action: 'Renew invite link of group or channel',
	description: 'Make a new link to join with; the old one stops working',
	effect: 'change',
	properties: [chat],
	toCommand: (parameters) => ({ name: 'chat.renewInviteLink', input: { chatId: parameters.id('chatId') } }),
};
