import { imageSize } from 'image-size';

/** The kinds of picture `uploadImages` knows (the official list), and WEBP, which is not on it. */
export type PictureKind = 'jpeg' | 'heic' | 'gif' | 'bmp' | 'png' | 'webp';

export const pictureTypes: Readonly<Record<PictureKind, string>> = {
	jpeg: 'image/jpeg',
	heic: 'image/heic',
	gif: 'image/gif',
	bmp: 'image/bmp',
	png: 'image/png',
	webp: 'image/webp',
};

const heicBrands = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']);

/** Tells the kind by the first bytes, whatever the file name and content type claim. */
export function pictureKind(bytes: Buffer): PictureKind | undefined {
	const latin = bytes.toString('latin1', 0, 12);
	if (latin.startsWith('\xff\xd8\xff')) return 'jpeg';
	if (latin.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
	if (latin.startsWith('GIF87a') || latin.startsWith('GIF89a')) return 'gif';
	if (latin.startsWith('BM')) return 'bmp';
	if (latin.startsWith('RIFF') && latin.slice(8) === 'WEBP') return 'webp';
	if (latin.slice(4, 8) === 'ftyp' && heicBrands.has(latin.slice(8))) return 'heic';
	return undefined;
}

/** Millions of pixels, or undefined when the header does not tell. */
export function megapixels(bytes: Buffer): number | undefined {
	try {
		// A copy of its own: the library looks past the end of a small Buffer into the pool it was cut from.
		const { width, height } = imageSize(Uint8Array.from(bytes));
		return (width * height) / 1e6;
	} catch {
		return undefined;
	}
}

/** A grey 1×1 JPEG: what the image URLs of injected messages serve. */
export const tinyJpeg = Buffer.from(
	'/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////' +
		'wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q==',
	'base64',
);

/** A transparent 1×1 PNG: what avatars serve. */
export const tinyPng = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
	'base64',
);
