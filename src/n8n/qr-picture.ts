import { Readable } from 'node:stream';
import type { CallResult, MediaOutput } from '../contract';

/** pixels; large enough to be scanned from a screen at arm's length */
const WIDTH = 480;

/**
 * A login link as a picture a person scans with the phone. The library is loaded here and not before: a node file loads
 * nothing until it is used.
 */
export async function qrPicture(text: string): Promise<MediaOutput> {
	const { toBuffer } = await import('#lib/qrcode');
	const png = await toBuffer(text, { type: 'png', width: WIDTH, margin: 2 });
	return {
		stream: Readable.from([png]),
		fileName: 'login-qr.png',
		mimeType: 'image/png',
		size: png.length,
	};
}

/** Adds a picture to every item whose `field` holds a link: `Operation.complete` of a login by QR code. */
export function withQrPictures(field: string): (result: CallResult) => Promise<CallResult> {
	return async (result) => {
		const links = result.items.map((item) => item[field]).filter((link) => typeof link === 'string');
		if (links.length !== result.items.length) return result;
		return { ...result, media: await Promise.all(links.map(qrPicture)) };
	};
}
