import { formatField, mediaFields, notVoiceField, type Operation } from '../../../../src/n8n';
import { chat, chatOf, messageId } from '../../fields';
import { captionField, fileFields, fileOf, kindField } from './files';

export const editMedia: Operation = {
	value: 'editMedia',
	name: 'Edit Media',
	action: 'Edit media of message',
	description: 'Put another file in the place of the one in an own message, with a new caption',
	effect: 'change',
	properties: [chat, messageId, kindField, ...mediaFields({ single: true }), captionField],
	options: [formatField, notVoiceField, ...fileFields],
	toCommand: async (parameters) => {
		const { input, media } = await fileOf(parameters);
		return {
			name: 'message.editMedia',
			input: { chatId: chatOf(parameters), messageId: parameters.id('messageId'), ...input },
			media,
		};
	},
};
