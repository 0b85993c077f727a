import type { CommandContext, JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import { id } from '../json';
import { pace } from '../pace';

/** One page of people: those after the first `from`, `count` of them or fewer. */
type ReadPage = (from: number, count: number) => Promise<JsonObject[]>;

/**
 * Page by page until `limit` people are there. A server may give fewer a page than asked (no limit is published), so the
 * walk ends with a page that brings nobody new: one request more than necessary, and no circle.
 */
export async function walkPeople(
	account: MaxAccount,
	limit: number,
	context: CommandContext,
	readPage: ReadPage,
): Promise<JsonObject[]> {
	const found = new Map<string, JsonObject>();
	let from = 0;
	while (found.size < limit) {
		if (from > 0) await pace(account.services.clock, account.settings.pageDelayMs, context.signal);
		const page = await readPage(from, Math.min(PAGE, limit));
		const before = found.size;
		for (const one of page) {
			const userId = id(one['id']);
			if (userId !== null && !found.has(userId)) found.set(userId, one);
		}
		if (found.size === before) break;
		from += page.length;
	}
	return [...found.values()].slice(0, limit);
}
/** what clients ask for at once */
const PAGE = 40;
