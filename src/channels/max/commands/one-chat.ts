import { z } from '#lib/zod';
import type { JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import { getChats } from '../api/chats';
import { peerNotFound } from '../errors';
import { chatIdField } from '../input-fields';
import { chatItem } from './shapes';

/** What commands on one chat have in common. */
export const inChat = { chats: ({ chatId }: { chatId: string }) => [chatId] };
/** Input of a command that needs nothing but its chat. */
export const oneChat = z.strictObject({ chatId: chatIdField });

/** The provider's chat. @throws ChannelError `peer_not_found` */
export async function chatOf(account: MaxAccount, chatId: string, signal: AbortSignal): Promise<JsonObject> {
	const [raw] = await getChats(account.session, [chatId], { signal });
	if (raw === undefined) throw peerNotFound(`chat ${chatId}`);
	const facts = account.directory.learnChat(raw);
	if (facts?.partnerId != null) await account.directory.meet([facts.partnerId], signal);
	return raw;
}

/** A changed chat as the reply shows it. */
export function changed(account: MaxAccount, raw: JsonObject): { items: JsonObject[] } {
	account.directory.learnChat(raw);
	return { items: [chatItem(account, raw, false) ?? {}] };
}
