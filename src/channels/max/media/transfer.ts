import { Readable } from 'node:stream';
import { ChannelError, invalidParameter, type CommandContext, type JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import { photoSlot, type UploadSlot } from '../api/media';
import { parseJson } from '../codec/json';
import { unexpectedAnswer } from '../errors';
import { object, text } from '../json';
import type { OpenSource } from './source';

/** `image-size` and the file limit of the service's configuration, bytes. */
const MAX_PHOTO = 40_000_000;
const MAX_FILE = 4 * 1024 ** 3;
/** A file whose size nobody knows is read into memory first: the upload must announce it. */
const MAX_UNSIZED = 64 * 1024 * 1024;
/** ms to wait for push 136; more for large files. Not coming is no error: the send itself tells `attachment.not.ready`. */
const READY_MS = 60_000;

/** Multipart, as the service wants photos; `profile`: an avatar. @returns the photo's token */
export async function photoToken(
	account: MaxAccount,
	file: OpenSource,
	profile: boolean,
	context: CommandContext,
): Promise<string> {
	if ((file.size ?? 0) > MAX_PHOTO) throw tooLarge('A photo', MAX_PHOTO);
	const url = await photoSlot(account.session, profile, { signal: context.signal });
	const boundary = `----${account.services.random.hex(16)}`;
	const name = file.fileName.replace(/["\r\n]/g, '_');
	const mimeType = /^image\//.test(file.mimeType) ? file.mimeType : 'image/jpeg';
	const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${mimeType}\r\n\r\n`;
	const body = multipart(head, counted(file, context, MAX_PHOTO, 'A photo'), `\r\n--${boundary}--\r\n`);
	const answer = await account.files.upload(
		url,
		body,
		{ 'content-type': `multipart/form-data; boundary=${boundary}` },
		context.signal,
	);
	const [photo] = Object.values(object(object(parseJson(answer))?.['photos']) ?? {});
	const token = text(object(photo)?.['token']);
	if (token === null) throw unexpectedAnswer('the upload of a photo gives no token');
	return token;
}

async function* multipart(
	head: string,
	content: AsyncIterable<Uint8Array>,
	tail: string,
): AsyncGenerator<Uint8Array> {
	yield Buffer.from(head);
	yield* content;
	yield Buffer.from(tail);
}

/** Raw body with its range, then push 136; who waits for it is registered before the first byte leaves. */
export async function pushBytes(
	account: MaxAccount,
	slot: UploadSlot,
	source: OpenSource,
	context: CommandContext,
): Promise<void> {
	const file = source.size === null ? (await inMemory(source)).file : source;
	const size = file.size ?? 0;
	if (size === 0) throw invalidParameter('media', 'the file is empty');
	if (size > MAX_FILE) throw tooLarge('A file', MAX_FILE);
	const { ready, forget } = account.ready.expect(slot.mediaId);
	try {
		const headers = {
			'content-disposition': `attachment; filename=${encodeURIComponent(file.fileName)}`,
			'content-range': `bytes 0-${String(size - 1)}/${String(size)}`,
			'content-length': String(size),
			'content-type': 'application/x-binary; charset=x-user-defined',
		};
		await account.files.upload(slot.url, counted(file, context, size, 'The file'), headers, context.signal);
		await readyOrLate(account, ready, size, context.signal);
	} finally {
		forget();
	}
}

async function readyOrLate(
	account: MaxAccount,
	ready: Promise<JsonObject>,
	size: number,
	signal: AbortSignal,
): Promise<void> {
	const done = new AbortController();
	// A megabyte a second on top: large videos are worked on for longer.
	const late = account.services.clock
		.sleep(READY_MS + size / 1000, AbortSignal.any([signal, done.signal]))
		.then(
			() => null,
			() => null,
		);
	const payload = await Promise.race([ready, late]);
	done.abort();
	signal.throwIfAborted();
	const problem = payload === null ? null : (text(payload['error']) ?? null);
	if (problem !== null) {
		throw new ChannelError('media_not_supported', `MAX could not process the file (${problem})`, {
			channel: 'max',
			field: 'media',
			providerCode: problem,
		});
	}
}

/** Tells the progress and ends what grows beyond its limit. */
async function* counted(
	file: OpenSource,
	{ signal, progress }: CommandContext,
	limit: number,
	what: string,
): AsyncGenerator<Uint8Array> {
	let done = 0;
	for await (const chunk of file.stream as AsyncIterable<Buffer>) {
		signal.throwIfAborted();
		done += chunk.length;
		if (done > limit) throw tooLarge(what, limit);
		progress(done, 'bytes uploaded', file.size ?? undefined);
		yield chunk;
	}
}

/** The whole file, for what must be looked at or announced first. */
export async function inMemory(source: OpenSource): Promise<{ file: OpenSource; bytes: Buffer }> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of source.stream as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > MAX_UNSIZED) throw tooLarge('A file whose size is not known beforehand', MAX_UNSIZED);
		chunks.push(chunk);
	}
	const bytes = Buffer.concat(chunks);
	return { bytes, file: { ...source, size, stream: Readable.from([bytes]) } };
}

function tooLarge(what: string, limit: number): ChannelError {
	return new ChannelError(
		'file_too_large',
		`${what} may have at most ${String(Math.floor(limit / 1_000_000))} MB`,
		{ channel: 'max', field: 'media' },
	);
}
