import type { AvitoChat } from '../schemas/chat';

/** What a chat tells about its messages: webhooks carry none of it. */
export interface ChatFacts {
	chatId: string;
	chatType: string;
	/** the other participant; the first of them, should there be several */
	client: { id: string; name: string } | null;
	/** user id → name, of everybody in the chat */
	names: ReadonlyMap<string, string>;
	ad: { id: string; title: string | null; url: string | null; price: string | null } | null;
}

/** `type` where the chat was asked for by its type. */
export function readChatFacts(chat: AvitoChat, userId: string, type?: string): ChatFacts {
	const other = chat.users?.find((user) => user.id !== userId);
	// What stands in the context of a chat that is not about an ad is nobody's ad.
	const ad = (chat.context?.type ?? 'item') === 'item' ? chat.context?.value : null;
	return {
		chatId: chat.id,
		chatType: type ?? chatTypeOf(chat),
		client: other === undefined ? null : { id: other.id, name: other.name ?? '' },
		names: new Map(chat.users?.map(({ id, name }) => [id, name ?? ''])),
		ad:
			ad?.id === null || ad?.id === undefined
				? null
				: { id: ad.id, title: ad.title ?? null, url: ad.url ?? null, price: plainSpaces(ad.price_string) },
	};
}

/** Chats do not carry their type: the context tells it, else the beginning of the id. */
function chatTypeOf(chat: AvitoChat): string {
	if (chat.context?.type === 'item') return 'u2i';
	return chatTypeFromId(chat.id) ?? 'u2u';
}

export function chatTypeFromId(chatId: string): string | null {
	return /^(u2i|u2u|a2u)-/.exec(chatId)?.[1] ?? null;
}

/** "1 500 ₽" comes with non-breaking spaces, which surprise a comparison. */
function plainSpaces(text: string | null | undefined): string | null {
	return text === null || text === undefined ? null : text.replace(/[\u00a0\u202f]/g, ' ');
}
