import type { Readable } from 'node:stream';
import { ChannelError, invalidParameter, type CommandContext, type MediaSource } from '../../../contract';
import type { TelegramAccount } from '../account';
import { partGate } from '../part-gate';
import type { TlObject } from '../tl';
import { partLimit, PARTS } from './premium';

/** Telegram's advice for every file; parts but the last are equal (core.telegram.org/api/files). */
const PART = 512 * 1024;
const BIG = 10 * 1024 * 1024;
const AT_ONCE = 4;
const PART_MS = 60_000;
/** A part has no random id and needs none: the same part twice is the same file. */
const PART_TRIES = 3;

export type StreamSource = Extract<MediaSource, { kind: 'stream' }>;

/** A file that has begun to be read, so that its first bytes can be looked at. */
export interface Begun {
	/** at least 64 bytes, unless the file is shorter */
	head: Buffer;
	rest: AsyncIterator<Buffer>;
	source: StreamSource;
}

const HEAD = 64;

export async function begin(source: StreamSource): Promise<Begun> {
	const stream: Readable = await source.open();
	const rest = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
	let head: Buffer = Buffer.alloc(0);
	for (let next = await nextOf(rest); next !== null; next = await nextOf(rest)) {
		head = head.length === 0 ? next : Buffer.concat([head, next]);
		if (head.length >= HEAD) break;
	}
	return { head, rest, source };
}

/** Lets a file go that is not sent after all. */
export async function abandon({ rest }: Begun): Promise<void> {
	await rest.return?.();
}

async function nextOf(stream: AsyncIterator<Buffer>): Promise<Buffer | null> {
	const next = await stream.next();
	return next.done === true ? null : next.value;
}

/**
 * A file → `InputFile`, over the main connection, part by part as it is read: a few parts are in memory, not the file.
 * @param watch sees every byte as it goes by
 * @throws ChannelError `file_too_large`; the source is closed in any case
 */
export async function upload(
	account: TelegramAccount,
	begun: Begun,
	context: Pick<CommandContext, 'signal' | 'progress'>,
	watch: (chunk: Buffer) => void = () => undefined,
): Promise<TlObject> {
	try {
		return await uploadParts(account, begun, context, watch);
	} finally {
		await abandon(begun);
	}
}

async function uploadParts(
	account: TelegramAccount,
	{ head, rest, source }: Begun,
	context: Pick<CommandContext, 'signal' | 'progress'>,
	watch: (chunk: Buffer) => void,
): Promise<TlObject> {
	const id = BigInt.asIntN(64, BigInt(`0x${account.services.random.hex(8)}`)).toString();
	const { size } = source;
	const big = size === undefined || size > BIG;
	const total = size === undefined ? null : Math.max(1, Math.ceil(size / PART));
	let most = await partLimit(account, total ?? 0, context.signal);
	if (total !== null && total > most) throw tooLarge();
	const running = new Set<Promise<unknown>>();
	let count = 0;
	let done = 0;
	const send = async (bytes: Buffer, last: boolean): Promise<void> => {
		const part = count;
		count += 1;
		if (count > most && most === PARTS) most = await partLimit(account, count, context.signal);
		if (count > most) throw tooLarge();
		while (running.size >= AT_ONCE) await Promise.race(running);
		const request = big
			? {
					_: 'upload.saveBigFilePart',
					file_id: id,
					file_part: part,
					file_total_parts: total ?? (last ? count : -1),
					bytes,
				}
			: { _: 'upload.saveFilePart', file_id: id, file_part: part, bytes };
		const work = sendPart(account, request, context.signal).then(() => {
			done += bytes.length;
			context.progress(done, 'bytes', size);
		});
		running.add(work);
		// Awaited below; without this a failure before that would be an unhandled rejection.
		work.then(
			() => running.delete(work),
			() => undefined,
		);
	};
	// Gathered and joined once per part: what a file comes in is much smaller.
	let held = [head];
	let length = head.length;
	watch(head);
	for (;;) {
		// The last part is kept back until it is known to be the last.
		while (length > PART) {
			const joined = join(held, length);
			await send(joined.subarray(0, PART), false);
			held = [joined.subarray(PART)];
			length -= PART;
		}
		const next = await nextOf(rest);
		if (next === null) break;
		watch(next);
		held.push(next);
		length += next.length;
	}
	if (length === 0 && count === 0) throw invalidParameter('media', 'the file is empty');
	await send(join(held, length), true);
	await Promise.all(running);
	const name = source.fileName;
	return big
		? { _: 'inputFileBig', id, parts: count, name }
		: { _: 'inputFile', id, parts: count, name, md5_checksum: '' };
}

function join(chunks: readonly Buffer[], length: number): Buffer {
	const [only] = chunks;
	return only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks, length);
}

async function sendPart(account: TelegramAccount, request: TlObject, signal: AbortSignal): Promise<void> {
	for (let tries = 1; ; tries += 1) {
		try {
			await partGate.run(account, signal, () =>
				account.connection.call(request, { signal, timeoutMs: PART_MS }),
			);
			return;
		} catch (error) {
			const passing = ChannelError.is(error) && (error.code === 'timeout' || error.code === 'unreachable');
			if (!passing || tries === PART_TRIES || signal.aborted) throw error;
		}
	}
}

function tooLarge(): ChannelError {
	return new ChannelError(
		'file_too_large',
		'The file is larger than Telegram takes of this account (2 GB, 4 GB with Premium)',
		{
			channel: 'telegram',
			field: 'media',
		},
	);
}
