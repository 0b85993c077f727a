import type { Clock, WaitRecord } from '../contract';
import type { AccountEntry } from './account/entry';
import type { ReaderSeat } from './account/reader-seat';
import type { ResumeWait } from './types';

interface Held {
	seat: ReaderSeat;
	release: () => void;
}

/** Pending *send and wait* questions of this process: each keeps its account open until it is answered or over. */
export class Waits {
	readonly #clock: Clock;
	readonly #held = new Map<string, Held>();
	#resume: ResumeWait = () => Promise.resolve('retry');

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	onMatched(resume: ResumeWait): void {
		this.#resume = resume;
	}

	/** What a hub calls when a reply matched; frees the account when the wait is over. */
	readonly resume: ResumeWait = async (wait, event) => {
		const outcome = await this.#resume(wait, event);
		if (outcome === 'resumed' || outcome === 'gone') this.#free(wait.id);
		return outcome;
	};

	async hold(wait: WaitRecord, entry: AccountEntry, seat: ReaderSeat): Promise<void> {
		const unuse = entry.use();
		const cancel = this.#clock.after(Math.max(0, wait.expiresAt - this.#clock.now()), () => {
			this.#free(wait.id);
		});
		this.#held.set(wait.id, {
			seat,
			release: () => {
				cancel();
				unuse();
			},
		});
		await seat.addWait(wait);
	}

	async setMessage(waitId: string, messageId: string): Promise<void> {
		await this.#held.get(waitId)?.seat.setWaitMessage(waitId, messageId);
	}

	#free(waitId: string): void {
		this.#held.get(waitId)?.release();
		this.#held.delete(waitId);
	}
}
