import { z } from '#lib/zod';
import { ok, refuse, refuseFields, type Answer } from '../answer';
import { chatOf, intQuery, jsonBody, listQuery, type AuthorisedExchange, type Operation } from '../operation';
import { chatShape, messageShape } from '../shapes';
import type { Chat, ChatType } from '../world';

const chatTypes: readonly string[] = ['u2i', 'u2u', 'a2u'] satisfies ChatType[];

function refuseUnpaid({ core, account }: AuthorisedExchange): void {
	if (!account.subscription && core.settings.no_subscription_chats === 'payment_required') refuse(402);
}

function chatFilter(query: URLSearchParams): (chat: Chat) => boolean {
	const types = listQuery(query, 'chat_types') ?? ['u2i'];
	const unknown = types.find((type) => !chatTypes.includes(type));
	if (unknown !== undefined) refuseFields({ chat_types: `unknown chat type "${unknown}"` });
	const itemIds = listQuery(query, 'item_ids');
	if (itemIds?.some((id) => !/^\d+$/.test(id)) === true) refuseFields({ item_ids: 'must be integers' });
	return (chat) =>
		types.includes(chat.type) &&
		(itemIds === undefined || (chat.item_id !== null && itemIds.includes(String(chat.item_id))));
}

function getChatsV2(exchange: AuthorisedExchange): Answer {
	refuseUnpaid(exchange);
	const { core, account, query, token } = exchange;
	const limit = intQuery(query, 'limit', 100, 1, 100);
	const offset = intQuery(query, 'offset', 0, 0, 1000);
	const unread = query.get('unread_only') ?? 'false';
	if (unread !== 'true' && unread !== 'false') refuseFields({ unread_only: 'must be true or false' });
	const accepts = chatFilter(query);
	// SPEC: an employee's key sees no chats of the company; the list is empty rather than refused.
	const foreign = token.user_id !== account.id;
	const chats = (foreign ? [] : core.world.chatsOf(account.id)).filter(
		(chat) => accepts(chat) && (unread === 'false' || core.world.isUnread(chat)),
	);
	const page = chats.slice(offset, offset + limit).map((chat) => chatShape(core.view, chat, account));
	const meta = { has_more: offset + limit < chats.length };
	return ok({ chats: page, ...(core.settings.observed_fields ? { meta } : {}) });
}

function getChatByIdV2(exchange: AuthorisedExchange): Answer {
	refuseUnpaid(exchange);
	return ok(chatShape(exchange.core.view, chatOf(exchange), exchange.account));
}

function getMessagesV3(exchange: AuthorisedExchange): Answer {
	const { core, query } = exchange;
	const limit = intQuery(query, 'limit', 100, 1, 100);
	const offset = intQuery(query, 'offset', 0, 0, 1000);
	const chat = chatOf(exchange);
	const newestFirst = chat.messages.toReversed();
	const messages = newestFirst.slice(offset, offset + limit).map((message) => messageShape(chat, message));
	if (core.settings.messages_shape === 'array') return ok(messages);
	const meta = { has_more: offset + limit < newestFirst.length };
	return ok({ messages, ...(core.settings.messages_meta ? { meta } : {}) });
}

function chatRead(exchange: AuthorisedExchange): Answer {
	exchange.core.world.markRead(chatOf(exchange), 'account');
	return ok({ ok: true });
}

const blacklistSchema = z.object({
	users: z
		.array(
			z.object({
				user_id: z.int(),
				context: z.object({ item_id: z.int().optional(), reason_id: z.int().min(1).max(4) }).optional(),
			}),
		)
		.min(1),
});

function postBlacklistV2(exchange: AuthorisedExchange): Answer {
	for (const { user_id, context } of jsonBody(exchange, blacklistSchema).users) {
		const entry = { item_id: context?.item_id ?? null, reason_id: context?.reason_id ?? 4 };
		exchange.account.blacklist.set(user_id, entry);
	}
	return exchange.core.settings.blacklist_answer === 'empty' ? { status: 200 } : ok({});
}

const account = '/accounts/{user_id}';
const chat = `${account}/chats/{chat_id}`;
const read = 'messenger:read';

export const chatOperations: readonly Operation[] = [
	{ id: 'getChatsV2', method: 'GET', path: `/messenger/v2${account}/chats`, scope: read, run: getChatsV2 },
	{ id: 'getChatByIdV2', method: 'GET', path: `/messenger/v2${chat}`, scope: read, run: getChatByIdV2 },
	{
		id: 'getMessagesV3',
		method: 'GET',
		path: `/messenger/v3${chat}/messages/`,
		scope: read,
		paid: true,
		run: getMessagesV3,
	},
	{
		id: 'chatRead',
		method: 'POST',
		path: `/messenger/v1${chat}/read`,
		scope: read,
		paid: true,
		run: chatRead,
	},
	{
		id: 'postBlacklistV2',
		method: 'POST',
		path: `/messenger/v2${account}/blacklist`,
		scope: 'messenger:write',
		paid: true,
		companyOnly: true,
		run: postBlacklistV2,
	},
];
