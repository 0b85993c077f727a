import type { Operation } from '../../../../src/n8n';
import { chatOf, group, pictureFields, pictureOf } from '../../fields';

export const setPhoto: Operation = {
	value: 'setPhoto',
	name: 'Set Photo',
	action: 'Set photo of group or channel',
	description: 'Change or remove the picture of a group or channel',
	effect: 'change',
	properties: [group, ...pictureFields],
	toCommand: async (parameters) => ({
		name: 'chat.setPhoto',
		input: { chatId: chatOf(parameters) },
		media: await pictureOf(parameters),
	}),
};
