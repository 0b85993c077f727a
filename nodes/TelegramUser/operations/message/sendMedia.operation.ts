import type { INodeProperties } from 'n8n-workflow';
import {
	formatField,
	mediaFields,
	mediaKindField,
	notVoiceField,
	textOptionsOf,
	voiceLengthField,
	type Operation,
} from '../../../../src/n8n';
import { chatOf, recipient, sendingFields, sendingOf } from '../../fields';

const kindField: INodeProperties = {
	...mediaKindField,
	options: [
		{ name: 'Animation', value: 'animation', description: 'A video without sound that plays by itself' },
		{ name: 'Audio', value: 'audio', description: 'Music, with a player' },
		...(mediaKindField.options ?? []),
		{ name: 'Sticker', value: 'sticker', description: 'WebP, TGS or WebM' },
	].sort((a, b) => a.name.localeCompare(b.name, 'en')),
};

export const sendMedia: Operation = {
	value: 'sendMedia',
	name: 'Send Media',
	action: 'Send media message',
	description:
		'Send photos, videos, files, music or a voice message. Several of one kind become albums of up to ten.',
	effect: 'send',
	properties: [
		recipient,
		kindField,
		...mediaFields(),
		{
			displayName: 'Caption',
			name: 'caption',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			description: 'Text below the first file, up to 1,024 characters',
		},
	],
	options: [
		formatField,
		notVoiceField,
		...sendingFields,
		{
			displayName: 'Spoiler',
			name: 'spoiler',
			type: 'boolean',
			default: false,
			description: 'Whether pictures and videos are covered until they are tapped',
		},
		voiceLengthField,
	],
	toCommand: async (parameters) => {
		const { options } = parameters;
		const caption = parameters.text('caption');
		return {
			name: 'message.sendMedia',
			input: {
				chatId: chatOf(parameters),
				kind: parameters.text('mediaKind'),
				text: caption,
				format: textOptionsOf(options).format,
				ifNotVoice: options.text('ifNotVoice') === 'audio' ? 'audio' : 'refuse',
				...(options.has('durationSeconds') ? { durationSeconds: options.number('durationSeconds') } : {}),
				spoiler: options.boolean('spoiler'),
				...sendingOf(options, caption),
			},
			media: await parameters.media(),
		};
	},
};
