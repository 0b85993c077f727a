import type { Operation } from '../../../../src/n8n';

export const getDrafts: Operation = {
	value: 'getDrafts',
	name: 'Get Drafts',
	action: 'Get drafts',
	description: 'Get what is written in the input fields of all chats and was not sent',
	effect: 'read',
	properties: [],
	toCommand: () => ({ name: 'message.getDrafts', input: {} }),
};
