import type { INodeProperties } from 'n8n-workflow';
import { chatField, type Values } from '../../../../src/n8n';
import { chatOptions, messageId } from '../../fields';

/** Where a message goes. */
export const recipient: INodeProperties = chatField({
	...chatOptions,
	displayName: 'To',
	description: 'The chat to send to: by ID, username, phone number or link; me is Saved Messages',
});

export const fromChat: INodeProperties = chatField({
	...chatOptions,
	displayName: 'From Chat',
	name: 'fromChatId',
	description: 'The chat the messages are in',
});

/** A chat by its id only: an answer is recognised by it. */
export const chatById: INodeProperties = chatField({
	...chatOptions,
	modes: [],
	description: 'The chat to ask in',
});

export const optionalChat: INodeProperties = chatField({
	...chatOptions,
	required: false,
	description: 'The chat to search. Empty: all chats.',
});

export const messageIds: INodeProperties = {
	...messageId,
	displayName: 'Message IDs',
	name: 'messageIds',
	placeholder: 'e.g. 12345, 12346',
	description: 'Comma-separated list of message IDs of that chat, up to 100',
};

/** Max number of results where there is no Return All. */
export function limitUpTo(maxValue: number): INodeProperties {
	return {
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1, maxValue },
		default: 50,
		description: 'Max number of results to return',
	};
}

/** For operations on messages that are yet to be sent. */
export const scheduledField: INodeProperties = {
	displayName: 'Scheduled',
	name: 'scheduled',
	type: 'boolean',
	default: false,
	description: 'Whether messages are meant that are scheduled for later; they have IDs of their own',
};

export const linkPreviewField: INodeProperties = {
	displayName: 'Link Preview',
	name: 'linkPreview',
	type: 'boolean',
	default: true,
	description: 'Whether Telegram shows a preview of the first link',
};

/** On unless switched off: an option that was not added reads as empty. */
export function linkPreviewOf(options: Values): boolean {
	return !options.has('linkPreview') || options.boolean('linkPreview');
}

/** An expression may give a list; typed text is one entry per line, since answers contain commas. */
export function linesOf(values: Values, name: string): string[] {
	const value = values.raw(name);
	const lines = Array.isArray(value) ? value.map(String) : values.text(name).split('\n');
	return lines.map((line) => line.trim()).filter((line) => line !== '');
}
