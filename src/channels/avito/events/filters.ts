import type { AvitoMessage, MessageContent } from '../schemas/message';

/** What decides whether a message was written by a customer. */
export interface Authorship {
	userId: string;
	authorId: string;
	type: string;
	content: MessageContent;
}

/** Avito itself: author 0 in chat lists (capture), 1 in webhooks (one production bot), or a system message of a flow. */
const AVITO_AUTHORS = ['0', '1'];
const SYSTEM_PREFIX = '[Системное сообщение]';

/** Written by Avito: closing notes, automatic replies, advice. Marked `is_service`; triggers leave it out unless asked. */
export function isSystemMessage({ authorId, type, content }: Authorship): boolean {
	if (type === 'system' || AVITO_AUTHORS.includes(authorId)) return true;
	if (typeof content.flow_id === 'string' && content.flow_id !== '') return true;
	return content.text?.startsWith(SYSTEM_PREFIX) === true;
}

/** Delivered back to us although we, or the owner on the phone, wrote it: own messages come by webhook too. */
export function isOwn({ userId, authorId }: Authorship): boolean {
	return authorId === userId;
}

/** The same of a listed message, which tells its direction as well. */
export function isOut(message: Pick<AvitoMessage, 'direction' | 'author_id'>, userId: string): boolean {
	return message.direction === 'out' || (message.direction !== 'in' && message.author_id === userId);
}

/**
 * Without the paid messenger access Avito answers 200 and puts a notice in the place of the text: "Перейдите на
 * подписку с API мессенджера…" (five clients). A customer's sentence about a subscription ("Подписку на прокат
 * можно?") or a question about the API is not that notice.
 */
export function isPlaceholder(text: string | null | undefined): boolean {
	if (text === null || text === undefined) return false;
	const plain = text.replace(SYSTEM_PREFIX, '').trim().toLowerCase();
	if (plain.startsWith('перейдите на подписку')) return true;
	return plain.includes('api мессенджера') && plain.includes('подписк') && !plain.endsWith('?');
}
