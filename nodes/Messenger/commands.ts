import { invalidParameter, sendingOf, textOptionsOf, type OperationCall, type Values } from '../../src/n8n';
import { linkPreviewOf, sendingOf as telegramSendingOf } from '../TelegramUser/fields';

export type Messenger = 'max' | 'telegram' | 'avito';

/** What every messenger is told in its own words: the commands of the messengers' own nodes, and nothing besides. */
export interface Outgoing {
	chatId: string;
	text: string;
	/** id of the message to quote */
	replyTo: string | null;
	options: Values;
}

/** A text to a chat. Avito knows neither formatting nor quotes, sounds or typing: there the text goes out plain. */
export function sendCall(channel: Messenger, { chatId, text, replyTo, options }: Outgoing): OperationCall {
	const quote = replyTo === null ? {} : { replyTo };
	switch (channel) {
		case 'max':
			return {
				name: 'message.send',
				input: {
					...maxRecipient(chatId),
					text,
					...textOptionsOf(options),
					...sendingOf(options),
					...quote,
				},
			};
		case 'telegram':
			return {
				name: 'message.send',
				input: {
					chatId,
					text,
					linkPreview: linkPreviewOf(options),
					...textOptionsOf(options),
					...telegramSendingOf(options, text),
					...quote,
				},
			};
		case 'avito':
			return {
				name: 'message.send',
				input: {
					chatId,
					text,
					splitLongText: textOptionsOf(options).splitLongText,
					markRead: options.boolean('markRead'),
				},
			};
	}
}

/** Files to a chat; Avito takes pictures only, and no text with them. */
export function sendMediaCall(
	channel: Messenger,
	{ chatId, text, replyTo, options }: Outgoing,
	media: NonNullable<OperationCall['media']>,
): OperationCall[] {
	const quote = replyTo === null ? {} : { replyTo };
	switch (channel) {
		case 'max':
			return [
				{
					name: 'message.sendMedia',
					input: {
						...maxRecipient(chatId),
						text,
						...textOptionsOf(options),
						...sendingOf(options),
						...quote,
					},
					media,
				},
			];
		case 'telegram':
			return [
				{
					name: 'message.sendMedia',
					input: {
						chatId,
						text,
						format: textOptionsOf(options).format,
						...telegramSendingOf(options, text),
						...quote,
					},
					media,
				},
			];
		case 'avito':
			return [
				...(text === '' ? [] : [sendCall('avito', { chatId, text, replyTo, options })]),
				{ name: 'message.sendImage', input: { chatId, markRead: options.boolean('markRead') }, media },
			];
	}
}

/** Marks a chat as read up to a message; Avito only knows the whole chat. */
export function markReadCall(
	channel: Messenger,
	{ chatId, messageId }: { chatId: string; messageId: string | null },
): OperationCall {
	const upTo = messageId === null || channel === 'avito' ? {} : upToIn(channel, messageId);
	return { name: 'chat.markRead', input: { chatId, ...upTo } };
}

function upToIn(channel: 'max' | 'telegram', messageId: string): Record<string, string> {
	return channel === 'max' ? { messageId } : { upTo: messageId };
}

/** Shows that somebody is typing. */
export function typingCall(channel: Messenger, chatId: string): OperationCall {
	switch (channel) {
		case 'max':
			return { name: 'message.sendTyping', input: { chatId, activity: 'text' } };
		case 'telegram':
			return {
				name: 'raw.request',
				input: {
					method: 'messages.setTyping',
					parameters: {
						peer: { _: 'chat', id: chatId },
						action: { _: 'sendMessageTypingAction' },
					},
				},
			};
		case 'avito':
			throw invalidParameter('Operation', 'Avito has no sign of typing');
	}
}

function maxRecipient(chatId: string): Record<string, string> {
	if (chatId.startsWith('+')) return { phone: chatId };
	return /^(https?:\/\/)?max\.ru\//i.test(chatId) ? { link: chatId } : { chatId };
}
