import type { WithRaw } from './schemas/parse';
import type { AvitoChat } from './schemas/chat';
import type { AvitoMessage } from './schemas/message';
import type { AvitoAccount } from './account';
import { listChats, type ChatQuery } from './api/chats';
import { listMessages } from './api/messages';
import { MAX_OFFSET, PAGE, type RequestContext } from './api/caller';

/** Chats between people and about ads; Avito's own default would hide the former. */
export const CONVERSATIONS = ['u2i', 'u2u'] as const;

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
	for (let offset = 0; ; offset += pageSize) {
		const { chats, hasMore } = await listChats(account, { ...query, limit: pageSize, offset }, context);
		const fresh = chats.filter(({ value }) => !met.has(value.id));
		for (const { value } of fresh) {
			met.add(value.id);
			account.enrichment.learn(value);
			if (value.last_message != null)
				account.lastMessages.note(value.id, value.last_message, account.services.clock.now());
		}
		const ceiling = hasMore && offset + pageSize > MAX_OFFSET;
		yield { members: fresh, ceiling };
		if (!hasMore || ceiling) return;
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
	for (let offset = 0; ; offset += pageSize) {
		const { messages, hasMore } = await listMessages(account, chatId, { limit: pageSize, offset }, context);
		const [newest] = messages;
		if (offset === 0 && newest !== undefined) {
			account.lastMessages.note(chatId, newest.value, account.services.clock.now());
		}
		const fresh = messages.filter(({ value }) => !met.has(value.id));
		for (const { value } of fresh) met.add(value.id);
		const ceiling = hasMore && offset + pageSize > MAX_OFFSET;
		yield { members: fresh, ceiling };
		if (!hasMore || ceiling) return;
	}
}
