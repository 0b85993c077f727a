import type { AcknowledgeMode } from '../../../src/pool';
import type { DeliveryNote } from './wire';

/** A promise that was not kept. */
export interface Violation {
	readonly rule: 'lost' | 'twice' | 'order' | 'send' | 'owner' | 'sandbox';
	readonly what: string;
}

interface Started {
	readonly text: string;
	readonly eventId: string;
	readonly chat: string;
	readonly late: boolean;
}

/**
 * What n8n's database is to the triggers: one row per deduplication key. It knows what was written to whom, and so what
 * every trigger must have started with. Pure: it is told everything.
 */
export class Ledger {
	readonly #modes: ReadonlyMap<string, { account: string; acknowledge: AcknowledgeMode }>;
	readonly #keys = new Set<string>();
	/** per node, in the order in which the executions began */
	readonly #started = new Map<string, Started[]>();
	/** per account: the numbers of the messages written to it, and the chat each was written in */
	readonly #written = new Map<string, Map<number, string>>();
	duplicates = 0;

	constructor(triggers: readonly { node: string; account: string; acknowledge: AcknowledgeMode }[]) {
		this.#modes = new Map(triggers.map(({ node, ...mode }) => [node, mode]));
	}

	/** Somebody wrote `#<number>`; `chat` is the sandbox' own name for where. */
	wrote(account: string, number: number, chat: string): void {
		const numbers = this.#written.get(account) ?? new Map<number, string>();
		numbers.set(number, chat);
		this.#written.set(account, numbers);
	}

	/** A trigger hands a delivery on. @returns whether a row with its key was there already */
	deliver({ node, key, events }: Pick<DeliveryNote, 'node' | 'key' | 'events'>): boolean {
		if (this.#keys.has(key)) {
			this.duplicates += 1;
			return true;
		}
		this.#keys.add(key);
		const started = this.#started.get(node) ?? [];
		started.push(...events.map(({ id, ...rest }) => ({ eventId: id, ...rest })));
		this.#started.set(node, started);
		return false;
	}

	/** how many executions began */
	get executions(): number {
		return this.#keys.size;
	}

	/** messages that have not reached a trigger yet */
	missing(): string[] {
		return [...this.#modes].flatMap(([node, { account }]) => {
			const texts = new Set((this.#started.get(node) ?? []).map(({ text }) => text));
			const numbers = [...(this.#written.get(account)?.keys() ?? [])];
			return numbers.filter((n) => !texts.has(`#${n}`)).map((n) => `${node} never started with #${n}`);
		});
	}

	/** executions that began again knowingly, after the process that had begun them was lost */
	get reruns(): number {
		return [...this.#started.values()].reduce(
			(sum, started) => sum + started.length - new Set(started.map(({ text }) => text)).size,
			0,
		);
	}

	/** messages that came after a newer one of their chat and said so */
	get late(): number {
		return [...this.#started.values()].flat().filter(({ late }) => late).length;
	}

	violations(): Violation[] {
		const lost = this.missing().map((what): Violation => ({ rule: 'lost', what }));
		return [...lost, ...[...this.#modes.keys()].flatMap((node) => this.#violationsOf(node))];
	}

	#violationsOf(node: string): Violation[] {
		const found: Violation[] = [];
		const seen = new Map<string, string>();
		const newest = new Map<string, number>();
		const again = this.#modes.get(node)?.acknowledge !== 'immediately';
		for (const { text, eventId, chat, late } of this.#started.get(node) ?? []) {
			const known = seen.get(text);
			if (known !== undefined && (known !== eventId || !again))
				found.push({ rule: 'twice', what: `${node} started twice with ${text} (${known}, ${eventId})` });
			if (known !== undefined) continue;
			seen.set(text, eventId);
			const number = Number(text.slice(1));
			const before = newest.get(chat) ?? 0;
			if (number < before && !late)
				found.push({ rule: 'order', what: `${node} started with #${number} after #${before} of ${chat}` });
			newest.set(chat, Math.max(before, number));
		}
		return found;
	}
}
