import { createHash } from 'node:crypto';
import type { TlObject } from '../tl/value';

/** A stored photo or document. Bytes stay in the pieces they arrived in. */
export interface StoredFile {
	readonly id: bigint;
	readonly accessHash: bigint;
	readonly kind: 'photo' | 'document';
	dcId: number;
	readonly date: number;
	readonly size: number;
	readonly pieces: readonly Buffer[];
	readonly mimeType: string;
	/** documentAttribute… objects. */
	readonly attributes: readonly TlObject[];
	readonly width: number;
	readonly height: number;
	/** A preview the sender attached. */
	readonly thumb: Buffer | undefined;
	/** Grows when references expire: older ones are refused. */
	generation: number;
}

/** Bytes [offset, offset + limit) of a file. */
export function readFile(pieces: readonly Buffer[], offset: number, limit: number): Buffer {
	const found: Buffer[] = [];
	let start = 0;
	for (const piece of pieces) {
		const from = Math.max(offset - start, 0);
		const to = Math.min(offset + limit - start, piece.length);
		if (from < to) found.push(piece.subarray(from, to));
		start += piece.length;
		if (start >= offset + limit) break;
	}
	return found.length === 1 && found[0] !== undefined ? found[0] : Buffer.concat(found);
}

/** What a client must show to download; changes when references expire. */
export function fileReference({ id, generation }: StoredFile): Buffer {
	return createHash('sha256').update(`${id}:${generation}`).digest().subarray(0, 25);
}

/** Pixel size out of a PNG, JPEG, GIF or WebP header; undefined: no picture known here. */
export function pictureSize(data: Buffer): { readonly width: number; readonly height: number } | undefined {
	if (data.length < 12) return undefined;
	if (data.readUInt32BE() === 0x89504e47 && data.length >= 24) {
		return { width: data.readUInt32BE(16), height: data.readUInt32BE(20) };
	}
	if (data.subarray(0, 3).toString('latin1') === 'GIF') {
		return { width: data.readUInt16LE(6), height: data.readUInt16LE(8) };
	}
	if (data.subarray(8, 12).toString('latin1') === 'WEBP' && data.length >= 30) {
		if (data.subarray(12, 16).toString('latin1') === 'VP8X') {
			return { width: data.readUIntLE(24, 3) + 1, height: data.readUIntLE(27, 3) + 1 };
		}
		return { width: data.readUInt16LE(26) & 0x3fff, height: data.readUInt16LE(28) & 0x3fff };
	}
	return data.readUInt16BE() === 0xffd8 ? jpegSize(data) : undefined;
}

function jpegSize(data: Buffer): { readonly width: number; readonly height: number } | undefined {
	for (let at = 2; at + 9 < data.length;) {
		if (data[at] !== 0xff) return undefined;
		const marker = data[at + 1] ?? 0;
		const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
		if (frame) return { width: data.readUInt16BE(at + 7), height: data.readUInt16BE(at + 5) };
		at += 2 + data.readUInt16BE(at + 2);
	}
	return undefined;
}

export function mimeOf(data: Buffer): string {
	if (data.length > 4 && data.readUInt32BE() === 0x89504e47) return 'image/png';
	if (data.length > 2 && data.readUInt16BE() === 0xffd8) return 'image/jpeg';
	if (data.subarray(0, 3).toString('latin1') === 'GIF') return 'image/gif';
	if (data.subarray(8, 12).toString('latin1') === 'WEBP') return 'image/webp';
	return 'application/octet-stream';
}

const letters: readonly [number, string][] = [
	[320, 'm'],
	[800, 'x'],
	[1280, 'y'],
];

/**
 * `photo` as clients see it. Real servers scale; here every size holds the same bytes, which no client can
 * tell without decoding, and the largest letter fits the real pixels.
 */
export function viewPhoto(file: StoredFile): TlObject {
	const side = Math.max(file.width, file.height);
	const fitting = letters.filter(
		([limit], index) => index === 0 || side > (letters[index - 1]?.[0] ?? 0) || side > limit,
	);
	return {
		_: 'photo',
		id: file.id,
		access_hash: file.accessHash,
		file_reference: fileReference(file),
		date: file.date,
		sizes: fitting.map(([limit, type]) => {
			const scale = Math.min(1, limit / side);
			const w = Math.max(1, Math.round(file.width * scale));
			const h = Math.max(1, Math.round(file.height * scale));
			return { _: 'photoSize', type, w, h, size: file.size };
		}),
		dc_id: file.dcId,
	};
}

export function viewDocument(file: StoredFile): TlObject {
	const thumb = file.thumb;
	const size = thumb === undefined ? undefined : pictureSize(thumb);
	return {
		_: 'document',
		id: file.id,
		access_hash: file.accessHash,
		file_reference: fileReference(file),
		date: file.date,
		mime_type: file.mimeType,
		size: BigInt(file.size),
		thumbs:
			thumb === undefined
				? undefined
				: [{ _: 'photoSize', type: 'm', w: size?.width ?? 90, h: size?.height ?? 90, size: thumb.length }],
		dc_id: file.dcId,
		attributes: file.attributes,
	};
}

function has(file: StoredFile, attribute: string, flag?: string): boolean {
	return file.attributes.some((one) => one._ === attribute && (flag === undefined || one[flag] === true));
}

export function isVoice(file: StoredFile): boolean {
	return has(file, 'documentAttributeAudio', 'voice');
}

export function isRound(file: StoredFile): boolean {
	return has(file, 'documentAttributeVideo', 'round_message');
}

export function isVideo(file: StoredFile): boolean {
	return has(file, 'documentAttributeVideo') && !has(file, 'documentAttributeAnimated');
}

/** `messageMediaPhoto` or `messageMediaDocument` around a file, with a fresh reference. */
export function viewFileMedia(file: StoredFile, options: TlObject | undefined): TlObject {
	const spoiler = options?.spoiler === true;
	const ttl_seconds = options?.ttl_seconds;
	if (file.kind === 'photo') return { _: 'messageMediaPhoto', spoiler, ttl_seconds, photo: viewPhoto(file) };
	return {
		_: 'messageMediaDocument',
		spoiler,
		ttl_seconds,
		video: isVideo(file),
		round: isRound(file),
		voice: isVoice(file),
		document: viewDocument(file),
	};
}
