import type { Clock } from '../../contract';
import { children, child, flag, long, text, type TlObject } from './tl';

/** Texts that came before they were waited for; a push may overtake the answer it belongs to. */
const MAX_EARLY = 100;

/** Texts of voices come as `updateTranscribedAudio`, some time after they were asked for. */
export class Transcriptions {
	readonly #clock: Clock;
	readonly #waiting = new Map<string, (words: string) => void>();
	readonly #early = new Map<string, string>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Every push; looks for texts in it. */
	see(payload: TlObject): void {
		const one = child(payload, 'update');
		for (const update of [...children(payload, 'updates'), ...(one === null ? [] : [one])]) {
			if (update._ !== 'updateTranscribedAudio' || flag(update, 'pending')) continue;
			this.#tell(long(update, 'transcription_id') ?? '', text(update, 'text'));
		}
	}

	/** null = not within `ms` */
	async wait(id: string, ms: number, signal: AbortSignal): Promise<string | null> {
		const early = this.#early.get(id);
		if (early !== undefined) {
			this.#early.delete(id);
			return early;
		}
		const { promise, resolve } = Promise.withResolvers<string | null>();
		this.#waiting.set(id, resolve);
		const cancel = this.#clock.after(ms, () => resolve(null));
		const abort = (): void => resolve(null);
		signal.addEventListener('abort', abort, { once: true });
		try {
			const words = await promise;
			signal.throwIfAborted();
			return words;
		} finally {
			cancel();
			signal.removeEventListener('abort', abort);
			this.#waiting.delete(id);
		}
	}

	#tell(id: string, words: string): void {
		const waiting = this.#waiting.get(id);
		if (waiting !== undefined) {
			waiting(words);
			return;
		}
		this.#early.set(id, words);
		const oldest = this.#early.keys().next().value;
		if (this.#early.size > MAX_EARLY && oldest !== undefined) this.#early.delete(oldest);
	}
}
