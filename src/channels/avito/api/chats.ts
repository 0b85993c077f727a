import { chatPageSchema, chatSchema, type AvitoChat } from '../schemas/chat';
import { parseAnswer, parseMembers, type WithRaw } from '../schemas/parse';
import { messengerPath, PAGE, segment, type Caller, type RequestContext } from './caller';

export const CHAT_TYPES = ['u2i', 'u2u', 'a2u'] as const;
export type ChatType = (typeof CHAT_TYPES)[number];

export interface ChatQuery {
	/** 1…100 */
	limit?: number;
	/** 0…1000 */
	offset?: number;
	unreadOnly?: boolean;
	/** Avito's own default is u2i alone, which hides conversations between people */
	chatTypes: readonly ChatType[];
	itemIds?: readonly string[];
}

export interface ChatPage {
	chats: WithRaw<AvitoChat>[];
	/** how many Avito gave, odd ones included */
	size: number;
	hasMore: boolean;
}

/**
 * getChatsV2: chats sorted by `updated`, newest first (one capture of 1,100 chats). `meta.has_more` is observed, not
 * documented; without it a full page means more.
 */
export async function listChats(
	caller: Caller,
	query: ChatQuery,
	context: RequestContext,
): Promise<ChatPage> {
	const limit = query.limit ?? PAGE;
	const json = await caller.session.requestJson(
		{
			method: 'GET',
			path: messengerPath(caller, 'v2', 'chats'),
			query: {
				limit,
				offset: query.offset ?? 0,
				chat_types: query.chatTypes.join(','),
				unread_only: query.unreadOnly === true ? true : undefined,
				item_ids:
					query.itemIds !== undefined && query.itemIds.length > 0 ? query.itemIds.join(',') : undefined,
			},
			repeatable: true,
		},
		context,
	);
	const page = parseAnswer(chatPageSchema, json, 'list of chats');
	return {
		chats: parseMembers(chatSchema, page.chats),
		size: page.chats.length,
		hasMore: page.meta?.has_more ?? page.chats.length >= limit,
	};
}

/** getChatByIdV2: the bare chat. @throws `peer_not_found` */
export async function getChat(
	caller: Caller,
	chatId: string,
	context: RequestContext,
): Promise<WithRaw<AvitoChat>> {
	const raw = await caller.session.requestJson(
		{
			method: 'GET',
			path: messengerPath(caller, 'v2', `chats/${segment(chatId)}`),
			repeatable: true,
			notFound: 'peer_not_found',
		},
		context,
	);
	return { value: parseAnswer(chatSchema, raw, 'chat'), raw };
}

/** chatRead: the whole chat; there is no way to mark one message, or to mark unread. */
export async function markChatRead(caller: Caller, chatId: string, context: RequestContext): Promise<void> {
	await caller.session.request(
		{
			method: 'POST',
			path: messengerPath(caller, 'v1', `chats/${segment(chatId)}/read`),
			repeatable: true,
			notFound: 'peer_not_found',
		},
		context,
	);
}

/** Avito's numbers for the reasons of postBlacklistV2. */
export const BLOCK_REASONS = { spam: 1, fraud: 2, insults: 3, other: 4 } as const;

/** postBlacklistV2: 200 without a documented body. Nothing lists or removes entries. */
export async function blockUser(
	caller: Caller,
	block: { userId: string; itemId?: string | undefined; reason: keyof typeof BLOCK_REASONS },
	context: RequestContext,
): Promise<void> {
	const reason = { reason_id: BLOCK_REASONS[block.reason] };
	await caller.session.request(
		{
			method: 'POST',
			path: messengerPath(caller, 'v2', 'blacklist'),
			json: {
				users: [
					{
						user_id: Number(block.userId),
						context: block.itemId === undefined ? reason : { item_id: Number(block.itemId), ...reason },
					},
				],
			},
			repeatable: false,
			notFound: 'user_not_found',
		},
		context,
	);
}
