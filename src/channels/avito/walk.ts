import type { WithRaw } from './schemas/parse';
import type { AvitoChat } from './schemas/chat';
import type { AvitoMessage } from './schemas/message';
import type { AvitoAccount } from './account';
import { listChats, type ChatQuery } from './api/chats';
import { listMessages } from './api/messages';
import { MAX_OFFSET, PAGE, type RequestContext } from './api/caller';

/** Chats between people and about ads; Avito's own default would hide the former. */
export const CONVERSATIONS = ['u2i', 'u2u'] as const;
/** Avito's own chat with the account: notices and support. */
export const WITH_AVITO = ['a2u'] as const;

/** One page; `ceiling`: there is more, but Avito shows nothing beyond. */
export interface WalkedPage<T> {
	members: WithRaw<T>[];
	ceiling: boolean;
}

/** Pages of chats, last changed first, without those met before (new messages move chats while we walk). */
export async function* walkChats(
	account: AvitoAccount,
	query: Omit<ChatQuery, 'limit' | 'offset'>,
	context: RequestContext,
	pageSize = PAGE,
): AsyncGenerator<WalkedPage<AvitoChat>> {
	const met = new Set<string>();
	// A chat does not carry its type; a list of one type tells it.
	const type = query.chatTypes.length === 1 ? query.chatTypes[0] : undefined;
	for (let offset: number | null = 0; offset !== null;) {
		const page = await listChats(account, { ...query, limit: pageSize, offset }, context);
		const { chats } = page;
		const fresh = chats.filter(({ value }) => !met.has(value.id));
		for (const { value } of fresh) {
			met.add(value.id);
			account.enrichment.learn(value, type);
			if (value.last_message != null)
				account.lastMessages.note(value.id, value.last_message, account.services.clock.now());
		}
		yield { members: fresh, ceiling: page.hasMore && offset >= MAX_OFFSET };
		offset = nextOffset(offset, page, pageSize);
	}
}

/** Pages of a chat's messages, newest first, without those met before (new messages push older ones down). */
export async function* walkMessages(
	account: AvitoAccount,
	chatId: string,
	context: RequestContext,
	pageSize = PAGE,
): AsyncGenerator<WalkedPage<AvitoMessage>> {
	const met = new Set<string>();
	for (let offset: number | null = 0; offset !== null;) {
		const page = await listMessages(account, chatId, { limit: pageSize, offset }, context);
		const { messages } = page;
		const [newest] = messages;
		if (offset === 0 && newest !== undefined) {
			account.lastMessages.note(chatId, newest.value, account.services.clock.now());
		}
		const fresh = messages.filter(({ value }) => !met.has(value.id));
		for (const { value } of fresh) met.add(value.id);
		yield { members: fresh, ceiling: page.hasMore && offset >= MAX_OFFSET };
		offset = nextOffset(offset, page, pageSize);
	}
}

/** After as many as came, which may be fewer than asked for, even none; the last page may begin at `MAX_OFFSET`. */
function nextOffset(
	offset: number,
	{ size, hasMore }: { size: number; hasMore: boolean },
	pageSize: number,
): number | null {
	if (!hasMore || offset >= MAX_OFFSET) return null;
	return Math.min(offset + (size === 0 ? pageSize : size), MAX_OFFSET);
}

/** Clocks of Avito's machines differ: a list is in order as long as nothing is newer by more than this. */
const DISORDER_S = 60;

/**
 * Pages newest first. Avito gives them so (chats: one capture; messages: three clients), but documents no order: a list in
 * another one is read to its end and put in order, since nothing can be concluded from where something old stands in it.
 */
export async function* newestFirst<T>(
	pages: AsyncIterable<WalkedPage<T>>,
	timeOf: (value: T) => number,
): AsyncGenerator<WalkedPage<T>> {
	const held: WithRaw<T>[] = [];
	let ceiling = false;
	for await (const page of pages) {
		if (held.length === 0 && isNewestFirst(page.members.map(({ value }) => timeOf(value)))) {
			yield page;
			continue;
		}
		held.push(...page.members);
		ceiling ||= page.ceiling;
	}
	if (held.length === 0) return;
	const [first, last] = [held[0], held.at(-1)].map((member) =>
		member === undefined ? 0 : timeOf(member.value),
	);
	// Of one second, what stands last in a list that begins with the oldest is the newest.
	if ((first ?? 0) < (last ?? 0)) held.reverse();
	yield { members: held.sort((a, b) => timeOf(b.value) - timeOf(a.value)), ceiling };
}

function isNewestFirst(times: readonly number[]): boolean {
	let oldest = Infinity;
	for (const time of times) {
		if (time > oldest + DISORDER_S) return false;
		oldest = Math.min(oldest, time);
	}
	return (times[0] ?? 0) >= (times.at(-1) ?? 0);
}
