import {
	formatField,
	mediaFields,
	mediaKindField,
	notVoiceField,
	sendingFields,
	sendingOf,
	type Operation,
} from '../../../../src/n8n';
import { caption, recipient, recipientOf } from '../../fields';

export const sendMedia: Operation = {
	value: 'sendMedia',
	name: 'Send Media',
	action: 'Send media message',
	description:
		'Send photos, videos, files or a voice message. Several photos and videos become one album, files follow one by one.',
	effect: 'send',
	properties: [recipient, mediaKindField, ...mediaFields(), caption],
	options: [formatField, notVoiceField, ...sendingFields],
	toCommand: async (parameters) => ({
		name: 'message.sendMedia',
		input: {
			...recipientOf(parameters),
			kind: parameters.text('mediaKind'),
			text: parameters.text('caption'),
			format: parameters.options.has('format') ? parameters.options.text('format') : 'none',
			ifNotVoice: parameters.options.text('ifNotVoice') === 'audio' ? 'audio' : 'refuse',
			...sendingOf(parameters.options),
		},
		media: await parameters.media(),
	}),
};
