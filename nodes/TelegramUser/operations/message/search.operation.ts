import { detailOf, includeRawField, simplifyField, type Operation } from '../../../../src/n8n';
import { chatOf, includeServiceField, topicField, topicOf } from '../../fields';
import { limitUpTo, optionalChat } from './fields';

export const search: Operation = {
	value: 'search',
	name: 'Search',
	action: 'Search messages',
	description: 'Find messages by their text or by what they carry, in one chat or in all, newest first',
	effect: 'read',
	properties: [
		{
			displayName: 'Text',
			name: 'query',
			type: 'string',
			default: '',
			placeholder: 'e.g. invoice',
			description: 'What to look for. May be empty in one chat, or if Content is chosen.',
		},
		optionalChat,
		limitUpTo(1000),
		simplifyField,
	],
	options: [
		{
			displayName: 'After',
			name: 'after',
			type: 'dateTime',
			default: '',
			description: 'Only messages from this time on',
		},
		{
			displayName: 'Before',
			name: 'before',
			type: 'dateTime',
			default: '',
			description: 'Only messages older than this time',
		},
		{
			displayName: 'Chat Types',
			name: 'scope',
			type: 'options',
			options: [
				{ name: 'All', value: 'all' },
				{ name: 'Channels', value: 'channel' },
				{ name: 'Groups', value: 'group' },
				{ name: 'Private Chats', value: 'private' },
			],
			default: 'all',
			description: 'Which chats to look into when no chat is given',
		},
		{
			displayName: 'Content',
			name: 'filter',
			type: 'options',
			options: [
				{ name: 'Anything', value: 'all' },
				{ name: 'Contact', value: 'contact' },
				{ name: 'Document', value: 'document' },
				{ name: 'GIF', value: 'gif' },
				{ name: 'Link', value: 'link' },
				{ name: 'Location', value: 'location' },
				{ name: 'Mention of This Account', value: 'mention' },
				{ name: 'Music', value: 'audio' },
				{ name: 'Photo', value: 'photo' },
				{ name: 'Photo or Video', value: 'photoVideo' },
				{ name: 'Pinned', value: 'pinned' },
				{ name: 'Poll', value: 'poll' },
				{ name: 'Video', value: 'video' },
				{ name: 'Video Note', value: 'videoNote' },
				{ name: 'Voice', value: 'voice' },
			],
			default: 'all',
			description: 'What the messages carry',
		},
		{
			displayName: 'From User',
			name: 'fromUserId',
			type: 'string',
			default: '',
			placeholder: 'e.g. @name',
			description: 'Only messages of this person or chat: ID, username or link. Needs a chat.',
		},
		includeRawField,
		includeServiceField,
		{
			...topicField,
			description: 'Only messages of this topic of a forum. Needs a chat.',
		},
	],
	toCommand: (parameters) => {
		const { options } = parameters;
		return {
			name: 'message.search',
			input: {
				query: parameters.text('query'),
				...(parameters.has('chatId') ? { chatId: chatOf(parameters) } : {}),
				limit: parameters.number('limit'),
				...(options.has('filter') ? { filter: options.text('filter') } : {}),
				...(options.has('scope') ? { scope: options.text('scope') } : {}),
				...(options.has('fromUserId') ? { fromUserId: options.id('fromUserId') } : {}),
				...(options.has('after') ? { since: options.time('after') } : {}),
				...(options.has('before') ? { before: options.time('before') } : {}),
				...topicOf(options),
				includeService: options.boolean('includeService'),
				...detailOf(parameters),
			},
		};
	},
};
