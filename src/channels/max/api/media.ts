import type { JsonObject } from '../../../contract';
import { messageId, wireId } from '../codec';
import { unexpectedAnswer } from '../errors';
import { id, objects, text } from '../json';
import { OP } from '../opcodes';
import type { MediaRef } from '../events/media-ref';
import type { RequestOptions } from '../session/port';
import { ask, type Caller } from './caller';

export interface UploadSlot {
	url: string;
	mediaId: string;
	/** needed in the attachment of videos and voices */
	token: string;
}

/** PHOTO_UPLOAD (80): the address of one photo. @param profile own avatar */
export async function photoSlot(caller: Caller, profile: boolean, options: RequestOptions): Promise<string> {
	const url = text((await ask(caller, OP.photoUpload, { count: 1, profile }, options))['url']);
	if (url === null) throw unexpectedAnswer('no address for the upload');
	return url;
}

/** FILE_UPLOAD (87) */
export function fileSlot(caller: Caller, options: RequestOptions): Promise<UploadSlot> {
	return slot(caller, OP.fileUpload, { count: 1 }, 'fileId', options);
}

/** VIDEO_UPLOAD (82): type 0 video, 1 round note, 2 voice. */
export function videoSlot(
	caller: Caller,
	kind: 'video' | 'note' | 'voice',
	options: RequestOptions,
): Promise<UploadSlot> {
	const payload =
		kind === 'video' ? { count: 1 } : { count: 1, type: kind === 'note' ? 1 : 2, uploaderType: 1 };
	return slot(caller, OP.videoUpload, payload, 'videoId', options);
}

async function slot(
	caller: Caller,
	opcode: number,
	payload: { count: number },
	idName: string,
	options: RequestOptions,
): Promise<UploadSlot> {
	const [info] = objects((await ask(caller, opcode, payload, options))['info']);
	const [url, mediaId] = [text(info?.['url']), id(info?.[idName])];
	if (url === null || mediaId === null) throw unexpectedAnswer('no address for the upload');
	return { url, mediaId, token: text(info?.['token']) ?? '' };
}

/** An address that expires soon; `unsafe`: of a file of a kind the service calls dangerous. */
export interface MediaAddress {
	url: string | null;
	unsafe?: boolean;
}

/** FILE_DOWNLOAD (88), VIDEO_PLAY (83), AUDIO_PLAY (301). `url` null = the service gives none. */
export async function mediaUrl(
	caller: Caller,
	ref: MediaRef,
	token: string | null,
	options: RequestOptions,
): Promise<MediaAddress> {
	const place = { chatId: wireId(ref.chatId), messageId: messageId(ref.messageId) };
	const withToken = token === null ? {} : { token };
	switch (ref.kind) {
		case 'file': {
			const payload = { ...place, fileId: wireId(ref.mediaId) };
			const reply = await ask(caller, OP.fileDownload, payload, options);
			return { url: text(reply['url']), unsafe: reply['unsafe'] === true };
		}
		case 'video': {
			const payload = { ...place, videoId: wireId(ref.mediaId), ...withToken };
			return { url: bestVideo(await ask(caller, OP.videoPlay, payload, options)) };
		}
		case 'audio': {
			const reply = await ask(
				caller,
				OP.audioPlay,
				{ ...place, audioId: wireId(ref.mediaId), ...withToken },
				options,
			);
			return { url: text(reply['OGG']) ?? text(reply['MP3']) };
		}
		default:
			return { url: null };
	}
}

/** The highest `MP4_<lines>`; else the one address older services gave, as public clients read it. */
function bestVideo(reply: JsonObject): string | null {
	const [best] = Object.entries(reply)
		.flatMap(([name, url]) => {
			const lines = /^MP4_(\d+)$/i.exec(name)?.[1];
			return lines === undefined || typeof url !== 'string' ? [] : [{ lines: Number(lines), url }];
		})
		.sort((a, b) => b.lines - a.lines);
	return best?.url ?? text(reply['url']) ?? text(reply['dynamicUrl']);
}
