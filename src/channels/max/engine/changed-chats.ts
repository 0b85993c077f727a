import { ChannelError, type JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import { getChats } from '../api/chats';
import { listChats } from '../api/history';
import { UnansweredError } from '../errors';
import { id, number, object } from '../json';
import { pace } from '../pace';

/** chats per request; the list gives at most about 50 */
const PAGE = 50;
/** the clock of the service may be ahead of what its last answer told */
const AHEAD_MS = 60_000;
/** how long a list is waited for that LOGIN has given already */
const PATIENCE_MS = 5_000;

/** What is known of the chat list itself. */
export interface ChatListFacts {
	/** LOGIN told every chat there was: its `chatMarker` was 0, and it asked for all of them */
	told: boolean;
	/** CHATS_LIST was refused as unknown, or not answered, since the last LOGIN */
	unserved: boolean;
}

interface ListOptions {
	/** ms */
	sinceMs: number;
	signal: AbortSignal;
}

/**
 * Every chat whose last event is not older than `sinceMs`, newest first. By CHATS_LIST; a server without it (public
 * reimplementations have none) tells its chats at LOGIN, and those are looked up.
 */
export async function* changedChats(account: MaxAccount, options: ListOptions): AsyncGenerator<JsonObject> {
	const list = account.chatList;
	if (!list.unserved) {
		const marker = account.serverNow() + AHEAD_MS;
		const first = await firstPage(account, marker, options.signal);
		if (first !== null) {
			yield* listed(account, options, marker, first);
			return;
		}
		list.unserved = true;
		account.services.logger.warn('max: the server has no list of chats; those known are looked up instead');
	}
	yield* lookedUp(account, options);
}

type Page = Awaited<ReturnType<typeof listChats>>;

/** null = the service does not list chats */
async function firstPage(account: MaxAccount, marker: number, signal: AbortSignal): Promise<Page | null> {
	const { session, chatList } = account;
	// Where the answer can be done without, nobody waits for it long; a connection that breaks is no answer either way.
	const ways = chatList.told ? [{ signal, timeoutMs: PATIENCE_MS, repeat: false }, { signal }] : [{ signal }];
	for (const way of ways) {
		try {
			return await listChats(session, marker, PAGE, way);
		} catch (error) {
			if (isUnserved(error)) return null;
			if (way === ways.at(-1) || !ChannelError.is(error) || error.code !== 'unreachable') throw error;
		}
	}
	return null;
}

function isUnserved(error: unknown): boolean {
	return (
		error instanceof UnansweredError || (ChannelError.is(error) && error.providerCode === 'proto.opcode')
	);
}

/** Chats with the same time may straddle two pages: the next page begins one millisecond later, repeats are left out. */
async function* listed(
	account: MaxAccount,
	{ sinceMs, signal }: ListOptions,
	marker: number,
	first: Page,
): AsyncGenerator<JsonObject> {
	const { session, settings, services } = account;
	const seen = new Set<string>();
	for (let page = first; ; page = await listChats(session, marker, PAGE, { signal })) {
		let fresh = 0;
		let isOld = false;
		// A reimplemented server lists in another order: within a page nothing rests on it.
		for (const chat of newestFirst(page.chats)) {
			const chatId = id(chat['id']);
			if (chatId === null || seen.has(chatId)) continue;
			seen.add(chatId);
			fresh += 1;
			isOld ||= lastEventOf(chat) < sinceMs;
			if (!isOld) yield chat;
		}
		if (isOld || page.marker === null) return;
		const next = page.marker + 1;
		if (next < marker && fresh > 0) marker = next;
		else if (page.marker < marker) marker = page.marker;
		else return;
		await pace(services.clock, settings.pageDelayMs, signal);
	}
}

async function* lookedUp(account: MaxAccount, { sinceMs, signal }: ListOptions): AsyncGenerator<JsonObject> {
	const { session, settings, services, directory } = account;
	const chatIds = directory.chatIds();
	const chats: JsonObject[] = [];
	for (let at = 0; at < chatIds.length; at += PAGE) {
		if (at > 0) await pace(services.clock, settings.pageDelayMs, signal);
		chats.push(...(await getChats(session, chatIds.slice(at, at + PAGE), { signal })));
	}
	for (const chat of newestFirst(chats)) if (lastEventOf(chat) >= sinceMs) yield chat;
}

function newestFirst(chats: readonly JsonObject[]): JsonObject[] {
	return chats.toSorted((a, b) => lastEventOf(b) - lastEventOf(a));
}

export function lastEventOf(chat: JsonObject): number {
	return number(chat['lastEventTime']) ?? number(object(chat['lastMessage'])?.['time']) ?? 0;
}
