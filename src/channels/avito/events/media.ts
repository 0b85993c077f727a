import type { Media, MediaItem } from '../../../contract';
import type { MessageContent } from '../schemas/message';
import { formatRef } from './media-ref';

/** What a message carries. Videos and files come without any content, so there is nothing to download (OpenAPI). */
export function readMedia(type: string, content: MessageContent, voiceUrl: string | null): Media {
	const voiceId = content.voice?.voice_id;
	const image = largestImage(content);
	return {
		has_voice: type === 'voice',
		voice_url: voiceUrl,
		...(voiceId === undefined ? {} : { voice_ref: formatRef({ kind: 'voice', voiceId }) }),
		has_images: type === 'image',
		images: image === null ? [] : [image],
		has_video: type === 'video',
		videos: [],
		has_document: type === 'file',
		documents: [],
	};
}

/** The largest of the sizes by area; their set is not guaranteed. */
function largestImage(content: MessageContent): MediaItem | null {
	const sizes = Object.entries(content.image?.sizes ?? {}).map(([size, url]) => ({
		...dimensions(size),
		url,
	}));
	const [largest] = sizes.sort((a, b) => b.width * b.height - a.width * a.height);
	if (largest === undefined) return null;
	const { url, width, height } = largest;
	return { ref: formatRef({ kind: 'image', url }), url, ...(width > 0 ? { width, height } : {}) };
}

function dimensions(size: string): { width: number; height: number } {
	const match = /^(\d+)x(\d+)$/.exec(size);
	return { width: Number(match?.[1] ?? 0), height: Number(match?.[2] ?? 0) };
}
