import { z } from '#lib/zod';
import type { JsonObject } from '../../../contract';
import { getItem, ITEM_PAGE, ITEM_STATUSES, listItems } from '../api/items';
import {
	command,
	detail,
	idText,
	limit,
	LONG_TIMEOUT_MS,
	numericId,
	requestContext,
	type Detail,
} from './shared';
import { plainItem } from './shapes';

/** Own ads, active ones by default; 25 pages a minute. */
export const listingGetMany = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({
		limit,
		status: z.array(z.enum(ITEM_STATUSES)).default([]),
		category: z.number().int().optional(),
		updatedAtFrom: z
			.string()
			.regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date such as 2026-01-31')
			.optional(),
		...detail,
	}),
	async run(account, input, context) {
		const items: JsonObject[] = [];
		for (let page = 1; ; page += 1) {
			const query = {
				page,
				perPage: Math.min(ITEM_PAGE, input.limit ?? ITEM_PAGE),
				statuses: input.status,
				category: input.category,
				updatedAtFrom: input.updatedAtFrom,
			};
			const answer = await listItems(account, query, requestContext(context));
			items.push(...answer.items);
			context.progress(items.length, 'listings read');
			if (items.length >= (input.limit ?? Infinity) || !answer.hasMore) break;
		}
		return { items: items.slice(0, input.limit).map((item) => listingItem(item, input)) };
	},
});

/** Status, dates and services of an ad; what Avito's list alone knows (title, price) is not in it. */
export const listingGet = command({
	permission: 'read',
	effect: 'read',
	input: z.strictObject({ itemId: numericId }),
	async run(account, { itemId }, context) {
		const item = await getItem(account, itemId, requestContext(context));
		return { items: [{ id: itemId, ...item }] };
	},
});

function listingItem(item: JsonObject, detail: Detail): JsonObject {
	const { id, title, status, price, url, address, category } = item;
	const picked = {
		id: idText(id),
		title: title ?? null,
		status: status ?? null,
		price: price ?? null,
		url: url ?? null,
		address: address ?? null,
		category: category ?? null,
	};
	return plainItem(picked, item, detail);
}
