import { isAllowedChat, type AvitoAccount } from './account';
import type { RequestContext } from './api/caller';
import { isOut } from './events/filters';
import type { AvitoChat } from './schemas/chat';
import type { AvitoMessage } from './schemas/message';
import type { WithRaw } from './schemas/parse';
import { CONVERSATIONS, newestFirst, walkChats, walkMessages } from './walk';

/** Chats with something unread, and whether Avito's ceiling hides more. */
export async function unreadChats(
	account: AvitoAccount,
	context: RequestContext,
): Promise<{ chats: WithRaw<AvitoChat>[]; ceiling: boolean }> {
	const chats: WithRaw<AvitoChat>[] = [];
	let ceiling = false;
	for await (const page of walkChats(account, { chatTypes: CONVERSATIONS, unreadOnly: true }, context)) {
		chats.push(...page.members.filter(({ value }) => isAllowedChat(account, value.id)));
		ceiling = page.ceiling;
	}
	return { chats, ceiling };
}

/** Incoming messages the account has not read, newest first: down to the first that it has. Reading them marks nothing. */
export async function unreadMessages(
	account: AvitoAccount,
	chatId: string,
	context: RequestContext,
): Promise<WithRaw<AvitoMessage>[]> {
	const unread: WithRaw<AvitoMessage>[] = [];
	const pages = newestFirst(walkMessages(account, chatId, context), ({ created }) => created);
	for await (const page of pages) {
		for (const message of page.members) {
			if (isOut(message.value, account.userId)) continue;
			if (message.value.is_read === true) return unread;
			unread.push(message);
		}
	}
	return unread;
}
