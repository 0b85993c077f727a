import type { INodeProperties } from 'n8n-workflow';
import {
	accountField,
	formatField,
	invalidParameter,
	sendingFields,
	splitLongTextField,
	type AccountWish,
	type Parameters,
} from '../../src/n8n';

/** The message an operation is about, as the trigger gave it. */
export const message: INodeProperties = {
	displayName: 'Message',
	name: 'message',
	type: 'json',
	required: true,
	default: '={{ $json }}',
	description:
		'The message as the trigger gave it; after other nodes, an expression for the item of the trigger',
};

export const account: INodeProperties = accountField;

/** A chat of whatever messenger the account is of. */
export const chatId: INodeProperties = {
	displayName: 'Chat ID',
	name: 'chatId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. {{ $json.external_chat_id }}',
	description:
		'The chat: external_chat_id of a message. MAX also takes a phone number (with +) or a link, Telegram a username, a phone number, a link or me.',
};

/** What a send can have in every messenger; Avito leaves out what it does not know. */
export const sendOptions: readonly INodeProperties[] = [
	formatField,
	splitLongTextField,
	...sendingFields.filter(({ name }) => name !== 'sendAt' && name !== 'replyTo'),
];

/** Where a message came from. */
export interface Origin {
	channel: 'max' | 'telegram' | 'avito';
	account: AccountWish;
	chatId: string;
	/** null for events that are no message */
	messageId: string | null;
	media: unknown;
}

/** @throws ChannelError `invalid_parameter` when the field holds something else than a message of this package */
export function originOf(parameters: Parameters): Origin {
	const event = record(parameters.json('message'));
	const { channel } = event;
	const { id, label, phone_hash: phoneHash } = record(event['account']);
	const chat = text(event['external_chat_id']);
	const names = [text(label), text(id), text(phoneHash)].filter((name) => name !== '');
	if (
		(channel !== 'max' && channel !== 'telegram' && channel !== 'avito') ||
		chat === '' ||
		names.length === 0
	)
		throw invalidParameter(
			parameters.label('message'),
			'is no message of a chat',
			"Give the item as the trigger gave it, such as {{ $('Messenger Trigger').item.json }}.",
		);
	return {
		channel,
		account: { names, channel },
		chatId: chat,
		messageId: text(record(event['meta'])['external_message_id']) || null,
		media: event['media'],
	};
}

function record(value: unknown): Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as Record<string, unknown>)
		: {};
}

function text(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}
