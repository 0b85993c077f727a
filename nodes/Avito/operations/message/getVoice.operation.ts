import { outputFieldField, type Operation } from '../../../../src/n8n';

export const getVoice: Operation = {
	value: 'getVoice',
	name: 'Get Voice File',
	action: 'Get voice file of message',
	description:
		'Get the address of a voice message (valid for one hour) or its file (Opus sound in an MP4 file)',
	effect: 'read',
	properties: [
		{
			displayName: 'Voice ID',
			name: 'voiceId',
			type: 'string',
			required: true,
			default: '={{ $json.media.voice_ref }}',
			placeholder: 'e.g. 11111111-2222-3333-4444-555555555555',
			description: 'ID of the voice message, or its reference from the field media.voice_ref',
		},
		{
			displayName: 'Download',
			name: 'download',
			type: 'boolean',
			default: true,
			description: 'Whether to download the file instead of only returning its address',
		},
		{ ...outputFieldField, displayOptions: { show: { download: [true] } } },
	],
	toCommand: (parameters) => {
		const download = parameters.boolean('download');
		return {
			name: 'message.getVoice',
			input: { voiceId: parameters.id('voiceId'), download },
			...(download ? { outputField: parameters.id('outputField') } : {}),
		};
	},
};
