import { FormData } from '#lib/undici';
import { unexpectedAnswer } from '../errors';
import { uploadSchema, voicesSchema } from '../schemas/account';
import { parseAnswer } from '../schemas/parse';
import { messengerPath, type Caller, type RequestContext } from './caller';

export interface ImageFile {
	bytes: Buffer;
	fileName: string;
	mimeType: string;
}

/**
 * uploadImages: multipart, one part named `uploadfile[]`; the answer's only key is the image id. Nothing is visible to
 * anybody until it is sent, so an upload may be repeated. How long an unsent image lives is not documented.
 */
export async function uploadImage(caller: Caller, file: ImageFile, context: RequestContext): Promise<string> {
	const json = await caller.session.requestJson(
		{
			method: 'POST',
			path: messengerPath(caller, 'v1', 'uploadImages'),
			form: () => {
				const form = new FormData();
				form.append(
					'uploadfile[]',
					new Blob([new Uint8Array(file.bytes)], { type: file.mimeType }),
					file.fileName,
				);
				return form;
			},
			repeatable: true,
		},
		context,
	);
	const [imageId] = Object.entries(parseAnswer(uploadSchema, json, 'upload'))
		.filter(([, sizes]) => typeof sizes === 'object')
		.map(([id]) => id);
	if (imageId === undefined) throw unexpectedAnswer('upload without an image id');
	return imageId;
}

/**
 * getVoiceFiles for one id (how several are encoded is unsettled). The URL serves Opus in MP4 for one hour.
 * @returns null when Avito gives no URL for it: unknown, or of somebody else's chat
 */
export async function voiceUrl(
	caller: Caller,
	voiceId: string,
	context: RequestContext,
): Promise<string | null> {
	const json = await caller.session.requestJson(
		{
			method: 'GET',
			path: messengerPath(caller, 'v1', 'getVoiceFiles'),
			query: { voice_ids: voiceId },
			repeatable: true,
			notFound: 'message_not_found',
		},
		context,
	);
	return parseAnswer(voicesSchema, json, 'voice files').voices_urls[voiceId] ?? null;
}
