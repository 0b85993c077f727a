import type { JsonObject } from '../../../contract';
import { itemPageSchema, itemSchema } from '../schemas/account';
import { parseAnswer } from '../schemas/parse';
import { segment, type Caller, type RequestContext } from './caller';

export const ITEM_STATUSES = ['active', 'removed', 'old', 'blocked', 'rejected'] as const;
/** "1…<100" by the OpenAPI; clients use 100, 99 satisfies both readings. */
export const ITEM_PAGE = 99;
/** 25 requests a minute */
export const ITEMS_BUCKET = 'items';
/** 500 requests a minute */
export const ITEM_BUCKET = 'item';

export interface ItemQuery {
	/** from 1 */
	page: number;
	perPage: number;
	/** empty = Avito's default, `active` */
	statuses: readonly (typeof ITEM_STATUSES)[number][];
	category?: number | undefined;
	/** YYYY-MM-DD */
	updatedAtFrom?: string | undefined;
}

/** `GET /core/v1/items`: own ads. There is no total: a page shorter than `perPage` is the last. */
export async function listItems(
	caller: Caller,
	query: ItemQuery,
	context: RequestContext,
): Promise<{ items: JsonObject[]; hasMore: boolean }> {
	const json = await caller.session.requestJson(
		{
			method: 'GET',
			path: '/core/v1/items',
			query: {
				per_page: query.perPage,
				page: query.page,
				status: query.statuses.length > 0 ? query.statuses.join(',') : undefined,
				category: query.category,
				updatedAtFrom: query.updatedAtFrom,
			},
			repeatable: true,
			bucket: ITEMS_BUCKET,
		},
		context,
	);
	const { resources, meta } = parseAnswer(itemPageSchema, json, 'list of ads');
	const full = Math.min(query.perPage, meta?.per_page ?? query.perPage);
	return { items: resources as JsonObject[], hasMore: resources.length > 0 && resources.length >= full };
}

/** `GET /core/v1/accounts/{user_id}/items/{item_id}/`: status, dates and services; no title, price or picture. */
export async function getItem(caller: Caller, itemId: string, context: RequestContext): Promise<JsonObject> {
	const json = await caller.session.requestJson(
		{
			method: 'GET',
			path: `/core/v1/accounts/${caller.userId}/items/${segment(itemId)}/`,
			repeatable: true,
			bucket: ITEM_BUCKET,
			notFound: 'peer_not_found',
		},
		context,
	);
	return parseAnswer(itemSchema, json, 'ad') as JsonObject;
}
