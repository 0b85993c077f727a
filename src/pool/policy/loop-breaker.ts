import { ChannelError } from '../../contract';

/** chats remembered at most; the oldest are forgotten first */
const MAX_CHATS = 5_000;

/**
 * Two automatic answerers can talk to each other for ever. Counts, per chat, the sends caused by that chat's own events
 * and refuses beyond `limit` within `windowMs`.
 */
export class LoopBreaker {
	readonly #answers = new Map<string, number[]>();

	/** @throws ChannelError `loop_suspected` */
	count(chatId: string, now: number, limit: number, windowMs: number): void {
		if (limit === 0) return;
		const recent = (this.#answers.get(chatId) ?? []).filter((time) => time > now - windowMs);
		if (recent.length >= limit) {
			const free = (recent[0] ?? now) + windowMs - now;
			throw new ChannelError(
				'loop_suspected',
				`${String(limit)} automatic answers went to this chat within ${String(Math.round(windowMs / 1000))} s: two machines may be answering each other`,
				{
					retry: { afterMs: free },
					hint: 'Filter out the other machine in the trigger, or raise the loop limit in the credential.',
				},
			);
		}
		recent.push(now);
		this.#answers.delete(chatId);
		this.#answers.set(chatId, recent);
		const oldest = this.#answers.keys().next().value;
		if (this.#answers.size > MAX_CHATS && oldest !== undefined) this.#answers.delete(oldest);
	}
}
