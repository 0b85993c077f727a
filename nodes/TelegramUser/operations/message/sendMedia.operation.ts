import { formatField, mediaFields, notVoiceField, type Operation } from '../../../../src/n8n';
import { chatOf } from '../../fields';
import { recipient } from './fields';
import { captionField, fileFields, fileOf, kindField } from './files';
import { sendingFields, sendingOf } from './sending';

export const sendMedia: Operation = {
	value: 'sendMedia',
	name: 'Send Media',
	action: 'Send media message',
	description:
		'Send photos, videos, files, music or a voice message. Several of one kind become albums of up to ten.',
	effect: 'send',
	properties: [recipient, kindField, ...mediaFields(), captionField],
	options: [
		{
			displayName: 'As Album',
			name: 'asAlbum',
			type: 'boolean',
			default: true,
			description: 'Whether several files of one kind are shown together',
		},
		formatField,
		notVoiceField,
		...sendingFields,
		...fileFields,
	],
	toCommand: async (parameters) => {
		const { options } = parameters;
		const { input, media } = await fileOf(parameters);
		return {
			name: 'message.sendMedia',
			input: {
				chatId: chatOf(parameters),
				asAlbum: !options.has('asAlbum') || options.boolean('asAlbum'),
				...input,
				...sendingOf(options, input.text),
			},
			media,
		};
	},
};
