import type { INodeProperties } from 'n8n-workflow';
import { chatField, linkMode, phoneMode, userMode, type Parameters, type Values } from '../../src/n8n';

const ID = '^\\s*-?\\d+\\s*$';

const linkToMax = linkMode('max\\.ru', 'e.g. https://max.ru/name');

/** What a chat id of MAX looks like, for further selectors of a chat. */
export const chatOptions = {
	placeholder: 'e.g. 92610303',
	idPattern: ID,
	idError: 'A chat ID is a number; those of groups and channels are negative',
};

/** A chat that exists. */
export const chat: INodeProperties = chatField({
	...chatOptions,
	description: 'The dialog, group or channel. 0 is Saved Messages.',
});

/** Where a message goes: a chat, or somebody who is found first. */
export const recipient: INodeProperties = chatField({
	...chatOptions,
	displayName: 'To',
	description: 'The chat to send to: by its ID, or by user ID, phone number or link of a person',
	modes: [userMode, phoneMode, linkToMax],
});

/** One person. */
export const user: INodeProperties = chatField({
	displayName: 'User',
	name: 'userId',
	placeholder: 'e.g. 87654321',
	idPattern: '^\\s*\\d+\\s*$',
	idError: 'A user ID is a number',
	searchListMethod: 'searchContacts',
	modes: [phoneMode, linkToMax],
	description: 'The person: by ID, phone number or link',
});

/** Several people, as text or from an expression. */
export const userIds: INodeProperties = {
	displayName: 'User IDs',
	name: 'userIds',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 87654321, 13579135',
	description: 'Comma-separated list of user IDs',
};

export const messageId: INodeProperties = {
	displayName: 'Message ID',
	name: 'messageId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 117263822972066856',
	description: 'ID of the message: message_id of a sent one, meta.external_message_id of a received one',
};

export const messageIds: INodeProperties = {
	...messageId,
	displayName: 'Message IDs',
	name: 'messageIds',
	placeholder: 'e.g. 117263822972066856, 117263823019000001',
	description: 'Comma-separated list of message IDs of that chat',
};

export const phone: INodeProperties = {
	displayName: 'Phone',
	name: 'phone',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. +79990000000',
	description: 'Phone number with country code',
};

/** The address of a group, a channel or a person. */
export const link: INodeProperties = {
	displayName: 'Link',
	name: 'link',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. https://max.ru/join/AbCdEf',
	description: 'Link of a group, a channel or a person, beginning with https://max.ru/',
};

/** Text that goes with a file. */
export const caption: INodeProperties = {
	displayName: 'Caption',
	name: 'caption',
	type: 'string',
	typeOptions: { rows: 2 },
	default: '',
	description: 'Text below the first file, up to 4,000 characters',
};

/** A person's name as this account keeps it. */
export const names: INodeProperties[] = [
	{
		displayName: 'First Name',
		name: 'firstName',
		type: 'string',
		default: '',
		description: 'First name to keep the person under',
	},
	{
		displayName: 'Last Name',
		name: 'lastName',
		type: 'string',
		default: '',
		description: 'Last name to keep the person under',
	},
];

/** Kinds of chats, in the words of `meta.chat_type`. */
export const CHAT_TYPES = [
	{ name: 'Channel', value: 'channel' },
	{ name: 'Group', value: 'group' },
	{ name: 'Private', value: 'private' },
	{ name: 'Saved Messages', value: 'saved' },
];

/** Where `recipient` leads: the one field of a command's input that says it. */
export function recipientOf(parameters: Parameters): Record<string, string> {
	const { mode, value } = parameters.located('chatId');
	if (mode === 'user') return { userId: value };
	if (mode === 'phone') return { phone: value };
	if (mode === 'link') return { link: value };
	return { chatId: value };
}

/** The person `user` names. */
export function userOf(parameters: Parameters): Record<string, string> {
	const { mode, value } = parameters.located('userId');
	if (mode === 'phone') return { phone: value };
	if (mode === 'link') return { link: value };
	return { userId: value };
}

/** An expression may give a list; typed text is one entry per line, since entries contain commas. */
export function linesOf(parameters: Parameters, name: string): string[] {
	const value = parameters.raw(name);
	const lines = Array.isArray(value) ? value.map(String) : parameters.text(name).split('\n');
	return lines.map((line) => line.trim()).filter((line) => line !== '');
}

/** An optional text of a collection: left out when empty. */
export function optional(values: Values, ...names: string[]): Record<string, string> {
	return Object.fromEntries(
		names.filter((name) => values.has(name)).map((name) => [name, values.text(name)]),
	);
}

/** Messages of MAX itself (login codes) are left out of everything unless asked for; codes in them stay hidden. */
export const includeServiceField: INodeProperties = {
	displayName: 'Include Service Messages',
	name: 'includeService',
	type: 'boolean',
	default: false,
	description: 'Whether to return messages of MAX itself too; login codes in them stay hidden',
};
