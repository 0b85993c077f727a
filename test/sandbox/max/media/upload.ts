import { createWriteStream, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { World } from '../core/world';
import type { Media } from '../state/model';
import { contiguous } from './slots';
import type { Slot } from './slots';
import { fileOf, measure, newMedia, uploaded } from './store';

/** Limit of a photo in the real server's configuration, bytes. */
const maxPhotoBytes = 40_000_000;

/** An answer other than success; the real texts are not published. */
class Rejected extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

/** `POST` to an address from opcodes 80, 82 or 87; `GET` tells the resume offset of a chunked upload. */
export async function upload(
	world: World,
	url: URL,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	try {
		const slot = world.slots.get(url.searchParams.get('apiToken') ?? url.searchParams.get('ticket') ?? '');
		if (slot === undefined) throw new Rejected(404, 'unknown upload address');
		if (slot.left <= 0 || slot.expires < world.now())
			throw new Rejected(403, 'upload address used or expired');
		if (request.method === 'GET') return void response.writeHead(200).end(String(contiguous(slot)));
		if (request.method !== 'POST') throw new Rejected(405, 'POST it');
		if (slot.kind === 'photo') await takePhotos(world, slot, request, response);
		else if (isMultipart(request)) await takeForm(world, slot, request, response);
		else await takeRange(world, slot, request, response);
	} catch (error) {
		if (!(error instanceof Rejected)) {
			// The client went away in the middle; anything else is ours.
			if (request.complete) throw error;
			return void response.destroy();
		}
		request.resume();
		response.writeHead(error.status, { 'content-type': 'application/json' });
		response.end(JSON.stringify({ error_msg: error.message }));
	}
}

function isMultipart(request: IncomingMessage): boolean {
	return request.headers['content-type']?.startsWith('multipart/form-data') ?? false;
}

/** The files of a multipart body, in memory: photos are small, and for the rest this is the rare form. */
async function filesOf(request: IncomingMessage, limit: number): Promise<File[]> {
	if (Number(request.headers['content-length'] ?? 0) > limit) throw new Rejected(413, 'too large');
	const headers = { 'content-type': request.headers['content-type'] ?? '' };
	// Node's two stream types describe the same thing differently.
	const body = new Response(Readable.toWeb(request) as ReadableStream, { headers });
	const form = await body.formData().catch(() => {
		throw new Rejected(400, 'broken multipart body');
	});
	return [...form.getAll('file')].filter((part): part is File => typeof part !== 'string');
}

async function takePhotos(
	world: World,
	slot: Slot,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	if (!isMultipart(request)) throw new Rejected(400, 'multipart/form-data with one part named "file"');
	const files = await filesOf(request, maxPhotoBytes + 4096);
	if (files.length === 0 || files.length > slot.left)
		throw new Rejected(400, 'no part named "file", or too many');
	const photos: Record<string, { token: string }> = {};
	for (const file of files) {
		if (!file.type.startsWith('image/')) throw new Rejected(400, 'not an image');
		const media = newMedia(world, slot.owner, 'photo');
		const bytes = Buffer.from(await file.arrayBuffer());
		writeFileSync(fileOf(world, media), bytes);
		Object.assign(media, { name: file.name, contentType: file.type, size: bytes.length });
		measure(media, bytes);
		uploaded(world, media);
		photos[media.id.toString()] = { token: media.token };
	}
	slot.left -= files.length;
	response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ photos }));
}

/** Some clients send files and videos as multipart, and the service takes it. */
async function takeForm(
	world: World,
	slot: Slot,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const [file] = await filesOf(request, 512 * 1024 * 1024);
	const media = slot.media as Media;
	if (file === undefined) throw new Rejected(400, 'no part named "file"');
	writeFileSync(fileOf(world, media), Buffer.from(await file.arrayBuffer()));
	media.name = file.name;
	finish(world, slot, file.size, response);
}

/** The raw form: `Content-Range: bytes a-b/n` (with or without the word), whole or in chunks, in any order. */
async function takeRange(
	world: World,
	slot: Slot,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const range = /^(?:bytes[ =])?\s*(\d+)-(\d+)\/(\d+)$/.exec(request.headers['content-range'] ?? '');
	if (range === null) throw new Rejected(400, 'Content-Range: bytes a-b/n');
	const [from, to, total] = [Number(range[1]), Number(range[2]), Number(range[3])];
	const length = request.headers['content-length'];
	if (from > to || to >= total) throw new Rejected(416, 'range outside the file');
	if (length !== undefined && Number(length) !== to - from + 1)
		throw new Rejected(400, 'Content-Range and Content-Length differ');
	const media = slot.media as Media;
	const target = fileOf(world, media);
	if (slot.ranges.length === 0 && !openFiles.has(media)) writeFileSync(target, '');
	openFiles.add(media);
	let received = 0;
	request.on('data', (chunk: Buffer) => (received += chunk.length));
	await pipeline(request, createWriteStream(target, { flags: 'r+', start: from }));
	if (received !== to - from + 1) throw new Rejected(400, 'body and Content-Range differ');
	slot.ranges.push([from, to]);
	media.name = fileName(request) ?? media.name;
	if (contiguous(slot) < total) return void response.writeHead(201).end(`${contiguous(slot)}/${total}`);
	finish(world, slot, total, response);
}

/** Media whose file exists already; chunks arrive in parallel and must not empty each other's file. */
const openFiles = new WeakSet<Media>();

function fileName(request: IncomingMessage): string | undefined {
	const header = request.headers['content-disposition'] ?? '';
	const raw = /filename\*?=(?:UTF-8'')?"?([^";]+)"?/.exec(header)?.[1];
	if (raw === undefined) return undefined;
	try {
		return decodeURIComponent(raw);
	} catch {
		return raw;
	}
}

function finish(world: World, slot: Slot, size: number, response: ServerResponse): void {
	const media = slot.media as Media;
	slot.left = 0;
	media.size = size;
	const types = { video: 'video/mp4', note: 'video/mp4', audio: 'audio/ogg' } as const;
	media.contentType =
		media.kind in types ? types[media.kind as keyof typeof types] : 'application/octet-stream';
	if (world.policy.readyBeforeUploadReply) uploaded(world, media);
	response.writeHead(200).end('<retval>1</retval>');
	if (!world.policy.readyBeforeUploadReply) response.once('finish', () => uploaded(world, media));
}
