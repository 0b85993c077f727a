/**
 * References to media: chat and message. Any process of the account can fetch the message again and with it a valid file
 * reference, whatever became of the one seen (they expire within hours).
 */
export interface MediaRef {
	chat: string;
	messageId: number;
}

export function formatRef({ chat, messageId }: MediaRef): string {
	return `telegram:${chat}:${String(messageId)}`;
}

export function parseRef(text: string): MediaRef | null {
	const match = /^telegram:(-?\d+):(\d+)$/.exec(text.trim());
	return match === null ? null : { chat: match[1] ?? '', messageId: Number(match[2]) };
}
