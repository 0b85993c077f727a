import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/channels/avito/send/fingerprint';
import { splitText } from '../../../src/channels/avito/send/split-text';
import type { JsonObject } from '../../../src/contract';
import { sendResultSchema } from '../../../src/contract/schemas';
import { tinyJpeg, tinyPng } from '../../sandbox/avito';
import { until } from '../../support/manual-clock';
import { codeOf, passingWaits, startBench, type Bench } from './fixture';

const send = { scope: 'postSendMessage' } as const;
const posts = ({ sandbox }: Bench) => sandbox.control.requests({ operation_id: 'postSendMessage' });
const texts = ({ sandbox }: Bench) => sandbox.control.outbox({}).map(({ text }) => text);

async function withChat(options: Parameters<typeof startBench>[0] = {}) {
	const bench = await startBench(options);
	const { chat_id: chatId } = bench.sandbox.control.incoming({ text: 'Есть доставка?' });
	const account = await bench.account();
	return { bench, chatId, account };
}

describe('sending a text', () => {
	it('gives the documented result, and reads the chat only once beforehand', async () => {
		const { bench, chatId, account } = await withChat();
		const { items } = await bench.call(account, 'message.send', { chatId, text: 'Есть' });
		const [stored] = bench.sandbox.control.outbox({});
		expect(sendResultSchema.parse(items[0])).toMatchObject({
			channel: 'avito',
			account: 'avito:94000001',
			chat_id: chatId,
			message_id: stored?.message_id,
			peer_resolved: false,
			duplicate: false,
		});
		await bench.call(account, 'message.send', { chatId, text: 'И самовывоз' });
		expect(bench.sandbox.control.requests({ operation_id: 'getMessagesV3' })).toHaveLength(1);
	});

	it.each<[string, Parameters<Bench['sandbox']['control']['mode']>[0]]>([
		['500', { mode: '500', when: 'after', count: 1, ...send }],
		['504', { mode: '504', when: 'after', count: 1, ...send }],
		['a reset connection', { mode: 'reset', when: 'after', count: 1, ...send }],
		['half an answer', { mode: 'reset_mid_body', when: 'after', count: 1, ...send }],
		['no JSON', { mode: 'invalid_json', when: 'after', count: 1, ...send }],
		['a web page', { mode: 'html', status: 502, when: 'after', count: 1, ...send }],
	])(
		'that arrived although the answer was %s is found in the chat and not sent again',
		async (_name, fault) => {
			const { bench, chatId, account } = await withChat();
			bench.sandbox.control.mode(fault);
			const { items } = await passingWaits(
				bench.clock,
				bench.call(account, 'message.send', { chatId, text: 'Есть' }),
			);
			expect(posts(bench)).toHaveLength(1);
			expect(items).toMatchObject([
				{ message_id: bench.sandbox.control.outbox({})[0]?.message_id, duplicate: false },
			]);
		},
	);

	it.each(['500', '503', 'reset'] as const)('that did not arrive (%s) is sent once more', async (mode) => {
		const { bench, chatId, account } = await withChat();
		bench.sandbox.control.mode({ mode, count: 1, ...send });
		const { items } = await passingWaits(
			bench.clock,
			bench.call(account, 'message.send', { chatId, text: 'Есть' }),
		);
		expect(posts(bench)).toHaveLength(2);
		expect(texts(bench)).toEqual(['Есть']);
		expect(items).toMatchObject([{ duplicate: false }]);
	});

	it('is tried twice at most; the error then says what happened', async () => {
		const { bench, chatId, account } = await withChat();
		bench.sandbox.control.mode({ mode: '500', ...send });
		expect(
			await passingWaits(bench.clock, codeOf(bench.call(account, 'message.send', { chatId, text: 'Есть' }))),
		).toBe('upstream_error');
		expect(posts(bench)).toHaveLength(2);
	});

	it('that hangs is looked for after the time-out', async () => {
		const { bench, chatId, account } = await withChat();
		bench.sandbox.control.mode({ mode: 'hang', when: 'after', count: 1, ...send });
		const work = bench.call(account, 'message.send', { chatId, text: 'Есть' });
		await until(() => posts(bench).length === 1, 'the send');
		await bench.clock.advance(30_000);
		expect((await passingWaits(bench.clock, work)).items).toMatchObject([{ duplicate: false }]);
		expect(posts(bench)).toHaveLength(1);
	});

	it('is not mistaken for the same words sent before', async () => {
		const { bench, chatId, account } = await withChat();
		await bench.call(account, 'message.send', { chatId, text: 'Да' });
		bench.sandbox.control.mode({ mode: '500', count: 1, ...send });
		await passingWaits(bench.clock, bench.call(account, 'message.send', { chatId, text: 'Да' }));
		expect(texts(bench)).toEqual(['Да', 'Да']);
	});

	it('whose chat cannot be read back ends as outcome_unknown', async () => {
		const { bench, chatId, account } = await withChat({ credential: { breakerFailures: 0 } });
		await bench.call(account, 'chat.getMany');
		bench.sandbox.control.mode({ mode: '500', when: 'after', count: 1, ...send });
		bench.sandbox.control.mode({ mode: '500', scope: 'getMessagesV3' });
		const work = bench.call(account, 'message.send', { chatId, text: 'Есть' }, { key: 'k' });
		await expect(passingWaits(bench.clock, work)).rejects.toMatchObject({
			code: 'outcome_unknown',
			hint: expect.stringContaining('look at the chat') as string,
		});
		expect(posts(bench)).toHaveLength(1);
	});

	it('of an earlier process is found by the intent it left, and is a duplicate', async () => {
		const { bench, chatId, account } = await withChat();
		const stopped = new AbortController();
		bench.sandbox.control.mode({ mode: 'hang', when: 'after', count: 1, ...send });
		const first = codeOf(
			bench.call(account, 'message.send', { chatId, text: 'Есть' }, { key: 'k', signal: stopped.signal }),
		);
		await until(() => texts(bench).length === 1, 'the send');
		stopped.abort(new Error('the process died'));
		await first;
		expect(bench.intents.records.get('k')).toMatchObject({
			state: 'sent',
			context: {
				sent_text_hash: fingerprint('Есть'),
				last_message_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
			},
		});
		expect(JSON.stringify(bench.intents.records.get('k'))).not.toContain('Есть');
		const restarted = await bench.account();
		const { items } = await bench.call(restarted, 'message.send', { chatId, text: 'Есть' }, { key: 'k' });
		expect(items).toMatchObject([{ duplicate: true }]);
		expect(posts(bench)).toHaveLength(1);
	});

	it('of an earlier process that never arrived is sent', async () => {
		const { bench, chatId, account } = await withChat();
		const stopped = new AbortController();
		bench.sandbox.control.mode({ mode: 'hang', count: 1, ...send });
		const first = codeOf(
			bench.call(account, 'message.send', { chatId, text: 'Есть' }, { key: 'k', signal: stopped.signal }),
		);
		await until(() => posts(bench).length === 1, 'the send');
		stopped.abort(new Error('the process died'));
		await first;
		const { items } = await bench.call(account, 'message.send', { chatId, text: 'Есть' }, { key: 'k' });
		expect(items).toMatchObject([{ duplicate: false }]);
		expect(texts(bench)).toEqual(['Есть']);
	});

	it.each([
		['400', 'invalid_parameter'],
		['402', 'subscription_missing'],
		['403', 'permission_denied'],
		['404', 'peer_not_found'],
	] as const)('that Avito refuses with %s is an error at once (%s)', async (mode, code) => {
		const { bench, chatId, account } = await withChat();
		bench.sandbox.control.mode({ mode, ...send });
		expect(await codeOf(bench.call(account, 'message.send', { chatId, text: 'Есть' }))).toBe(code);
		expect(posts(bench)).toHaveLength(mode === '403' ? 2 : 1);
		expect(bench.clock.pending).toBe(0);
	});

	it('that Avito wants later is sent later, once', async () => {
		const { bench, chatId, account } = await withChat();
		bench.sandbox.control.mode({ mode: '429', count: 2, retry_after: 7, ...send });
		const work = bench.call(account, 'message.send', { chatId, text: 'Есть' });
		await until(() => posts(bench).length === 1, 'the refusal');
		await until(() => bench.clock.pending > 0, 'the wait');
		await bench.clock.advance(6_900);
		expect(posts(bench)).toHaveLength(1);
		expect((await passingWaits(bench.clock, work)).items).toMatchObject([{ duplicate: false }]);
		expect(posts(bench)).toHaveLength(3);
		expect(texts(bench)).toEqual(['Есть']);
	});

	it.each([
		['the caller will not wait', { budgetWaitMs: 0 }, 7],
		['the caller will not wait that long', { budgetWaitMs: 5_000 }, 7],
		['nobody should wait that long', {}, 90],
	])('that Avito wants later is an error at once where %s', async (_why, options, retry_after) => {
		const { bench, chatId, account } = await withChat();
		bench.sandbox.control.mode({ mode: '429', retry_after, ...send });
		await expect(
			bench.call(account, 'message.send', { chatId, text: 'Есть' }, { options }),
		).rejects.toMatchObject({ code: 'flood_wait', retry: { afterMs: retry_after * 1000 } });
		expect(posts(bench)).toHaveLength(1);
	});

	it('writes nothing into the intent when it could not even connect', async () => {
		const { bench, chatId, account } = await withChat();
		await bench.sandbox.control.unreachable({});
		const work = codeOf(bench.call(account, 'message.send', { chatId, text: 'Есть' }, { key: 'k' }));
		expect(await passingWaits(bench.clock, work)).toBe('unreachable');
		expect(bench.intents.records.get('k')?.state).toBe('reserved');
	});

	it('keeps the order within a chat, and lets other chats pass', async () => {
		const { bench, chatId, account } = await withChat();
		const other = bench.sandbox.control.incoming({ text: 'А мне?' }).chat_id;
		bench.sandbox.control.mode({ mode: 'slow', delay_ms: 150, count: 1, ...send });
		const first = bench.call(account, 'message.send', { chatId, text: '1' });
		await until(() => posts(bench).length === 1, 'the first');
		const rest = [
			bench.call(account, 'message.send', { chatId, text: '2' }),
			bench.call(account, 'message.send', { chatId, text: '3' }),
			bench.call(account, 'message.send', { chatId: other, text: 'другой' }),
		];
		await Promise.all([first, ...rest]);
		const inChat = bench.sandbox.control.outbox({ chat_id: chatId }).map(({ text }) => text);
		expect(inChat).toEqual(['1', '2', '3']);
		expect(texts(bench)[0]).toBe('другой');
	});

	it.each([
		['an empty text', { text: ' ' }, 'text'],
		['no chat', { text: 'x', chatId: '' }, 'chatId'],
		['an unknown key', { text: 'x', txet: 'y' }, ''],
	])('refuses %s before anything is sent', (_name, input: JsonObject, field) => {
		return startBench().then(async (bench) => {
			const account = await bench.account();
			const before = bench.sandbox.control.requests({}).length;
			const work = bench.call(account, 'message.send', { chatId: 'u2i-1', ...input });
			await expect(work).rejects.toMatchObject({ issues: [{ path: field === '' ? [] : [field] }] });
			expect(bench.sandbox.control.requests({})).toHaveLength(before);
		});
	});
});

