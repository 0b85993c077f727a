import type { Operation } from '../../../../src/n8n';
import { chatOf, group } from '../../fields';

export const join: Operation = {
	value: 'join',
	name: 'Join',
	action: 'Join group or channel',
	description:
		'Join a group or channel by its invite link, username or link; where administrators let people in, a request is sent',
	effect: 'change',
	properties: [group],
	toCommand: (parameters) => ({ name: 'chat.join', input: { chatId: chatOf(parameters) } }),
};
