import type { ChannelEvent, EngineEvent, JournalWriter, JsonObject } from '../../../../src/contract';

/** What a store would keep for one account: events once per id, the engine's state in the same step. */
export class Journal implements JournalWriter {
	readonly account = 'max:12345678';
	readonly entries: EngineEvent[] = [];
	readonly told: ChannelEvent[] = [];
	duplicates = 0;
	state: JsonObject | null;
	recoverSince: number;
	startAt?: number;
	pollMs: number | null = null;
	typing: string[] = [];
	/** appends fail while it is set */
	broken = false;
	readonly #ids = new Set<string>();

	constructor(state: JsonObject | null = null, recoverSince = 0) {
		this.state = state;
		this.recoverSince = recoverSince;
	}

	/** The same store seen by the next process: what is known stays known. */
	reopen(): Journal {
		const next = new Journal(this.state, this.recoverSince);
		for (const id of this.#ids) next.#ids.add(id);
		return next;
	}

	async append(events: readonly EngineEvent[], state?: JsonObject): Promise<{ appended: number }> {
		await Promise.resolve();
		if (this.broken) throw new Error('the disk is full');
		let appended = 0;
		for (const event of events) {
			if (this.#ids.has(event.event.event_id)) {
				this.duplicates += 1;
				continue;
			}
			this.#ids.add(event.event.event_id);
			this.entries.push(structuredClone(event));
			appended += 1;
		}
		if (state !== undefined) this.state = structuredClone(state);
		return { appended };
	}

	live(event: ChannelEvent): void {
		this.told.push(event);
	}

	pollEveryMs(): number | null {
		return this.pollMs;
	}

	typingChats(): string[] {
		return this.typing;
	}

	texts(type = 'message'): string[] {
		return this.entries.filter(({ event }) => event.event_type === type).map(({ event }) => event.text);
	}

	types(): string[] {
		return this.entries.map(({ event }) => event.event_type);
	}
}
