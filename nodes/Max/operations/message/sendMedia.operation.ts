import {
	formatField,
	mediaFields,
	mediaKindField,
	notVoiceField,
	sendingFields,
	sendingOf,
	splitLongTextField,
	textOptionsOf,
	voiceLengthField,
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
	options: [formatField, notVoiceField, splitLongTextField, ...sendingFields, voiceLengthField],
	toCommand: async (parameters) => {
		const { options } = parameters;
		return {
			name: 'message.sendMedia',
			input: {
				...recipientOf(parameters),
				kind: parameters.text('mediaKind'),
				text: parameters.text('caption'),
				ifNotVoice: options.text('ifNotVoice') === 'audio' ? 'audio' : 'refuse',
				...(options.has('durationSeconds') ? { durationSeconds: options.number('durationSeconds') } : {}),
				...textOptionsOf(options),
				...sendingOf(options),
			},
			media: await parameters.media(),
		};
	},
};
