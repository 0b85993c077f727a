import type { Operation } from '../../../../src/n8n';
import { chatOf, group } from '../../fields';
import { topicEmoji } from './fields';

export const createTopic: Operation = {
	value: 'createTopic',
	name: 'Create Topic',
	action: 'Create topic in forum',
	description: 'Open a new topic in a supergroup with topics',
	effect: 'send',
	properties: [
		group,
		{
			displayName: 'Title',
			name: 'title',
			type: 'string',
			required: true,
			default: '',
			description: 'Title of the topic, up to 128 characters',
		},
	],
	options: [
		{
			displayName: 'Colour',
			name: 'colour',
			type: 'options',
			options: [
				{ name: 'Blue', value: 'blue' },
				{ name: 'Green', value: 'green' },
				{ name: 'Red', value: 'red' },
				{ name: 'Rose', value: 'rose' },
				{ name: 'Violet', value: 'violet' },
				{ name: 'Yellow', value: 'yellow' },
			],
			default: 'blue',
			description: 'Colour of the icon of a topic without an emoji',
		},
		topicEmoji,
	],
	toCommand: (parameters) => {
		const { options } = parameters;
		return {
			name: 'chat.createTopic',
			input: {
				chatId: chatOf(parameters),
				title: parameters.required('title'),
				...(options.has('colour') ? { colour: options.text('colour') } : {}),
				...(options.has('emojiId') ? { emojiId: options.id('emojiId') } : {}),
			},
		};
	},
};
