import { describe, expect, it } from 'vitest';
import { z } from '#lib/zod';
import { errorBody, openClient } from './avito.support';

const itemsSchema = z.strictObject({
	meta: z.strictObject({ page: z.int(), per_page: z.int() }),
	resources: z.array(
		z.strictObject({
			id: z.int(),
			title: z.string(),
			status: z.string(),
			price: z.number().nullable(),
			address: z.string(),
			url: z.url().nullable(),
			category: z.strictObject({ id: z.int(), name: z.string() }),
		}),
	),
});

const reviewSchema = z.strictObject({
	id: z.int(),
	score: z.int().min(1).max(5),
	stage: z.enum(['done', 'fell_through', 'not_agree', 'not_communicate']),
	text: z.string(),
	createdAt: z.int(),
	usedInScore: z.boolean(),
	canAnswer: z.boolean(),
	sender: z.strictObject({ name: z.string() }).nullable(),
	item: z.strictObject({ id: z.int(), title: z.string() }).nullable(),
	images: z.array(
		z.strictObject({
			number: z.int(),
			sizes: z.array(z.strictObject({ size: z.string(), url: z.url() })),
		}),
	),
	answer: z
		.strictObject({
			id: z.int(),
			text: z.string(),
			status: z.enum(['moderation', 'published', 'rejected']),
			createdAt: z.int(),
			reject_reasons: z.array(z.unknown()),
		})
		.nullable(),
	extraParams: z.strictObject({}),
});

describe('ads', () => {
	it('lists own ads in pages, by status, category and date; no total', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		control.addItem({ user_id: client.account.user_id, title: 'Старое', status: 'old', price: null });
		const list = async (query = '') =>
			itemsSchema.parse((await client.call('GET', `/core/v1/items${query}`)).json);
		expect((await list()).resources.map(({ status }) => status)).toEqual(['active', 'active', 'active']);
		expect((await list('?status=active,old')).resources).toHaveLength(4);
		const second = await list('?status=active,old&per_page=3&page=2');
		expect(second.meta).toEqual({ page: 2, per_page: 3 });
		expect(second.resources.map(({ title }) => title)).toEqual(['Старое']);
		expect((await list('?category=1')).resources).toEqual([]);
		expect((await list('?updatedAtFrom=2100-01-01')).resources).toEqual([]);
	});

	it.each(['status=all', 'per_page=0', 'per_page=101', 'page=0', 'updatedAtFrom=yesterday'])(
		'refuses ?%s in the shape of the items section',
		async (query) => {
			const client = await openClient();
			const reply = await client.call('GET', `/core/v1/items?${query}`);
			expect([reply.status, reply.json]).toEqual([400, { code: '400', message: expect.any(String) }]);
		},
	);

	it('tells about one ad, and of foreign and unknown ones that they are so', async () => {
		const client = await openClient();
		const info = async (id: number) =>
			client.call('GET', `/core/v1/accounts/${client.account.user_id}/items/${id}/`);
		const time = z.iso.datetime({ offset: true });
		z.strictObject({
			status: z.literal('active'),
			url: z.url(),
			start_time: time,
			finish_time: time,
			autoload_item_id: z.string(),
			vas: z.array(z.strictObject({ vas_id: z.string(), finish_time: time, schedule: z.array(z.string()) })),
		}).parse((await info(7700000001)).json);
		expect((await info(7700000004)).json).toEqual({ status: 'another_user' });
		expect((await info(1)).json).toEqual({ status: 'not_found' });
		const noSlash = await client.call('GET', `/core/v1/accounts/${client.account.user_id}/items/7700000001`);
		expect(noSlash.status).toBe(404);
	});

	it('changes a price', async () => {
		const client = await openClient();
		const price = await client.call('POST', '/core/v1/items/7700000001/update_price', {
			body: { price: 99 },
		});
		expect(price.json).toEqual({ result: { success: true } });
		const { resources } = itemsSchema.parse((await client.call('GET', '/core/v1/items')).json);
		expect(resources[0]?.price).toBe(99);
	});
});

describe('reviews', () => {
	it('gives the rating and pages of reviews', async () => {
		const client = await openClient();
		const info = await client.call('GET', '/ratings/v1/info');
		const rating = { score: 4.6, reviewsCount: 5, reviewsWithScoreCount: 5 };
		expect(info.json).toEqual({ isEnabled: true, rating });
		const page = await client.call('GET', '/ratings/v1/reviews?offset=3&limit=20');
		const { total, reviews } = z
			.strictObject({ total: z.int(), reviews: z.array(reviewSchema) })
			.parse(page.json);
		expect([total, reviews.length]).toEqual([5, 2]);
	});

	it.each([
		['limit=20', 'offset'],
		['offset=0', 'limit'],
		['offset=x&limit=20', 'offset'],
		['offset=0&limit=51', 'limit'],
	])('refuses ?%s with a string code', async (query, field) => {
		const client = await openClient();
		const reply = await client.call('GET', `/ratings/v1/reviews?${query}`);
		const message = expect.stringContaining(`Field \`${field}\``) as unknown;
		expect([reply.status, reply.json]).toEqual([400, { error: { code: 'validation', message } }]);
	});

	it('answers a review once and takes the answer back', async () => {
		const client = await openClient();
		const list = await client.call('GET', '/ratings/v1/reviews?offset=0&limit=1');
		const [review] = z.object({ reviews: z.array(reviewSchema) }).parse(list.json).reviews;
		const body = { reviewId: review?.id, message: 'Спасибо!' };
		const answered = await client.call('POST', '/ratings/v1/answers', { body });
		const { id } = z.strictObject({ id: z.int(), createdAt: z.int() }).parse(answered.json);
		expect((await client.call('POST', '/ratings/v1/answers', { body })).status).toBe(403);
		const unknown = await client.call('POST', '/ratings/v1/answers', { body: { ...body, reviewId: 1 } });
		expect([unknown.status, unknown.json]).toEqual([404, errorBody(404, 'Not found')]);
		const removed = await client.call('DELETE', `/ratings/v1/answers/${id}`);
		expect(removed.json).toEqual({ success: true });
		expect((await client.call('DELETE', `/ratings/v1/answers/${id}`)).status).toBe(404);
	});
});
