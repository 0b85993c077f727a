import { Readable } from 'node:stream';
import { ChannelError, type Clock, type MediaOutput, type MediaSource, type Random } from '../../contract';
import type { Mailbox } from './mailbox';
import { fromWireError, present, toWireError, type MessageOf, type WireMedia } from './wire';

/** Bytes per piece: large enough that a piece costs more than its message, small enough for Redis not to notice. */
const PIECE_BYTES = 192 * 1024;
/** A file nobody has asked for (any more) for this long is let go, ms. */
const IDLE_MS = 120_000;

interface Offered {
	open(): Promise<Readable>;
	forget(): void;
	touch(): void;
	readings: Map<string, Promise<AsyncIterator<Buffer>>>;
}

export interface PipesOptions {
	mailbox: Mailbox;
	clock: Clock;
	random: Random;
	address: string;
}

/**
 * Files between processes. The one that has it offers it; the one that wants it pulls a piece at a time, so a slow reader
 * slows the source and Redis never holds more than one piece per file.
 */
export class Pipes {
	readonly #options: PipesOptions;
	readonly #offered = new Map<string, Offered>();
	readonly #reading = new Map<string, { piece(bytes: Buffer): void; end(error: Error | null): void }>();

	constructor(options: PipesOptions) {
		this.#options = options;
	}

	/** A file to be sent. `forget` lets go of it. */
	offerSource(source: MediaSource): { wire: WireMedia; forget(): void } {
		if (source.kind !== 'stream') return { wire: present(source), forget: () => undefined };
		const { pipe, forget } = this.#offer(() => source.open());
		const { fileName, mimeType, size } = source;
		return { wire: { kind: 'pipe', pipe, fileName, mimeType, ...present({ size }) }, forget };
	}

	/** A file that came out of a command: it can be read once, and is let go when it was. */
	offerOutput(output: MediaOutput): WireMedia {
		const { pipe } = this.#offer(
			() => Promise.resolve(output.stream),
			() => output.stream.destroy(),
		);
		const { fileName, mimeType, size } = output;
		return { kind: 'pipe', pipe, fileName, mimeType, ...present({ size }) };
	}

	/** A file the other process has, as a source that may be opened several times. */
	sourceFrom(owner: string, wire: WireMedia): MediaSource {
		if (wire.kind !== 'pipe') return present(wire);
		const { pipe, fileName, mimeType, size } = wire;
		const open = () => Promise.resolve(this.#pull(owner, pipe));
		return { kind: 'stream', open, fileName, mimeType, ...present({ size }) };
	}

	outputFrom(owner: string, wire: WireMedia): MediaOutput {
		if (wire.kind !== 'pipe') throw new ChannelError('unexpected_answer', 'A file came without its bytes');
		const { pipe, fileName, mimeType, size } = wire;
		return { stream: this.#pull(owner, pipe), fileName, mimeType, ...present({ size }) };
	}

	onPull({ pipe, from, reading }: MessageOf<'pull'>): void {
		void this.#givePiece(pipe, from, reading);
	}

	onDrop({ pipe, reading }: MessageOf<'drop'>): void {
		const offered = this.#offered.get(pipe);
		const iterator = offered?.readings.get(reading);
		offered?.readings.delete(reading);
		iterator?.then((open) => open.return?.()).catch(() => undefined);
	}

	onPiece({ reading, bytes }: MessageOf<'piece'>): void {
		this.#reading.get(reading)?.piece(Buffer.from(bytes, 'base64'));
	}

	onEnd({ reading, error }: MessageOf<'end'>): void {
		this.#reading.get(reading)?.end(error === undefined ? null : fromWireError(error));
	}

	close(): void {
		for (const offered of [...this.#offered.values()]) offered.forget();
		const gone = new ChannelError('cancelled', 'The calls between processes are closed.');
		for (const reading of [...this.#reading.values()]) reading.end(gone);
	}

	#offer(open: () => Promise<Readable>, unused?: () => void): { pipe: string; forget(): void } {
		const { clock, random } = this.#options;
		const pipe = random.hex(12);
		let cancel = (): void => undefined;
		const forget = (): void => {
			cancel();
			if (!this.#offered.delete(pipe)) return;
			for (const iterator of offered.readings.values()) {
				iterator.then((opened) => opened.return?.()).catch(() => undefined);
			}
			unused?.();
		};
		const touch = (): void => {
			cancel();
			cancel = clock.after(IDLE_MS, forget);
		};
		const offered: Offered = { open, forget, touch, readings: new Map() };
		this.#offered.set(pipe, offered);
		touch();
		return { pipe, forget };
	}

	async #givePiece(pipe: string, to: string, reading: string): Promise<void> {
		const { mailbox } = this.#options;
		try {
			const offered = this.#offered.get(pipe);
			if (offered === undefined) throw new ChannelError('media_expired', 'The file is no longer offered');
			offered.touch();
			const known = offered.readings.get(reading) ?? offered.open().then(inPieces);
			offered.readings.set(reading, known);
			const next = await (await known).next();
			if (next.done === true) {
				offered.readings.delete(reading);
				await mailbox.post(to, { type: 'end', reading });
			} else {
				await mailbox.post(to, { type: 'piece', reading, bytes: next.value.toString('base64') });
			}
		} catch (error) {
			mailbox.postIfPossible(to, { type: 'end', reading, error: toWireError(error) });
		}
	}

	/** Asks for the next piece when, and only when, its own reader wants it. */
	#pull(owner: string, pipe: string): Readable {
		const { mailbox, clock, random, address } = this.#options;
		const reading = random.hex(12);
		let cancel = (): void => undefined;
		const stream = new Readable({
			highWaterMark: PIECE_BYTES,
			read: () => {
				cancel();
				cancel = clock.after(IDLE_MS, () => {
					stream.destroy(new ChannelError('unreachable', 'The process that has the file does not answer'));
				});
				mailbox.post(owner, { type: 'pull', pipe, from: address, reading }).catch((error: unknown) => {
					stream.destroy(error as Error);
				});
			},
			destroy: (error, done) => {
				cancel();
				if (this.#reading.delete(reading)) mailbox.postIfPossible(owner, { type: 'drop', pipe, reading });
				done(error);
			},
		});
		this.#reading.set(reading, {
			piece: (bytes) => {
				cancel();
				stream.push(bytes);
			},
			end: (error) => {
				cancel();
				this.#reading.delete(reading);
				if (error === null) stream.push(null);
				else stream.destroy(error);
			},
		});
		return stream;
	}
}

/** Whatever chunks the source makes, as pieces of one size; the source is read no faster than they are taken. */
async function* cut(source: Readable): AsyncGenerator<Buffer> {
	let kept: Buffer[] = [];
	let size = 0;
	for await (const chunk of source as AsyncIterable<Buffer | string>) {
		let rest = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
		while (size + rest.length >= PIECE_BYTES) {
			const room = PIECE_BYTES - size;
			yield Buffer.concat([...kept, rest.subarray(0, room)]);
			rest = rest.subarray(room);
			kept = [];
			size = 0;
		}
		if (rest.length > 0) kept.push(rest);
		size += rest.length;
	}
	if (size > 0) yield Buffer.concat(kept);
}

function inPieces(source: Readable): AsyncIterator<Buffer> {
	return cut(source);
}
