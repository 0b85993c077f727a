/**
 * A reference to a file, opaque to everybody else: any process can download it later with one, since URLs of MAX
 * expire and are asked for anew by these ids.
 */
export const MEDIA_KINDS = ['photo', 'video', 'audio', 'file', 'sticker'] as const;
export interface MediaRef {
	kind: (typeof MEDIA_KINDS)[number];
	chatId: string;
	messageId: string;
	mediaId: string;
}

export function formatRef({ kind, chatId, messageId, mediaId }: MediaRef): string {
	return `max:${kind}:${chatId}:${messageId}:${mediaId}`;
}

export function parseRef(text: string): MediaRef | null {
	const match = /^max:(photo|video|audio|file|sticker):(-?\d+):(\d+):(-?\d+)$/.exec(text);
	if (match === null) return null;
	const [, kind, chatId = '', messageId = '', mediaId = ''] = match;
	return { kind: kind as MediaRef['kind'], chatId, messageId, mediaId };
}
