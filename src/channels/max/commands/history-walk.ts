import type { MaxAccount } from '../account';
import { readHistory } from '../api/history';
import { readMessages } from '../events/from-message';
import type { MessageFacts } from '../events/normalise';
import { pace } from '../pace';

export interface HistoryRange {
	chatId: string;
	/** ms; newest first from here on back. Neither = from the newest message on back */
	before?: number | undefined;
	/** ms; oldest first from here on */
	after?: number | undefined;
	/** scheduled messages instead of sent ones */
	scheduled: boolean;
	/** messages somebody wants; undefined = all */
	limit?: number | undefined;
}

/** How far before the newest message a walk begins, ms: the service's clock may be ahead of what its last answer told. */
const AHEAD_MS = 60_000;

/**
 * A chat's messages, page by page by time; the boundary message comes again with each page and is left out. A server
 * may give fewer a page than asked (no limit is published), so the walk ends with a page that brings nothing new: one
 * request more than necessary, and no circle.
 */
export async function* walkHistory(
	account: MaxAccount,
	range: HistoryRange,
	signal: AbortSignal,
): AsyncGenerator<MessageFacts> {
	const { chatId, limit } = range;
	const { historyPage, pageDelayMs } = account.settings;
	const forward = range.after !== undefined;
	const size = Math.min(historyPage, Math.max(5, (limit ?? historyPage) + 1));
	const seen = new Set<string>();
	let from = range.after ?? range.before ?? account.serverNow() + AHEAD_MS;
	for (let first = true; ; first = false) {
		if (!first) await pace(account.services.clock, pageDelayMs, signal);
		const query = { chatId, from, ...(forward ? { forward: size } : { backward: size }) };
		const page = await readMessages(
			account,
			chatId,
			await readHistory(account.session, { ...query, delayed: range.scheduled }, { signal }),
			signal,
		);
		const fresh = page.filter((message) => !seen.has(message.id));
		for (const message of forward ? fresh : fresh.toReversed()) {
			seen.add(message.id);
			yield message;
		}
		const edge = forward ? page.at(-1) : page[0];
		if (fresh.length === 0 || edge === undefined) return;
		from = edge.time;
	}
}
