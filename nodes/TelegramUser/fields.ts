import type { INodeProperties } from 'n8n-workflow';
import {
	chatField,
	linkMode,
	phoneMode,
	usernameMode,
	type ChatFieldOptions,
	type Parameters,
	type Values,
} from '../../src/n8n';

/** What a chat id of Telegram looks like, and every other way to name a chat. */
export const chatOptions: ChatFieldOptions = {
	placeholder: 'e.g. -1001234567890',
	idPattern: '^\\s*(-?\\d+|me)\\s*$',
	idError: 'A chat ID is a number (negative for groups and channels), or me for Saved Messages',
	modes: [usernameMode, phoneMode, linkMode('(t|telegram)\\.me', 'e.g. https://t.me/name')],
};

/** A chat that exists. */
export const chat: INodeProperties = chatField({
	...chatOptions,
	description: 'The chat: by ID, username, phone number or link; me is Saved Messages',
});

/** A group, supergroup or channel. */
export const group: INodeProperties = chatField({
	...chatOptions,
	description: 'The group or channel: by ID, username or link',
});

/** One person. */
export const user: INodeProperties = chatField({
	...chatOptions,
	displayName: 'User',
	name: 'userId',
	placeholder: 'e.g. 1000001',
	idPattern: '^\\s*(\\d+|me)\\s*$',
	idError: 'A user ID is a number',
	searchListMethod: 'searchContacts',
	description: 'The person: by ID, username, phone number or link',
});

/** Several people, as text or from an expression. */
export const userIds: INodeProperties = {
	displayName: 'User IDs',
	name: 'userIds',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 1000001, @name',
	description: 'IDs or usernames of people, separated by commas',
};

/** A chat selector as a reference the channel resolves; a phone number always with its plus sign. */
export function chatOf(parameters: Parameters, name = 'chatId'): string {
	const { mode, value } = parameters.located(name);
	return mode === 'phone' ? `+${value.replaceAll(/\D/g, '')}` : value;
}

export const messageId: INodeProperties = {
	displayName: 'Message ID',
	name: 'messageId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 12345',
	description: 'ID of the message: message_id of a sent one, meta.external_message_id of a received one',
};

/** Kinds of chats, in the words of `meta.chat_type`. */
export const CHAT_TYPES = [
	{ name: 'Bot', value: 'bot' },
	{ name: 'Channel', value: 'channel' },
	{ name: 'Group', value: 'group' },
	{ name: 'Private', value: 'private' },
	{ name: 'Supergroup', value: 'supergroup' },
];

/** Messages of Telegram itself (login codes) are left out unless asked for; codes in them stay hidden. */
export const includeServiceField: INodeProperties = {
	displayName: 'Include Service Messages',
	name: 'includeService',
	type: 'boolean',
	default: false,
	description: 'Whether to return messages of Telegram itself too; login codes in them stay hidden',
};

export const topicField: INodeProperties = {
	displayName: 'Topic ID',
	name: 'topicId',
	type: 'string',
	default: '',
	placeholder: 'e.g. {{ $json.meta.thread_id }}',
	description: 'The topic of a forum to send to: meta.thread_id of a message in it',
};

export function topicOf(options: Values): { topicId?: string } {
	return options.has('topicId') ? { topicId: options.id('topicId') } : {};
}

/** A new picture, or none. Read by `pictureOf`. */
export const pictureFields: readonly INodeProperties[] = [
	{
		displayName: 'Remove',
		name: 'removePhoto',
		type: 'boolean',
		default: false,
		description: 'Whether to take the picture away instead of setting a new one',
	},
	{
		displayName: 'Input Binary Field',
		name: 'binaryPropertyName',
		type: 'string',
		required: true,
		default: 'data',
		displayOptions: { show: { removePhoto: [false] } },
		description: 'Name of the binary field of the input item that holds the picture',
	},
];

/** The picture to set; none = remove it. */
export function pictureOf(parameters: Parameters): ReturnType<Parameters['files']> | [] {
	return parameters.boolean('removePhoto') ? [] : parameters.files(parameters.id('binaryPropertyName'));
}

/** Texts of a collection that were added; one that was added and left empty is a wish, too. */
export function given(values: Values, ...names: string[]): Record<string, string> {
	return Object.fromEntries(
		names
			.filter((name) => values.raw(name) !== undefined && values.raw(name) !== null)
			.map((name) => [name, values.text(name)]),
	);
}
