import { createWriteStream, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import type { BusboyFileStream } from '@fastify/busboy';
import type { World } from '../core/world';
import type { Media } from '../state/model';
import { contiguous } from './slots';
import type { Slot } from './slots';
import { fileOf, measure, uploaded } from './store';

/** Limit of a photo in the real server's configuration, bytes. */
const maxPhotoBytes = 40_000_000;
/** Limit of a file there, bytes. */
const maxFileBytes = 4 * 1024 ** 3;

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
		const slot = world.slots.get(url.searchParams.get('ticket') ?? url.searchParams.get('apiToken') ?? '');
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

interface Part {
	readonly name: string;
	readonly type: string;
	readonly size: number;
}

/**
 * Writes the parts named "file" of a multipart body to files as they arrive. `place` names the file of the n-th
 * part, or throws.
 */
async function storeParts(
	request: IncomingMessage,
	limit: number,
	place: (index: number, type: string) => string,
): Promise<Part[]> {
	const parts: Promise<Part>[] = [];
	let wrong: unknown;
	const parser = new Busboy({
		headers: { ...request.headers, 'content-type': request.headers['content-type'] ?? '' },
		limits: { fileSize: limit },
	});
	parser.on('file', (field, stream, name, _encoding, type) => {
		try {
			if (field !== 'file') throw new Rejected(400, 'the part is named "file"');
			const part = storePart(stream, place(parts.length, type), name, type);
			// Awaited below, or never when the client goes away.
			part.catch(() => undefined);
			parts.push(part);
		} catch (error) {
			wrong = error;
			stream.resume();
		}
	});
	await pipeline(request, parser).catch((error: unknown) => {
		if (request.complete) wrong ??= new Rejected(400, 'broken multipart body');
		else throw error;
	});
	const stored = await Promise.all(parts);
	// What went wrong was kept so that the whole body is read before the answer.
	if (wrong instanceof Rejected) throw wrong;
	if (stored.length === 0) throw new Rejected(400, 'multipart/form-data with a part named "file"');
	return stored;
}

async function storePart(stream: BusboyFileStream, path: string, name: string, type: string): Promise<Part> {
	let size = 0;
	stream.on('data', (chunk: Buffer) => (size += chunk.length));
	await pipeline(stream, createWriteStream(path));
	if (stream.truncated) throw new Rejected(413, 'too large');
	return { name, type, size };
}

async function takePhotos(
	world: World,
	slot: Slot,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	if (!isMultipart(request)) throw new Rejected(400, 'multipart/form-data with a part named "file"');
	const first = slot.media.length - slot.left;
	const parts = await storeParts(request, maxPhotoBytes, (index, type) => {
		const media = slot.media[first + index];
		if (media === undefined) throw new Rejected(400, 'more photos than were asked for');
		if (!type.startsWith('image/')) throw new Rejected(400, 'not an image');
		return fileOf(world, media);
	});
	slot.left -= parts.length;
	const photos: Record<string, { token: string }> = {};
	for (const [index, part] of parts.entries()) {
		const media = slot.media[first + index] as Media;
		Object.assign(media, { name: part.name, contentType: part.type, size: part.size });
		measure(media, await readFile(fileOf(world, media)));
		uploaded(world, media);
		photos[media.id.toString()] = { token: media.token };
	}
	response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ photos }));
}

/** Some clients send files and videos as multipart, and the service takes it. */
async function takeForm(
	world: World,
	slot: Slot,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const media = slot.media[0] as Media;
	const [part] = await storeParts(request, maxFileBytes, (index) => {
		if (index > 0) throw new Rejected(400, 'one part only');
		return fileOf(world, media);
	});
	media.name = part?.name ?? media.name;
	finish(world, slot, part?.size ?? 0, response);
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
	const media = slot.media[0] as Media;
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

/** choice: the same for all. */
const thumbhash = Buffer.alloc(25, 7).toString('base64');

function finish(world: World, slot: Slot, size: number, response: ServerResponse): void {
	const media = slot.media[0] as Media;
	slot.left = 0;
	media.size = size;
	const types = { video: 'video/mp4', note: 'video/mp4', audio: 'audio/ogg' } as const;
	media.contentType =
		media.kind in types ? types[media.kind as keyof typeof types] : 'application/octet-stream';
	if (world.policy.readyBeforeUploadReply) uploaded(world, media);
	// A mobile client reads the answer to a video note as JSON and sends the hash of its picture with the message.
	if (media.kind === 'note') response.writeHead(200).end(JSON.stringify({ thumbhash }));
	else response.writeHead(200).end('<retval>1</retval>');
	if (!world.policy.readyBeforeUploadReply) response.once('finish', () => uploaded(world, media));
}
