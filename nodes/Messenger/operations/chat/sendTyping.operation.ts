import type { Operation } from '../../../../src/n8n';
import { typingCall, type Messenger } from '../../commands';
import { message, originOf } from '../../fields';

export const sendTyping: Operation = {
	value: 'sendTyping',
	name: 'Show Typing',
	action: 'Show typing in chat',
	description:
		'Show in the chat of a message for some seconds that somebody is typing; Avito has no such sign',
	effect: 'change',
	properties: [message],
	account: (parameters) => originOf(parameters).account,
	// Avito has no such sign; a workflow for all three must not stumble over it.
	known: (channel) => (channel === 'avito' ? [{ shown: false }] : null),
	toCommand: (parameters, channel: Messenger) => typingCall(channel, originOf(parameters).chatId),
	complete: (result) => ({ ...result, items: [{ shown: true }] }),
};
