import type { Clock, JsonObject } from '../../../contract';
import { listChats } from '../api/history';
import type { Caller } from '../api/caller';
import { id, number, object } from '../json';
import { pace } from '../pace';

/** chats per request; the list gives at most about 50 */
const PAGE = 50;
/** the clock of the service may be ahead of what its last answer told */
const AHEAD_MS = 60_000;

/**
 * Every chat whose last event is not older than `sinceMs`, newest first. Chats with the same time may straddle two
 * pages, so the next page begins one millisecond later and repeats are left out.
 */
export async function* changedChats(
	caller: Caller,
	options: { sinceMs: number; serverNow: number; pageDelayMs: number; clock: Clock; signal: AbortSignal },
): AsyncGenerator<JsonObject> {
	const seen = new Set<string>();
	let marker = options.serverNow + AHEAD_MS;
	for (let first = true; ; first = false) {
		if (!first) await pace(options.clock, options.pageDelayMs, options.signal);
		const page = await listChats(caller, marker, PAGE, { signal: options.signal });
		let fresh = 0;
		for (const chat of page.chats) {
			const chatId = id(chat['id']);
			if (chatId === null || seen.has(chatId)) continue;
			seen.add(chatId);
			fresh += 1;
			if (lastEventOf(chat) < options.sinceMs) return;
			yield chat;
		}
		if (page.marker === null) return;
		const next = page.marker + 1;
		if (next < marker && fresh > 0) marker = next;
		else if (page.marker < marker) marker = page.marker;
		else return;
	}
}

export function lastEventOf(chat: JsonObject): number {
	return number(chat['lastEventTime']) ?? number(object(chat['lastMessage'])?.['time']) ?? 0;
}
