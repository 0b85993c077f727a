import type { Operation } from '../../../../src/n8n';
import { chat, chatOf } from '../../fields';

export const resolve: Operation = {
	value: 'resolve',
	name: 'Resolve',
	action: 'Resolve username or link',
	description:
		'Tell who or what a username, link, phone number or ID stands for; of an invite link also before joining',
	effect: 'read',
	properties: [chat],
	toCommand: (parameters) => ({ name: 'contact.resolve', input: { chatId: chatOf(parameters) } }),
};