describe('a long text', () => {
	it('is refused by its characters, not by their width', async () => {
		const { bench, chatId, account } = await withChat({ settings: { text_unit: 'code_points' } });
		const long = 'ж'.repeat(1001);
		await expect(bench.call(account, 'message.send', { chatId, text: long })).rejects.toMatchObject({
			code: 'message_too_long',
			field: 'text',
		});
		expect(posts(bench)).toHaveLength(0);
		await bench.call(account, 'message.send', { chatId, text: '🙂'.repeat(1000) });
		expect(posts(bench)).toHaveLength(1);
	});

	it('is split on request; a repeat sends only what is missing', async () => {
		const { bench, chatId, account } = await withChat();
		const text = `${'а'.repeat(990)}. ${'б'.repeat(990)}. ${'в'.repeat(20)}`;
		const input = { chatId, text, splitLongText: 'split' };
		bench.sandbox.control.mode({ mode: '400', skip: 2, count: 1, ...send });
		expect(await codeOf(bench.call(account, 'message.send', input, { key: 'k' }))).toBe('invalid_parameter');
		const { items } = await bench.call(account, 'message.send', input, { key: 'k' });
		expect(items.map(({ duplicate }) => duplicate)).toEqual([true, true, false]);
		expect(texts(bench)).toEqual([`${'а'.repeat(990)}.`, `${'б'.repeat(990)}.`, 'в'.repeat(20)]);
	});

	it('loses no word and cuts no character', () => {
		const text = Array.from({ length: 400 }, (_, i) => `слово${i}${i % 7 === 0 ? '🙂' : ''}`).join(' ');
		const parts = splitText(text, 100);
		expect(parts.every((part) => part.length <= 100 && part.length > 0)).toBe(true);
		expect(parts.join(' ')).toBe(text);
		const smileys = splitText('🙂'.repeat(150), 101);
		expect(smileys.join('')).toBe('🙂'.repeat(150));
		expect(smileys.every((part) => part.isWellFormed())).toBe(true);
	});
});

