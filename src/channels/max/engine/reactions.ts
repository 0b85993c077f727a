import { BoundedMap } from '../../../runtime';
import type { ChannelEvent, Clock } from '../../../contract';

/** ms within which the pushes of one reaction have all come */
const TOGETHER_MS = 3_000;
/** messages remembered; more reactions than that at once are told twice at worst */
const MAX_MESSAGES = 2_000;

/**
 * A reaction comes as 155 or 156; a phone gets the chat's own push (135) beside it, and on some sessions nothing but
 * that (live checks disagree). So what 135 says is told only when neither of the others has come.
 */
export class Reactions {
	readonly #clock: Clock;
	readonly #tell: (event: ChannelEvent) => void;
	readonly #told: BoundedMap<true>;
	readonly #waiting = new Map<string, () => void>();

	constructor(clock: Clock, tell: (event: ChannelEvent) => void) {
		this.#clock = clock;
		this.#tell = tell;
		this.#told = new BoundedMap(MAX_MESSAGES, TOGETHER_MS);
	}

	/** 155, 156 */
	told(event: ChannelEvent): void {
		const key = keyOf(event);
		this.#waiting.get(key)?.();
		this.#waiting.delete(key);
		this.#told.set(key, true, this.#clock.now());
		this.#tell(event);
	}

	/** 135 */
	hinted(event: ChannelEvent): void {
		const key = keyOf(event);
		if (this.#told.get(key, this.#clock.now()) !== undefined || this.#waiting.size >= MAX_MESSAGES) return;
		this.#waiting.get(key)?.();
		const cancel = this.#clock.after(TOGETHER_MS, () => {
			this.#waiting.delete(key);
			this.#tell(event);
		});
		this.#waiting.set(key, cancel);
	}

	end(): void {
		for (const cancel of this.#waiting.values()) cancel();
		this.#waiting.clear();
	}
}

function keyOf({ external_chat_id: chatId, meta }: ChannelEvent): string {
	return `${chatId}/${meta.external_message_id ?? ''}`;
}
