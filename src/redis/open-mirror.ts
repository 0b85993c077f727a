import { ChannelError, type Clock, type Logger, type MirrorPlace, type StoreMirror } from '../contract';

/** A mirror that cannot be opened is tried again after this long, ms. */
const REOPEN_MS = 60_000;

export interface OpenMirrorOptions {
	place: MirrorPlace;
	clock: Clock;
	logger: Logger;
	/** the file is there now; until then only the memory was, or nothing */
	opened(mirror: StoreMirror): void;
}

/**
 * This process' mirror: in memory where it only sends, in the file from when something is read or listened to here.
 * Trouble with it never becomes a failure of whoever writes: it is a sentence in `status`.
 */
export class OpenMirror {
	readonly #options: OpenMirrorOptions;
	#current: StoreMirror | undefined;
	/** what was kept while nothing was read or listened to here; not written any more once there is the file */
	#memory: StoreMirror | undefined;
	#opening: Promise<void> | undefined;
	#openingMemory: Promise<void> | undefined;
	/** monotonic ms */
	#triedAt = -Infinity;
	#trouble: string | null = null;
	#ended = false;

	constructor(options: OpenMirrorOptions) {
		this.#options = options;
	}

	/** the file's, else the memory's; undefined: nothing is kept yet */
	get current(): StoreMirror | undefined {
		return this.#current;
	}

	isMemory(mirror: StoreMirror | undefined): boolean {
		return mirror !== undefined && mirror === this.#memory;
	}

	/** why it is not kept as it should be, or null */
	get trouble(): string | null {
		return this.#current?.info.degraded ?? this.#trouble;
	}

	/** Opens the file if need be. Never rejects. */
	async needFile(): Promise<void> {
		if (this.#current !== undefined && !this.isMemory(this.#current)) return;
		const { place, clock, opened } = this.#options;
		if (clock.monotonic() - this.#triedAt < REOPEN_MS) {
			await this.#opening;
			return;
		}
		this.#triedAt = clock.monotonic();
		this.#opening = place.open().then(
			async (mirror) => {
				if (this.#ended) return mirror.close();
				this.#current = mirror;
				opened(mirror);
			},
			(error: unknown) => this.#failed(error),
		);
		await this.#opening;
	}

	/** Opens the memory if nothing is open. Never rejects. */
	async needMemory(): Promise<void> {
		if (this.#current !== undefined) return;
		this.#openingMemory ??= this.#options.place.openMemory().then(
			async (memory) => {
				this.#memory = memory;
				if (this.#ended) await memory.close();
				else this.#current ??= memory;
			},
			(error: unknown) => this.#failed(error),
		);
		await this.#openingMemory;
	}

	/** Where one is open. Never rejects. */
	async note(work: (mirror: StoreMirror) => Promise<void>): Promise<void> {
		const mirror = this.#current;
		if (mirror === undefined || this.#ended) return;
		try {
			await work(mirror);
			this.#trouble = null;
		} catch (error) {
			this.#failed(error);
		}
	}

	/** Nothing is noted any more. */
	end(): void {
		this.#ended = true;
	}

	async close(): Promise<void> {
		this.end();
		await this.#current?.close();
		if (this.#memory !== this.#current) await this.#memory?.close();
	}

	#failed(error: unknown): void {
		const said = ChannelError.is(error) ? error.message : String(error);
		if (said !== this.#trouble) this.#options.logger.warn('the mirror could not be written', { error: said });
		this.#trouble = said;
	}
}
