import {
	formatField,
	mediaFields,
	sendAsField,
	sendingFields,
	sendingOf,
	splitLongTextField,
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
	properties: [recipient, sendAsField, ...mediaFields(), caption],
	options: [formatField, splitLongTextField, ...sendingFields, voiceLengthField],
	toCommand: async (parameters) => ({
		name: 'message.sendMedia',
		input: {
			...recipientOf(parameters),
			sendAs: parameters.text('sendAs'),
			caption: parameters.text('caption'),
			splitLongText: parameters.options.text('splitLongText') === 'split' ? 'split' : 'refuse',
			...(parameters.options.has('durationSeconds')
				? { durationSeconds: parameters.options.number('durationSeconds') }
				: {}),
			...sendingOf(parameters.options, parameters.text('caption')),
		},
		media: await parameters.media(),
	}),
};
