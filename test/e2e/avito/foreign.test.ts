import { request, type IncomingHttpHeaders } from 'node:http';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { until } from '../harness';
import { Published } from './published';
import { avitoScene, type Scene } from './scene';

interface Delivery {
	headers?: Record<string, string>;
	/** in pieces, each a chunk of its own, when there are several */
	body?: readonly (string | Buffer)[];
	method?: string;
}

/** 2,000 come in `burst.test.ts`; here each comes twice, in another order each time. */
const COUNT = 120;

/** One request to n8n as somebody else's HTTP client makes it. */
function deliver(url: string, { headers = {}, body = [], method = 'POST' }: Delivery): Promise<number> {
	return new Promise((resolve, reject) => {
		const length = Buffer.concat(body.map((piece) => Buffer.from(piece))).length;
		const whole = body.length > 1 ? headers : { 'content-length': String(length), ...headers };
		const sent = request(url, { method, headers: whole }, (answer) => {
			answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
		});
		sent.on('error', reject);
		for (const piece of body) sent.write(piece);
		sent.end();
	});
}

/** The v3 envelope around a message of the sandbox, which holds it as Avito would. */
function envelope(
	{ sandbox }: Scene,
	text: string,
	change: Record<string, unknown> = {},
	type = 'message',
): Record<string, unknown> {
	const message = sandbox.control.incoming({ text, deliver: false });
	const value = {
		id: message.message_id,
		chat_id: message.chat_id,
		user_id: message.user_id,
		author_id: message.author_id,
		created: Math.floor(Date.now() / 1000),
		type: 'text',
		chat_type: 'u2i',
		content: { text },
		item_id: 7700000001,
		...change,
	};
	return { id: message.message_id, version: 'v3.0.0', timestamp: value.created, payload: { type, value } };
}

const json: IncomingHttpHeaders = { 'content-type': 'application/json' };

describe('webhooks of an Avito that is not ours', () => {
	// One isolate less for each call of a webhook and each execution: four times as quick.
	const scene = avitoScene({ environment: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' } });

	it('start the workflow in every form that HTTP allows, once, and never get an answer to repeat them for', async () => {
		const workflow = await Published.listening(scene(), 'Foreign');
		const [url] = workflow.webhooks;
		if (url === undefined) throw new Error('it is registered by now');
		const bytes = (text: string, change = {}) => JSON.stringify(envelope(scene(), text, change));
		const forms: Record<string, (text: string) => Delivery> = {
			'a charset': (text) => ({
				headers: { 'content-type': 'application/json; charset=utf-8' },
				body: [bytes(text)],
			}),
			'no content type': (text) => ({ body: [bytes(text)] }),
			text: (text) => ({ headers: { 'content-type': 'text/plain' }, body: [bytes(text)] }),
			'a form, as curl says': (text) => ({
				headers: { 'content-type': 'application/x-www-form-urlencoded' },
				body: [bytes(text)],
			}),
			'another JSON': (text) => ({
				headers: { 'content-type': 'application/vnd.avito+json' },
				body: [bytes(text)],
			}),
			chunks: (text) => ({
				headers: { ...(json as Record<string, string>) },
				body: Buffer.from(bytes(text))
					.toString('latin1')
					.match(/.{1,9}/gs)!
					.map((piece) => Buffer.from(piece, 'latin1')),
			}),
			'a byte order mark': (text) => ({
				headers: { 'content-type': 'application/json' },
				body: [`\ufeff${bytes(text)}`],
			}),
			gzip: (text) => ({
				headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
				body: [gzipSync(bytes(text))],
			}),
			deflate: (text) => ({
				headers: { 'content-type': 'application/json', 'content-encoding': 'deflate' },
				body: [deflateSync(bytes(text))],
			}),
			'members of tomorrow': (text) => ({
				headers: { 'content-type': 'application/json' },
				body: [bytes(text, { reactions: [{ emoji: '👍' }], priority: null })],
			}),
			'numbers as text': (text) => ({
				headers: { 'content-type': 'application/json' },
				body: [
					bytes(text, { user_id: '94000001', created: String(Math.floor(Date.now() / 1000)), item_id: '0' }),
				],
			}),
			'an author who is not told': (text) => ({
				headers: { 'content-type': 'application/json' },
				body: [bytes(text, { author_id: null, item_id: null })],
			}),
		};
		for (const [name, form] of Object.entries(forms)) {
			const delivery = form(name);
			// A service that did not see the first answer repeats it.
			expect(await deliver(url, delivery), name).toBe(200);
			expect(await deliver(url, delivery), `${name}, again`).toBe(200);
		}

		const ignored: Record<string, Record<string, unknown>> = {
			"somebody else's": envelope(scene(), 'чужое', { user_id: 94000002 }),
			'of Avito itself': envelope(scene(), 'служебное', { author_id: 0, type: 'system' }),
			'an own one': envelope(scene(), 'своё', { author_id: 94000001 }),
			'a deletion': envelope(scene(), '', { type: 'deleted', content: {} }),
			'that somebody read': envelope(scene(), 'прочитано', {}, 'read'),
			'without an id': envelope(scene(), 'без номера', { id: null }),
			'no event': {},
		};
		for (const [name, body] of Object.entries(ignored)) {
			const headers = { 'content-type': 'application/json' };
			expect(await deliver(url, { headers, body: [JSON.stringify(body)] }), name).toBe(200);
		}
		expect(await deliver(url, { body: ['это не JSON'] })).toBe(200);
		expect(await deliver(url, {})).toBe(200);
		expect(await deliver(url.replace(/key=./, 'key=g'), { body: [bytes('с чужим ключом')] })).toBe(403);

		await workflow.finishes(Object.keys(forms).length);
		expect(workflow.texts.sort()).toEqual(Object.keys(forms).sort());
		await workflow.remove();
	});

	it('many at once, doubled and in no order, are one execution each', async () => {
		const workflow = await Published.listening(scene(), 'Burst');
		const [url] = workflow.webhooks;
		if (url === undefined) throw new Error('it is registered by now');
		const numbers = Array.from({ length: COUNT }, (_, n) => n);
		const all = numbers.map((n) => JSON.stringify(envelope(scene(), `burst ${n}`)));
		const mixed = [...all, ...all].map((body, n) => ({ body, at: (n * 7919) % (2 * COUNT) }));
		mixed.sort((a, b) => a.at - b.at);
		const statuses: number[] = [];
		const lanes = Array.from({ length: 25 }, async () => {
			for (let next = mixed.pop(); next !== undefined; next = mixed.pop()) {
				const headers = { 'content-type': 'application/json' };
				statuses.push(await deliver(url, { headers, body: [next.body] }));
			}
		});
		await Promise.all(lanes);
		expect(statuses.filter((status) => status !== 200)).toEqual([]);
		// What the other test left behind in the second of this one's publication may come as well.
		const texts = () => workflow.texts.filter((text) => text.startsWith('burst'));
		await until(() => texts().length >= COUNT, { what: 'its executions', timeoutMs: 120_000 });
		await workflow.finishes(COUNT);
		expect(texts().sort()).toEqual(numbers.map((n) => `burst ${n}`).sort());
		await workflow.remove();
	});
});
