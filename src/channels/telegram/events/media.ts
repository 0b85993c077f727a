import { NO_MEDIA, type Media, type MediaItem } from '../../../contract';
import { child, children, flag, int, long, text, type TlObject } from '../tl';
import { formatRef, type MediaRef } from './media-ref';

/** The messenger's word for what a message carries. */
export type MediaKind =
	| 'text'
	| 'photo'
	| 'video'
	| 'video_note'
	| 'animation'
	| 'voice'
	| 'audio'
	| 'sticker'
	| 'document'
	| 'location'
	| 'venue'
	| 'contact'
	| 'poll'
	| 'dice'
	| 'webpage'
	| 'other';

const PLAIN: Readonly<Record<string, MediaKind>> = {
	messageMediaGeo: 'location',
	messageMediaGeoLive: 'location',
	messageMediaVenue: 'venue',
	messageMediaContact: 'contact',
	messageMediaPoll: 'poll',
	messageMediaDice: 'dice',
	messageMediaWebPage: 'webpage',
};

export function kindOf(message: TlObject): MediaKind {
	const media = child(message, 'media');
	if (media === null || media._ === 'messageMediaEmpty') return 'text';
	if (media._ === 'messageMediaPhoto') return 'photo';
	const document = media._ === 'messageMediaDocument' ? child(media, 'document') : null;
	return document === null ? (PLAIN[media._] ?? 'other') : documentKind(document);
}

export function documentKind(document: TlObject): MediaKind {
	const attributes = children(document, 'attributes');
	const find = (name: string): TlObject | undefined => attributes.find(({ _ }) => _ === name);
	if (find('documentAttributeSticker') !== undefined) return 'sticker';
	if (find('documentAttributeAnimated') !== undefined) return 'animation';
	const audio = find('documentAttributeAudio');
	if (audio !== undefined) return flag(audio, 'voice') ? 'voice' : 'audio';
	const video = find('documentAttributeVideo');
	if (video !== undefined) return flag(video, 'round_message') ? 'video_note' : 'video';
	return 'document';
}

/** The file of a message, unified; none for text, places, polls. */
export function readMedia(message: TlObject, at: MediaRef): Media {
	const kind = kindOf(message);
	const media = child(message, 'media');
	if (kind === 'photo')
		return { ...NO_MEDIA, has_images: true, images: [photoItem(child(media, 'photo'), at)] };
	const document = child(media, 'document');
	if (document === null) return { ...NO_MEDIA };
	const item = documentItem(document, kind, at);
	switch (kind) {
		case 'voice':
			// Only its reference, as of every messenger: a list of documents has what `has_document` speaks of.
			return { ...NO_MEDIA, has_voice: true, voice_ref: item.ref };
		case 'video':
		case 'video_note':
		case 'animation':
			return { ...NO_MEDIA, has_video: true, videos: [item] };
		default:
			return { ...NO_MEDIA, has_document: true, documents: [item] };
	}
}

function photoItem(photo: TlObject | null, at: MediaRef): MediaItem {
	const size = photo === null ? null : largestSize(photo);
	return {
		ref: formatRef(at),
		mime_type: 'image/jpeg',
		kind: 'photo',
		...(size === null ? {} : { width: size.width, height: size.height, size: size.bytes }),
	};
}

export interface PhotoSize {
	/** Telegram's letter for it */
	type: string;
	width: number;
	height: number;
	bytes: number;
}

export function largestSize(photo: TlObject): PhotoSize | null {
	return sizesOf(photo)[0] ?? null;
}

export function smallestSize(photo: TlObject): PhotoSize | null {
	return sizesOf(photo).at(-1) ?? null;
}

/** The versions of a photo, largest first; progressive ones list the sizes of their scans, the last is the whole. */
function sizesOf(photo: TlObject): PhotoSize[] {
	const sizes = children(photo, 'sizes').flatMap((size) => {
		const scans = size['sizes'];
		const bytes = Array.isArray(scans) ? Number(scans.at(-1) ?? 0) : int(size, 'size');
		const [width, height] = [int(size, 'w'), int(size, 'h')];
		return bytes === null || width === null || height === null
			? []
			: [{ type: text(size, 'type'), width, height, bytes }];
	});
	return sizes.toSorted((a, b) => b.width * b.height - a.width * a.height);
}

export function fileNameOf(document: TlObject): string | undefined {
	return children(document, 'attributes')
		.map((attribute) => text(attribute, 'file_name'))
		.find((value) => value !== '');
}

function documentItem(document: TlObject, kind: MediaKind, at: MediaRef): MediaItem {
	const attributes = children(document, 'attributes');
	const name = fileNameOf(document);
	const sized = attributes.find(
		({ _ }) => _ === 'documentAttributeVideo' || _ === 'documentAttributeImageSize',
	);
	const timed = attributes.find((attribute) => typeof attribute['duration'] === 'number');
	const size = Number(long(document, 'size') ?? 0);
	return {
		ref: formatRef(at),
		kind,
		mime_type: text(document, 'mime_type'),
		size,
		...(name === undefined ? {} : { file_name: name }),
		...(timed === undefined ? {} : { duration: Number(timed['duration']) }),
		...(sized === undefined ? {} : { width: int(sized, 'w') ?? 0, height: int(sized, 'h') ?? 0 }),
	};
}
