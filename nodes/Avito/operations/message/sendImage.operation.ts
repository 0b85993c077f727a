import { mediaFields, type Operation } from '../../../../src/n8n';
import { chat } from '../../fields';
import { markRead } from './markRead';

export const sendImage: Operation = {
	value: 'sendImage',
	name: 'Send Image',
	action: 'Send image message',
	description:
		'Send one or several pictures (JPEG, PNG, GIF, BMP or HEIC, up to 24 MB each) to an Avito chat',
	effect: 'send',
	properties: [
		chat,
		...mediaFields({
			more: [
				{ name: 'Uploaded Image', value: 'imageId', description: 'An image ID that Avito gave earlier' },
			],
		}),
		{
			displayName: 'Image ID',
			name: 'imageId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 12345.12345abcdefghijklm',
			displayOptions: { show: { mediaSource: ['imageId'] } },
			description: 'ID of an image uploaded to Avito before',
		},
	],
	options: [markRead],
	toCommand: async (parameters) => {
		const uploaded = parameters.text('mediaSource') === 'imageId';
		return {
			name: 'message.sendImage',
			input: {
				chatId: parameters.id('chatId'),
				...(uploaded ? { imageId: parameters.id('imageId') } : {}),
				markRead: parameters.options.boolean('markRead'),
			},
			...(uploaded ? {} : { media: await parameters.media() }),
		};
	},
};
