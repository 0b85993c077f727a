import { z } from '#lib/zod';
import { itemsErrorAnswer, ok, Refusal, type Answer } from '../answer';
import { jsonBody, listQuery, type AuthorisedExchange, type Operation } from '../operation';
import { itemUrl } from '../shapes';
import type { Item } from '../world';

const statuses: readonly string[] = ['active', 'removed', 'old', 'blocked', 'rejected'];

function refuseItems(message: string): never {
	throw new Refusal(itemsErrorAnswer(400, '400', message));
}

function intParam(query: URLSearchParams, name: string, fallback: number, max: number): number {
	const text = query.get(name) ?? String(fallback);
	const value = /^\d+$/.test(text) ? Number(text) : 0;
	if (value < 1 || value > max) refuseItems(`${name} must be an integer from 1 to ${max}`);
	return value;
}

function itemFilter(query: URLSearchParams): (item: Item) => boolean {
	const wanted = listQuery(query, 'status') ?? ['active'];
	if (wanted.some((status) => !statuses.includes(status))) refuseItems('unknown status');
	const from = query.get('updatedAtFrom');
	if (from !== null && !/^\d{4}-\d{2}-\d{2}$/.test(from)) refuseItems('updatedAtFrom must be YYYY-MM-DD');
	const since = from === null ? 0 : Date.parse(from) / 1000;
	const category = query.get('category');
	return (item) =>
		wanted.includes(item.status) &&
		item.updated >= since &&
		(category === null || String(item.category.id) === category);
}

function getItemsInfo({ core, account, query }: AuthorisedExchange): Answer {
	// SPEC says below 100; clients use 100 without trouble.
	const perPage = intParam(query, 'per_page', 25, 100);
	const page = intParam(query, 'page', 1, Number.MAX_SAFE_INTEGER);
	const accepts = itemFilter(query);
	const own = [...core.world.items.values()].filter((item) => item.user_id === account.id && accepts(item));
	const resources = own.slice((page - 1) * perPage, page * perPage).map((item) => ({
		id: item.id,
		title: item.title,
		status: item.status,
		price: item.price,
		address: item.address,
		url: itemUrl(item),
		category: item.category,
	}));
	return ok({ meta: { page, per_page: perPage }, resources });
}

/** RFC 3339 in Moscow time, as Avito writes times of ads. */
function moscow(seconds: number): string {
	return new Date((seconds + 3 * 3600) * 1000).toISOString().replace(/\.\d{3}Z$/, '+03:00');
}

function getItemInfo({ core, account, params }: AuthorisedExchange): Answer {
	const item = core.world.items.get(Number(params['item_id']));
	if (item === undefined) return ok({ status: 'not_found' });
	if (item.user_id !== account.id) return ok({ status: 'another_user' });
	const finish = moscow(item.updated + 30 * 86_400);
	return ok({
		status: item.status,
		url: itemUrl(item),
		start_time: moscow(item.updated),
		finish_time: finish,
		autoload_item_id: `SKU-${item.id}`,
		vas: [{ vas_id: 'xl', finish_time: finish, schedule: [] }],
	});
}

const priceSchema = z.object({ price: z.int().nonnegative() });

function updatePrice(exchange: AuthorisedExchange): Answer {
	const { core, account, params } = exchange;
	const { price } = jsonBody(exchange, priceSchema);
	const item = core.world.items.get(Number(params['item_id']));
	if (item?.user_id !== account.id) return itemsErrorAnswer(404, '404', 'item not found');
	item.price = price;
	return ok({ result: { success: true } });
}

const scope = 'items:info';

export const itemOperations: readonly Operation[] = [
	{ id: 'getItemsInfo', method: 'GET', path: '/core/v1/items', scope, perMinute: 25, run: getItemsInfo },
	{
		id: 'getItemInfo',
		method: 'GET',
		path: '/core/v1/accounts/{user_id}/items/{item_id}/',
		scope,
		perMinute: 500,
		run: getItemInfo,
	},
	{
		id: 'updatePrice',
		method: 'POST',
		path: '/core/v1/items/{item_id}/update_price',
		scope,
		perMinute: 150,
		run: updatePrice,
	},
];
