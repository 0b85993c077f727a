import type { Operation } from '../../../../src/n8n';
import { markReadCall, type Messenger } from '../../commands';
import { message, originOf } from '../../fields';

export const markRead: Operation = {
	value: 'markRead',
	name: 'Mark as Read',
	action: 'Mark chat as read',
	description: 'Mark the chat of a message as read up to it; on Avito the whole chat',
	effect: 'change',
	properties: [message],
	account: (parameters) => originOf(parameters).account,
	toCommand: (parameters, channel: Messenger) => markReadCall(channel, originOf(parameters)),
};
