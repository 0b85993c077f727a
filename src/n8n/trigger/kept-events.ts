import type { ChannelEvent } from '../../contract';

/** n8n keeps a test webhook for two minutes; an event that nobody fetched by then belongs to no test any more. */
const KEEP_MS = 120_000;

/** Events a test webhook received, until the manual execution they start asks for them in `trigger()`. */
class KeptEvents {
	readonly #events = new Map<string, { event: ChannelEvent; at: number }>();
	readonly #waiting = new Map<string, (event: ChannelEvent) => void>();

	/** @param now monotonic ms */
	keep(key: string, event: ChannelEvent, now: number): void {
		this.#events.set(key, { event, at: now });
		this.#waiting.get(key)?.(event);
	}

	has(key: string): boolean {
		return this.#events.has(key);
	}

	/** Resolves as soon as there is an event for this key, at the latest when `patience` does. */
	async arrives(key: string, patience: Promise<unknown>): Promise<boolean> {
		if (!this.#events.has(key)) {
			const arrived = new Promise<ChannelEvent>((resolve) => this.#waiting.set(key, resolve));
			await Promise.race([arrived, patience]);
			this.#waiting.delete(key);
		}
		return this.#events.has(key);
	}

	take(key: string, now: number): ChannelEvent | undefined {
		const kept = this.#events.get(key);
		this.#events.delete(key);
		return kept === undefined || now - kept.at > KEEP_MS ? undefined : kept.event;
	}
}

/**
 * One per copy of the package. A copy that was updated between the webhook and the execution finds nothing here and
 * simply listens; nothing is lost, since test events never touch a stored position.
 */
export const keptEvents = new KeptEvents();

export function nodeKey(context: { getWorkflow(): { id?: string }; getNode(): { id: string } }): string {
	return `${context.getWorkflow().id ?? ''}:${context.getNode().id}`;
}
