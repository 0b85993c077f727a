import { z } from '#lib/zod';
import type { Json } from '../../../contract';
import { isAllowedChat } from '../account';
import { MAX_OFFSET, PAGE } from '../api/caller';
import { listChats } from '../api/chats';
import { ITEM_PAGE, listItems } from '../api/items';
import { CONVERSATIONS } from '../walk';
import { command, idText, requestContext } from './shared';
import { chatName } from './shapes';

const pickerInput = z.strictObject({
	filter: z.string().default(''),
	/** token of the next page, as the former answer gave it */
	page: z.union([z.string(), z.number()]).transform(Number).pipe(z.number().int().min(0)).optional(),
});

/** Chats to choose from: `{ name, value, id, url }`, a page at a time. The filter looks at names. */
export const chatList = command({
	permission: 'read',
	effect: 'read',
	input: pickerInput,
	async run(account, { filter, page = 0 }, context) {
		const query = { chatTypes: CONVERSATIONS, limit: PAGE, offset: page };
		const { chats, size, hasMore } = await listChats(account, query, requestContext(context));
		const items = chats
			.filter(({ value }) => isAllowedChat(account, value.id))
			.map(({ value }) => ({
				name: chatName(account, value),
				value: value.id,
				id: value.id,
				url: `https://www.avito.ru/profile/messenger/channel/${encodeURIComponent(value.id)}`,
			}))
			.filter(({ name, id }) => matches(filter, name, id));
		const next = page + (size === 0 ? PAGE : size);
		return { items, ...(hasMore && next <= MAX_OFFSET ? { nextPage: String(next) } : {}) };
	},
});

/** Own ads to choose from, in the same shape. */
export const listingList = command({
	permission: 'read',
	effect: 'read',
	input: pickerInput,
	async run(account, { filter, page = 1 }, context) {
		const query = { page, perPage: ITEM_PAGE, statuses: [] };
		const { items, hasMore } = await listItems(account, query, requestContext(context));
		return {
			items: items
				.map((item) => ({ ...item, id: idText(item['id']) }))
				.map((item: { id: string; title?: Json; url?: Json }) => ({
					name: typeof item['title'] === 'string' ? item['title'] : item.id,
					value: item.id,
					id: item.id,
					...(typeof item['url'] === 'string' ? { url: item['url'] } : {}),
				}))
				.filter(({ name, id }) => matches(filter, name, id)),
			...(hasMore ? { nextPage: String(page + 1) } : {}),
		};
	},
});

function matches(filter: string, ...words: string[]): boolean {
	const needle = filter.trim().toLowerCase();
	return needle === '' || words.some((word) => word.toLowerCase().includes(needle));
}
