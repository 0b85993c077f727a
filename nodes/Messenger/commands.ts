import { invalidParameter, sendingOf, textOptionsOf, type OperationCall, type Values } from '../../src/n8n';

export type Messenger = 'max' | 'telegram' | 'avito';

/** What every messenger is told in its own words: the commands of the messengers' own nodes, and nothing besides. */
export interface Outgoing {
	chatId: string;
	text: string;
	/** id of the message to quote */
	replyTo: string | null;
	options: Values;
}

/** Telegram shows typing for a number of seconds: about as long as somebody needs who types fast on a phone. */
const LETTERS_PER_SECOND = 10;
/** seconds; the longest Telegram's channel here shows */
const LONGEST_TYPING = 60;

function telegramSending(options: Values, text: string): OperationCall['input'] {
	const { typing, ...common } = sendingOf(options);
	if (typing === undefined) return common;
	const seconds =
		typing === 'length' ? Math.min(LONGEST_TYPING, Math.ceil(text.length / LETTERS_PER_SECOND)) : typing;
	return { ...common, typingSeconds: seconds };
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
					...textOptionsOf(options),
					...telegramSending(options, text),
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
						...telegramSending(options, text),
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
	if (channel === 'avito') throw invalidParameter('Operation', 'Avito has no sign of typing');
	return { name: 'message.sendTyping', input: { chatId, activity: 'text' } };
}

function maxRecipient(chatId: string): Record<string, string> {
	if (chatId.startsWith('+')) return { phone: chatId };
	return /^(https?:\/\/)?max\.ru\//i.test(chatId) ? { link: chatId } : { chatId };
}
