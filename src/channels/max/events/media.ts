import type { JsonObject, Media, MediaItem } from '../../../contract';
import { id, number, text } from '../json';
import { formatRef, type MediaRef } from './media-ref';

/** Where an attachment's id and kind are. */
const ID_FIELDS: Readonly<Record<string, { field: string; kind: MediaRef['kind'] }>> = {
	PHOTO: { field: 'photoId', kind: 'photo' },
	VIDEO: { field: 'videoId', kind: 'video' },
	AUDIO: { field: 'audioId', kind: 'audio' },
	FILE: { field: 'fileId', kind: 'file' },
	STICKER: { field: 'stickerId', kind: 'sticker' },
};

/**
 * The type of an attachment. What the service thinks this app version cannot show comes as UNSUPPORTED with everything
 * else as it was (voices, in captures of two clients): the id tells what it is.
 */
export function typeOf(attach: JsonObject): string {
	const type = text(attach['_type']) ?? '';
	if (type !== 'UNSUPPORTED') return type;
	return Object.keys(ID_FIELDS).find((one) => id(attach[ID_FIELDS[one]?.field ?? '']) !== null) ?? type;
}

/** The reference of an attachment; null for what holds no file. */
export function refOf(attach: JsonObject, chatId: string, messageId: string): MediaRef | null {
	const known = ID_FIELDS[typeOf(attach)];
	const mediaId = known === undefined ? null : id(attach[known.field]);
	return known === undefined || mediaId === null ? null : { kind: known.kind, chatId, messageId, mediaId };
}

/** What a message carries. Photo URLs live about a day; videos and files have none until asked for. */
export function readMedia(attaches: readonly JsonObject[], chatId: string, messageId: string): Media {
	const media: Media = {
		has_voice: false,
		voice_url: null,
		has_images: false,
		images: [],
		has_video: false,
		videos: [],
		has_document: false,
		documents: [],
	};
	for (const attach of attaches) {
		const ref = refOf(attach, chatId, messageId);
		if (typeOf(attach) === 'AUDIO') {
			// A voice message may come without its id (seen live): it is told of, and heard where it has an address.
			media.has_voice = true;
			media.voice_url ??= text(attach['url']);
			if (ref !== null) media.voice_ref ??= formatRef(ref);
			continue;
		}
		if (ref === null) continue;
		const item = itemOf(attach, formatRef(ref));
		if (ref.kind === 'photo') media.images.push(item);
		else if (ref.kind === 'video') media.videos.push(item);
		else if (ref.kind === 'file') media.documents.push(item);
		else media.images.push({ ...item, kind: 'sticker' });
	}
	media.has_images = media.images.length > 0;
	media.has_video = media.videos.length > 0;
	media.has_document = media.documents.length > 0;
	return media;
}

function itemOf(attach: JsonObject, ref: string): MediaItem {
	const url = text(attach['baseUrl']) ?? text(attach['url']);
	const name = text(attach['name']);
	const size = number(attach['size']);
	const duration = number(attach['duration']);
	const width = number(attach['width']);
	const height = number(attach['height']);
	return {
		ref,
		...(url === null || url === '' ? {} : { url }),
		...(name === null ? {} : { file_name: name }),
		...(size === null ? {} : { size }),
		...(duration === null ? {} : { duration: duration / 1000 }),
		...(width === null ? {} : { width }),
		...(height === null ? {} : { height }),
		...(typeOf(attach) === 'VIDEO' && attach['videoType'] === 1 ? { kind: 'video_note' } : {}),
	};
}