describe('sending images', () => {
	const file = (bytes: Buffer, fileName = 'photo.png') =>
		({
			kind: 'stream',
			open: async () => Readable.from([bytes]),
			fileName,
			mimeType: 'application/octet-stream',
		}) as const;

	it('uploads and sends files, URLs, references and ids, each as a message', async () => {
		const { bench, chatId, account } = await withChat();
		const picture = bench.sandbox.control.incoming({ chat_id: chatId, type: 'image' });
		const { items: messages } = await bench.call(account, 'message.getMany', { chatId, limit: 1 });
		const media = (messages[0] as unknown as { media: { images: { ref: string; url: string }[] } }).media
			.images[0];
		expect(picture.chat_id).toBe(chatId);
		const { items } = await bench.call(
			account,
			'message.sendImage',
			{ chatId },
			{
				media: [
					file(tinyPng),
					file(tinyJpeg, 'a.jpg'),
					{ kind: 'url', url: media?.url ?? '' },
					{ kind: 'ref', ref: media?.ref ?? '' },
				],
			},
		);
		expect(items).toHaveLength(4);
		expect(bench.sandbox.control.outbox({}).map(({ type }) => type)).toEqual([
			'image',
			'image',
			'image',
			'image',
		]);
		const [sent] = bench.sandbox.control.outbox({});
		await bench.call(account, 'message.sendImage', { chatId, imageId: sent?.image_id ?? '' });
		expect(bench.sandbox.control.outbox({})).toHaveLength(5);
	});

	it('refuses other formats and sizes before the upload', async () => {
		const { bench, chatId, account } = await withChat();
		const pdf = { media: [file(Buffer.from('%PDF-1.7 …'), 'x.png')] };
		expect(await codeOf(bench.call(account, 'message.sendImage', { chatId }, pdf))).toBe(
			'media_not_supported',
		);
		const large = { media: [{ ...file(tinyPng), size: 25 * 1024 * 1024 }] };
		expect(await codeOf(bench.call(account, 'message.sendImage', { chatId }, large))).toBe('file_too_large');
		const hidden = { media: [file(Buffer.concat([tinyPng, Buffer.alloc(24 * 1024 * 1024)]))] };
		expect(await codeOf(bench.call(account, 'message.sendImage', { chatId }, hidden))).toBe('file_too_large');
		expect(await codeOf(bench.call(account, 'message.sendImage', { chatId }))).toBe('invalid_parameter');
		expect(bench.sandbox.control.requests({ operation_id: 'uploadImages' })).toHaveLength(0);
	});

	it('whose answer is lost is found in the chat', async () => {
		const { bench, chatId, account } = await withChat();
		bench.sandbox.control.mode({ mode: '500', when: 'after', count: 1, scope: 'postSendImageMessage' });
		const work = bench.call(account, 'message.sendImage', { chatId }, { media: [file(tinyPng)] });
		expect((await passingWaits(bench.clock, work)).items).toMatchObject([{ duplicate: false }]);
		expect(bench.sandbox.control.outbox({})).toHaveLength(1);
	});
});

