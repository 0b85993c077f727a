import { mediaFields, type Operation } from '../../../../src/n8n';
import { chat } from '../../fields';

export const setPhoto: Operation = {
	value: 'setPhoto',
	name: 'Set Photo',
	action: 'Set photo of group or channel',
	description: 'Change the picture of a group or channel',
	effect: 'change',
	properties: [chat, ...mediaFields({ without: ['all'], single: true })],
	toCommand: async (parameters) => ({
		name: 'chat.setPhoto',
		input: { chatId: parameters.id('chatId') },
		media: await parameters.media(),
	}),
};
