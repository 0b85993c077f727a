import { createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { ok, refuse, refuseFields, type Answer } from '../answer';
import type { Core } from '../core';
import { megapixels, pictureKind, pictureTypes, tinyJpeg, tinyPng } from '../media/pictures';
import { silentVoice } from '../media/voice';
import type { AuthorisedExchange, Exchange, OpenRoute, Operation } from '../operation';
import { uploadShape } from '../shapes';

/** SPEC: 24 MB and 75 megapixels. */
const maxUploadBytes = 24 * 1024 * 1024;
const maxMegapixels = 75;

/** SPEC: a voice URL is good for one hour from the request. */
const voiceSeconds = 3600;

interface Part {
	readonly name: string;
	readonly bytes: Buffer;
	readonly tooLarge: boolean;
}

/** The file parts of a multipart body; undefined when it is none or is broken. */
async function fileParts({ headers, body }: Exchange): Promise<Part[] | undefined> {
	if (!/^multipart\/form-data\b/i.test(headers['content-type'] ?? '')) return undefined;
	const parts: Part[] = [];
	try {
		const busboy = new Busboy({ headers: headers as BusboyHeaders, limits: { fileSize: maxUploadBytes } });
		busboy.on('file', (name, stream) => {
			const chunks: Buffer[] = [];
			stream.on('data', (chunk: Buffer) => chunks.push(chunk));
			stream.on('end', () => parts.push({ name, bytes: Buffer.concat(chunks), tooLarge: stream.truncated }));
		});
		await pipeline(Readable.from([body]), busboy);
		return parts;
	} catch {
		return undefined;
	}
}

async function uploadImages(exchange: AuthorisedExchange): Promise<Answer> {
	const { core, account } = exchange;
	const parts = await fileParts(exchange);
	if (parts === undefined) refuse(400, 'Content-Type must be multipart/form-data');
	const [part] = parts;
	if (part === undefined || parts.length > 1 || part.name !== 'uploadfile[]') {
		refuseFields({ 'uploadfile[]': 'exactly one file is expected' });
	}
	if (part.tooLarge) refuseFields({ 'uploadfile[]': 'must be at most 24 MB' });
	const kind = pictureKind(part.bytes);
	if (kind === undefined || (kind === 'webp' && !core.settings.accept_webp)) {
		refuseFields({ 'uploadfile[]': 'must be JPEG, HEIC, GIF, BMP or PNG' });
	}
	if ((megapixels(part.bytes) ?? 0) > maxMegapixels)
		refuseFields({ 'uploadfile[]': 'must be at most 75 megapixels' });
	const { random } = core.world;
	const imageId = `${10_000 + random.below(90_000)}.${random.text(20)}`;
	const name = `${random.hex(24)}.${kind === 'jpeg' ? 'jpg' : kind}`;
	core.world.pictures.set(name, { bytes: part.bytes, type: pictureTypes[kind] });
	core.world.uploads.set(imageId, { user_id: account.id, name });
	return ok(uploadShape(core.origin, imageId, name));
}

function voiceIds({ core, query }: AuthorisedExchange): string[] {
	const values = query.getAll('voice_ids');
	const encoding = core.settings.voice_ids_encoding;
	if (encoding === 'repeated') return values;
	const split = values.flatMap((value) => value.split(','));
	return encoding === 'both' || values.length <= 1
		? split
		: values.slice(-1).flatMap((value) => value.split(','));
}

function signVoice(voiceId: string, expires: number): string {
	return createHmac('sha256', 'voice urls of the sandbox')
		.update(`${voiceId}:${expires}`)
		.digest('hex')
		.slice(0, 32);
}

function voiceUrl(core: Core, voiceId: string): string {
	const expires = core.world.seconds() + voiceSeconds;
	return `${core.origin}/voice/${voiceId}?expires=${expires}&sign=${signVoice(voiceId, expires)}`;
}

function getVoiceFiles(exchange: AuthorisedExchange): Answer {
	const { core, account } = exchange;
	const ids = voiceIds(exchange).filter((id) => id !== '');
	if (ids.length === 0) refuseFields({ voice_ids: 'is required' });
	const known = ids.filter((id) => core.world.voices.get(id) === account.id);
	if (known.length < ids.length && core.settings.unknown_voice === 'not_found') refuse(404);
	return ok({ voices_urls: Object.fromEntries(known.map((id) => [id, voiceUrl(core, id)])) });
}

function forbidden(text: string): Answer {
	return { status: 403, body: text, type: 'text/plain; charset=utf-8' };
}

function downloadVoice({ core, params, query }: Exchange): Answer {
	const id = params['voice_id'] ?? '';
	const expires = Number(query.get('expires'));
	if (query.get('sign') !== signVoice(id, expires)) return forbidden('invalid signature');
	if (expires < core.world.seconds()) return forbidden('the link has expired');
	if (core.settings.voice_redirect && query.get('direct') === null) {
		const location = `${core.origin}/voice/${id}?${query.toString()}&direct=1`;
		return { status: 302, headers: { location } };
	}
	return { status: 200, body: silentVoice, type: 'audio/mp4' };
}

function downloadImage({ core, params }: Exchange): Answer {
	const name = params['name'] ?? '';
	if (params['kind'] === 'avatar') return { status: 200, body: tinyPng, type: 'image/png' };
	if (params['kind'] === 'item' || name === 'preview.jpg')
		return { status: 200, body: tinyJpeg, type: 'image/jpeg' };
	const picture = core.world.pictures.get(name);
	if (picture === undefined) return { status: 404, body: 'not found', type: 'text/plain' };
	return { status: 200, body: picture.bytes, type: picture.type };
}

const account = '/messenger/v1/accounts/{user_id}';

export const mediaOperations: readonly Operation[] = [
	{
		id: 'uploadImages',
		method: 'POST',
		path: `${account}/uploadImages`,
		scope: 'messenger:write',
		paid: true,
		companyOnly: true,
		run: uploadImages,
	},
	{
		id: 'getVoiceFiles',
		method: 'GET',
		path: `${account}/getVoiceFiles`,
		scope: 'messenger:read',
		paid: true,
		companyOnly: true,
		run: getVoiceFiles,
	},
];

/** Avito serves these from other hosts, without a token; the sandbox serves them itself. */
export const mediaRoutes: readonly OpenRoute[] = [
	{ open: true, id: 'downloadVoice', method: 'GET', path: '/voice/{voice_id}', run: downloadVoice },
	{ open: true, id: 'downloadImage', method: 'GET', path: '/image/{kind}/{size}/{name}', run: downloadImage },
];