describe('sending to many', () => {
	it('gives a result per message, in order, and goes on past a failure', async () => {
		const bench = await startBench();
		const { chat_ids: chats } = bench.sandbox.control.chats({ count: 2 });
		const account = await bench.account();
		const messages = [
			{ chatId: chats[0] ?? '', text: 'а' },
			{ chatId: 'u2i-unknown', text: 'б' },
			{ chatId: chats[1] ?? '', text: 'в' },
		];
		const { items } = await bench.call(account, 'message.sendMany', { messages });
		expect(items).toMatchObject([
			{ chat_id: chats[0], duplicate: false },
			{ chat_id: 'u2i-unknown', error: { code: 'peer_not_found' } },
			{ chat_id: chats[1], duplicate: false },
		]);
		expect(texts(bench)).toEqual(['а', 'в']);
	});

	it('stops at the first failure and skips duplicates when asked to', async () => {
		const bench = await startBench();
		const [chatId = ''] = bench.sandbox.control.chats({ count: 1 }).chat_ids;
		const account = await bench.account();
		const messages = [
			{ chatId, text: 'а' },
			{ chatId, text: 'а' },
			{ chatId: 'u2i-unknown', text: 'б' },
			{ chatId, text: 'в' },
		];
		const { items } = await bench.call(account, 'message.sendMany', {
			messages,
			stopOnError: true,
			skipDuplicates: true,
		});
		expect(items).toMatchObject([
			{ message_id: expect.any(String) as string },
			{ skipped: 'duplicate in this list' },
			{ error: { code: 'peer_not_found' } },
			{ skipped: 'an earlier message failed' },
		]);
		expect(texts(bench)).toEqual(['а']);
	});

	it('goes on where it was cut off, and sends nothing twice', async () => {
		const bench = await startBench();
		const { chat_ids: chats } = bench.sandbox.control.chats({ count: 6 });
		const account = await bench.account();
		const messages = chats.map((chatId, at) => ({ chatId, text: `Ответ ${at}` }));
		const stopped = new AbortController();
		bench.sandbox.control.mode({ mode: 'hang', when: 'after', skip: 3, count: 1, ...send });
		const first = codeOf(
			bench.call(account, 'message.sendMany', { messages }, { key: 'k', signal: stopped.signal }),
		);
		await until(() => texts(bench).length === 4, 'four messages');
		stopped.abort(new Error('the worker died'));
		await first;
		const { items } = await bench.call(account, 'message.sendMany', { messages }, { key: 'k' });
		expect(items.map(({ duplicate }) => duplicate)).toEqual([true, true, true, true, false, false]);
		expect(texts(bench)).toEqual(messages.map(({ text }) => text));
	});

	it('names the message that is too long before the first one leaves', async () => {
		const bench = await startBench();
		const [chatId = ''] = bench.sandbox.control.chats({ count: 1 }).chat_ids;
		const account = await bench.account();
		const messages = [
			{ chatId, text: 'а' },
			{ chatId, text: 'я'.repeat(1001) },
		];
		await expect(bench.call(account, 'message.sendMany', { messages })).rejects.toMatchObject({
			code: 'message_too_long',
			field: 'messages.1.text',
		});
		expect(texts(bench)).toEqual([]);
	});
});
