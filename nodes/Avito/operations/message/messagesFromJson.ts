import { invalidParameter, type Json } from '../../../../src/n8n';

/** `{ "messages": [{ "chat_id", "text" }] }`, or the bare list, → the messages; every mistake names its place. */
export function messagesFromJson(value: Json | undefined, field: string): { chatId: string; text: string }[] {
	const list = Array.isArray(value) ? value : isObject(value) ? value['messages'] : undefined;
	if (!Array.isArray(list))
		throw invalidParameter(
			field,
			'needs a list named messages',
			'Use {"messages":[{"chat_id":"…","text":"…"}]}.',
		);
	if (list.length === 0) throw invalidParameter(field, 'the list of messages is empty');
	return list.map((entry, index) => {
		const at = `${field}, messages[${index}]`;
		if (!isObject(entry)) throw invalidParameter(at, 'is not an object with chat_id and text');
		return {
			chatId: word(entry['chat_id'], `${at}.chat_id`).trim(),
			text: word(entry['text'], `${at}.text`),
		};
	});
}

function word(value: Json | undefined, at: string): string {
	if (typeof value === 'number') return String(value);
	if (typeof value !== 'string' || value.trim() === '') throw invalidParameter(at, 'is empty or not a text');
	return value;
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
