import { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { Avito } from '../../nodes/Avito/Avito.node';
import { ChannelError, invalidParameter, type MediaSource } from '../../src/contract';
import { event, useBridge } from './support/account';
import { errorOf, outputOf, run } from './support/run';

const bridge = useBridge();

const SEND = {
	resource: 'message',
	operation: 'send',
	chatId: '={{ $json.chat }}',
	text: '={{ $json.text }}',
};

function messages(count: number) {
	return Array.from({ length: count }, (_, index) => ({
		json: { chat: `u2i-${index}`, text: `text ${index}` },
	}));
}

describe('items', () => {
	test('each becomes one command with its own expressions and is paired with its result', async () => {
		bridge.pool.answer = ({ input }) => ({ items: [{ sent: input['text'] ?? null }] });
		const result = await run(new Avito(), { parameters: SEND, items: messages(2) });
		expect(bridge.pool.calls.map(({ command }) => command)).toEqual([
			{
				name: 'message.send',
				input: { chatId: 'u2i-0', text: 'text 0', splitLongText: 'refuse', markRead: false },
			},
			{
				name: 'message.send',
				input: { chatId: 'u2i-1', text: 'text 1', splitLongText: 'refuse', markRead: false },
			},
		]);
		expect(outputOf(result)).toMatchObject([
			{ json: { sent: 'text 0' }, pairedItem: { item: 0 } },
			{ json: { sent: 'text 1' }, pairedItem: { item: 1 } },
		]);
		expect(bridge.pool.openLeases).toBe(0);
	});

	test('a time picked in the editor is meant where the workflow is, not where the server is', async () => {
		bridge.pool.answer = () => ({ items: [] });
		const timezone = 'Asia/Vladivostok';
		const picked = '2026-01-31T06:00:00';
		await run(new Avito(), {
			parameters: { resource: 'message', operation: 'getSince', since: picked },
			timezone,
		});
		await run(new Avito(), {
			parameters: { resource: 'listing', operation: 'getMany', options: { updatedAtFrom: picked } },
			timezone,
		});
		expect(bridge.pool.calls.map(({ command }) => command.input)).toMatchObject([
			{ since: '2026-01-30T20:00:00.000Z' },
			{ updatedAtFrom: '2026-01-31' },
		]);
	});

	test('a list is one output item per entry, all paired with the item that asked', async () => {
		bridge.pool.answer = () => ({ items: [{ id: 'a' }, { id: 'b' }] });
		const result = await run(new Avito(), {
			parameters: { resource: 'chat', operation: 'getMany', returnAll: false, limit: '7' },
			items: [{ json: {} }, { json: {} }],
		});
		expect(bridge.pool.calls[0]?.command.input).toMatchObject({ limit: 7, chatTypes: ['u2i', 'u2u'] });
		expect(outputOf(result).map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 0 },
			{ item: 1 },
			{ item: 1 },
		]);
	});

	test('10,000 of them stay in order, with as many commands and no more than a few reads at once', async () => {
		let running = 0;
		let most = 0;
		bridge.pool.answer = async ({ input }) => {
			most = Math.max(most, ++running);
			await new Promise(setImmediate);
			running--;
			return { items: [{ id: input['chatId'] ?? null }] };
		};
		const result = await run(new Avito(), {
			parameters: { resource: 'chat', operation: 'get', chatId: '={{ $json.chat }}', lastMessages: 0 },
			items: messages(10_000),
		});
		const ids = outputOf(result).map(({ json }) => json['id']);
		expect(ids).toEqual(messages(10_000).map(({ json }) => json.chat));
		expect(most).toBeGreaterThan(1);
		expect(most).toBeLessThanOrEqual(4);
	});

	test('sends run one after the other', async () => {
		let running = 0;
		bridge.pool.answer = async () => {
			expect(++running).toBe(1);
			await new Promise(setImmediate);
			running--;
			return { items: [{}] };
		};
		await run(new Avito(), { parameters: SEND, items: messages(20) });
		expect(bridge.pool.calls).toHaveLength(20);
	});
});

describe('failures', () => {
	const refused = new ChannelError('rate_limited', 'The budget of this account is used up.', {
		hint: 'Wait a minute.',
		retry: { afterMs: 41_500 },
	});

	test('end the execution with message, hint, item and code', async () => {
		bridge.pool.answer = ({ input }) => {
			if (input['chatId'] === 'u2i-1') throw refused;
			return { items: [{}] };
		};
		const error = errorOf(await run(new Avito(), { parameters: SEND, items: messages(3) }));
		expect(error).toMatchObject({
			message: 'The budget of this account is used up.',
			description: 'Wait a minute.',
			context: { itemIndex: 1, code: 'rate_limited', retry_after_seconds: 42 },
		});
		expect(bridge.pool.calls).toHaveLength(2);
		expect(bridge.pool.openLeases).toBe(0);
	});

	test('of the provider carry its HTTP code and are n8n API errors', async () => {
		bridge.pool.answer = () => {
			throw new ChannelError('upstream_error', 'Avito is out of order.', { providerCode: '503' });
		};
		await expect(
			run(new Avito(), { parameters: SEND, items: messages(1) }).then(outputOf),
		).rejects.toMatchObject({ name: 'NodeApiError', httpCode: '503', message: 'Avito is out of order.' });
	});

	test('become items of one shape when the node goes on', async () => {
		bridge.pool.answer = ({ input }) => {
			if (input['chatId'] === 'u2i-1') throw refused;
			return { items: [{ ok: true }] };
		};
		const result = await run(new Avito(), {
			parameters: SEND,
			items: messages(3),
			settings: { onError: 'continueRegularOutput' },
		});
		expect(outputOf(result).map(({ json, pairedItem }) => [json, pairedItem])).toEqual([
			[{ ok: true }, { item: 0 }],
			[
				{
					error: {
						code: 'rate_limited',
						message: 'The budget of this account is used up.',
						hint: 'Wait a minute.',
						retry_after_seconds: 42,
						provider_code: null,
						correlation: expect.stringMatching(/^77\/[^/]+\/0\/1\/0$/) as string,
					},
				},
				{ item: 1 },
			],
			[{ ok: true }, { item: 2 }],
		]);
	});

	test('go to the error output, with what the item was', async () => {
		bridge.pool.answer = () => {
			throw refused;
		};
		const result = await run(new Avito(), {
			parameters: SEND,
			items: messages(1),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(outputOf(result, 0)).toEqual([]);
		expect(outputOf(result, 1)[0]?.json).toMatchObject({ error: { code: 'rate_limited' } });
	});

	test('of a parameter name the field as the user sees it and send nothing', async () => {
		const result = await run(new Avito(), {
			parameters: { ...SEND, text: '   ' },
			settings: { onError: 'continueRegularOutput' },
			items: messages(1),
		});
		expect(outputOf(result)[0]?.json).toMatchObject({
			error: { code: 'invalid_parameter', message: 'Text: is empty' },
		});
		expect(bridge.pool.calls).toEqual([]);
	});

	test('of what the command refuses name the field as the user sees it, too', async () => {
		bridge.pool.answer = () => {
			throw invalidParameter('chatId', 'is no chat of this account', 'Choose one from the list.');
		};
		await expect(
			run(new Avito(), { parameters: SEND, items: messages(1) }).then(outputOf),
		).rejects.toMatchObject({
			message: 'Chat: is no chat of this account',
			description: 'Choose one from the list.',
			context: { code: 'invalid_parameter', itemIndex: 0 },
		});
	});

	test('of an expression are the item’s own', async () => {
		const result = await run(new Avito(), {
			parameters: { ...SEND, text: '={{ $json.text.no.such() }}' },
			settings: { onError: 'continueRegularOutput' },
			items: messages(2),
		});
		expect(outputOf(result).map(({ json }) => (json['error'] as { code: string }).code)).toEqual([
			'invalid_parameter',
			'invalid_parameter',
		]);
	});

	test('leave the engine as the classes it knows: one copy of n8n-workflow (trap 19)', async () => {
		const { toNodeError } = await import('../../src/n8n/errors');
		const node = { name: 'x' } as never;
		expect(toNodeError(node, refused)).toBeInstanceOf(NodeOperationError);
		expect(toNodeError(node, new ChannelError('unreachable', 'no'))).toBeInstanceOf(NodeApiError);
	});
});

describe('cancelling', () => {
	test('stops at once, tells how far it came and starts nothing more', async () => {
		let cancel = (): void => undefined;
		bridge.pool.answer = async (_, { signal }) => {
			if (bridge.pool.calls.length < 3) return { items: [{}] };
			const aborted = new Promise<never>((_, reject) => {
				signal?.addEventListener('abort', () => {
					reject(signal.reason as Error);
				});
			});
			cancel();
			return aborted;
		};
		await run(new Avito(), {
			parameters: SEND,
			items: messages(50),
			settings: { onError: 'continueRegularOutput' },
			started: (execution) => {
				cancel = () => {
					execution.cancel();
				};
			},
		}).catch(() => undefined);
		await new Promise(setImmediate);
		expect(bridge.pool.calls).toHaveLength(3);
		expect(bridge.pool.openLeases).toBe(0);
	});
});

describe('files', () => {
	const IMAGE = { resource: 'message', operation: 'sendImage', chatId: 'u2i-1' };
	const file = (content: string, fileName: string) => ({
		data: Buffer.from(content).toString('base64'),
		mimeType: 'image/png',
		fileName,
	});

	async function contentOf(source: MediaSource | undefined): Promise<string> {
		if (source?.kind !== 'stream') throw new Error('a stream was expected');
		return readText(await source.open());
	}

	test('come from one binary field, from several, from the whole item', async () => {
		const items = [{ json: {}, binary: { data: file('one', 'a.png'), second: file('two', 'b.png') } }];
		await run(new Avito(), {
			parameters: { ...IMAGE, mediaSource: 'binary', binaryPropertyName: 'second' },
			items,
		});
		await run(new Avito(), {
			parameters: { ...IMAGE, mediaSource: 'binary', binaryPropertyName: 'second, data' },
			items,
		});
		await run(new Avito(), { parameters: { ...IMAGE, mediaSource: 'all' }, items });
		const media = bridge.pool.calls.map(({ command }) => command.media ?? []);
		expect(media.map((list) => list.map((source) => source.kind === 'stream' && source.fileName))).toEqual([
			['b.png'],
			['b.png', 'a.png'],
			['a.png', 'b.png'],
		]);
		expect(media[0]?.[0]).toMatchObject({ mimeType: 'image/png', size: 3 });
		// A repeated upload opens the file anew.
		expect([await contentOf(media[0]?.[0]), await contentOf(media[0]?.[0])]).toEqual(['two', 'two']);
	});

	test('come from an address, a reference of a message, an uploaded id', async () => {
		const media = { has_images: true, images: [{ ref: 'r1' }, { ref: 'r2' }], videos: [], documents: [] };
		await run(new Avito(), {
			parameters: { ...IMAGE, mediaSource: 'url', mediaUrl: 'https://example.com/a.jpg' },
		});
		await run(new Avito(), {
			parameters: { ...IMAGE, mediaSource: 'ref', mediaRef: '={{ $json.media }}' },
			items: [{ json: { media } }],
		});
		await run(new Avito(), { parameters: { ...IMAGE, mediaSource: 'imageId', imageId: ' 1.abc ' } });
		expect(bridge.pool.calls.map(({ command: { input, media: sources } }) => [input, sources])).toEqual([
			[{ chatId: 'u2i-1', markRead: false }, [{ kind: 'url', url: 'https://example.com/a.jpg' }]],
			[
				{ chatId: 'u2i-1', markRead: false },
				[
					{ kind: 'ref', ref: 'r1' },
					{ kind: 'ref', ref: 'r2' },
				],
			],
			[{ chatId: 'u2i-1', imageId: '1.abc', markRead: false }, undefined],
		]);
	});

	test('an address that is none is refused before anything is asked', async () => {
		const result = await run(new Avito(), {
			parameters: { ...IMAGE, mediaSource: 'url', mediaUrl: 'ftp://x/y' },
		});
		expect(errorOf(result)?.message).toBe('URL: "ftp://x/y" is not an http(s) address');
		expect(bridge.pool.calls).toEqual([]);
	});

	test('go out as streams into the chosen field, one item each, with name and type', async () => {
		bridge.pool.answer = ({ input }) => ({
			items: [{ ref: input['ref'] ?? null }],
			media: [
				{
					stream: Readable.from([Buffer.from(`content of ${input['ref'] as string}`)]),
					fileName: 'p.jpg',
					mimeType: 'image/jpeg',
				},
			],
		});
		const media = { has_voice: true, voice_ref: 'v', images: [{ ref: 'i' }] };
		const result = await run(new Avito(), {
			parameters: {
				resource: 'file',
				operation: 'download',
				mediaRef: '={{ $json.media }}',
				outputField: 'photo',
			},
			items: [{ json: { media } }],
		});
		const output = outputOf(result);
		expect(output.map(({ json }) => json)).toEqual([{ ref: 'v' }, { ref: 'i' }]);
		expect(output[1]?.binary?.['photo']).toMatchObject({ fileName: 'p.jpg', mimeType: 'image/jpeg' });
		expect(Buffer.from(output[1]?.binary?.['photo']?.data ?? '', 'base64').toString()).toBe('content of i');
	});

	test('a file beyond Largest Size fails its item, told beforehand or found on the way', async () => {
		const source = Readable.from([Buffer.alloc(900_000), Buffer.alloc(200_000)]);
		bridge.pool.answer = ({ input }) => ({
			items: [{}],
			media: [
				input['ref'] === 'told'
					? { stream: Readable.from(['x']), fileName: 'film.mp4', mimeType: 'video/mp4', size: 2_000_000 }
					: { stream: source, fileName: 'f', mimeType: 'text/plain' },
			],
		});
		const download = (mediaRef: string, maxMegabytes: number) =>
			run(new Avito(), {
				parameters: {
					...{ resource: 'file', operation: 'download', mediaRef, outputField: 'data' },
					options: { maxMegabytes },
				},
				settings: { onError: 'continueRegularOutput' },
			});
		const tooLarge = { error: { code: 'file_too_large', message: '"film.mp4" has more than 1 MB' } };
		expect(outputOf(await download('told', 1))[0]?.json).toMatchObject(tooLarge);
		expect(outputOf(await download('told', 2))[0]?.binary?.['data']).toMatchObject({ fileName: 'film.mp4' });
		expect(outputOf(await download('found', 1))[0]?.json).toMatchObject({
			error: { code: 'file_too_large' },
		});
		expect(source.destroyed).toBe(true);
	});

	test('a stream that breaks fails the item and leaves no stream open', async () => {
		const second = Readable.from([Buffer.from('never read')]);
		const broken = new Readable({
			read() {
				this.destroy(new Error('the connection broke'));
			},
		});
		bridge.pool.answer = () => ({
			items: [{}, {}],
			media: [broken, second].map((stream) => ({ stream, fileName: 'f', mimeType: 'text/plain' })),
		});
		const result = await run(new Avito(), {
			parameters: { resource: 'file', operation: 'download', mediaRef: 'r', outputField: 'data' },
		});
		expect(errorOf(result)?.message).toContain('the connection broke');
		expect(second.destroyed).toBe(true);
	});
});

describe('what goes along with a call', () => {
	test('the same item of the same run has the same key, and no other has it', async () => {
		const twice = async (over: object = {}) => {
			await run(new Avito(), { parameters: SEND, items: messages(2), ...over });
		};
		await twice();
		await twice();
		await twice({ executionId: '78' });
		const keys = bridge.pool.calls.map(({ options }) => options.idempotency?.key);
		expect(keys.slice(0, 2)).toEqual(keys.slice(2, 4));
		expect(new Set(keys).size).toBe(4);
		expect(bridge.pool.calls[0]?.options.idempotency?.rememberMs).toBe(86_400_000);
	});

	test('a retry from the list of executions, and a retry of that, repeat the execution that failed', async () => {
		const again = { parameters: SEND, items: messages(1) };
		bridge.pool.answer = () => {
			throw new ChannelError('unreachable', 'gone');
		};
		const failed = await run(new Avito(), { ...again, executionId: '77' });
		const retried = await run(new Avito(), { ...again, executionId: '78', retryOf: failed });
		await run(new Avito(), { ...again, executionId: '79', retryOf: retried });
		const keys = bridge.pool.calls.map(({ options }) => options.idempotency?.key);
		expect(keys).toHaveLength(3);
		expect(new Set(keys).size).toBe(1);
	});

	test('the next round of a loop is not a repeat of the one before', async () => {
		for (const earlierRuns of [0, 1, 2])
			await run(new Avito(), { parameters: SEND, items: messages(1), earlierRuns });
		const keys = bridge.pool.calls.map(({ options }) => options.idempotency?.key);
		expect(new Set(keys).size).toBe(3);
	});

	test('a deduplication key outlives the execution for seven days', async () => {
		const parameters = { ...SEND, options: { deduplicationKey: '={{ $json.text }}' } };
		await run(new Avito(), { parameters, items: messages(1) });
		await run(new Avito(), { parameters, items: messages(1), executionId: '99' });
		const [first, second] = bridge.pool.calls.map(({ options }) => options.idempotency);
		expect(first).toEqual(second);
		expect(first?.rememberMs).toBe(604_800_000);
	});

	test('reads carry no key', async () => {
		await run(new Avito(), { parameters: { resource: 'account', operation: 'getSelf' } });
		expect(bridge.pool.calls[0]?.options.idempotency).toBeUndefined();
	});

	test('what to do when the limit is reached', async () => {
		const withOptions = (options: object) =>
			run(new Avito(), { parameters: { ...SEND, options: { ...options } }, items: messages(1) });
		await withOptions({});
		await withOptions({ ifLimitReached: 'fail' });
		await withOptions({ ifLimitReached: 'wait', maxWaitSeconds: '20' });
		expect(bridge.pool.calls.map(({ options }) => options.budgetWaitMs)).toEqual([undefined, 0, 20_000]);
	});

	test('the event an item is names the cause of a send', async () => {
		await run(new Avito(), {
			parameters: { ...SEND, chatId: 'u2i-1', text: 'answer' },
			items: [{ json: JSON.parse(JSON.stringify(event({ id: 'm7' }))) as never }],
		});
		expect(bridge.pool.calls[0]?.options.causedBy).toEqual({ chatId: 'u2i-1', eventId: 'avito:94000001:m7' });
	});

	test('hints are shown once', async () => {
		bridge.pool.answer = () => ({ items: [{}], hints: ['Avito shows 1,100 chats at most.'] });
		const result = await run(new Avito(), { parameters: SEND, items: messages(3) });
		expect(result.data.resultData.runData['Subject']?.[0]?.hints).toEqual([
			{ message: 'Avito shows 1,100 chats at most.', location: 'outputPane' },
		]);
	});
});

describe('send to many', () => {
	test('takes exactly the list it was promised', async () => {
		bridge.pool.answer = () => ({ items: [{ message_id: '1' }, { message_id: '2' }] });
		const result = await run(new Avito(), {
			parameters: {
				resource: 'message',
				operation: 'sendMany',
				source: 'json',
				messages: '{"messages":[{"chat_id":"u2i-1","text":"a"},{"chat_id":"u2i-2","text":"b"}]}',
				options: { stopOnError: true, skipDuplicates: true },
			},
		});
		expect(bridge.pool.calls.map(({ command }) => command.input)).toEqual([
			{
				messages: [
					{ chatId: 'u2i-1', text: 'a' },
					{ chatId: 'u2i-2', text: 'b' },
				],
				stopOnError: true,
				skipDuplicates: true,
			},
		]);
		expect(outputOf(result)).toHaveLength(2);
	});

	test('gathers the input items into one command and pairs the results with them', async () => {
		bridge.pool.answer = ({ input }) => ({
			items: (input['messages'] as { chatId: string }[]).map((m) => ({ ...m })),
		});
		const result = await run(new Avito(), {
			parameters: { ...SEND, operation: 'sendMany', source: 'items' },
			items: messages(3),
		});
		expect(bridge.pool.calls).toHaveLength(1);
		expect(outputOf(result).map(({ json, pairedItem }) => [json['chatId'], pairedItem])).toEqual([
			['u2i-0', { item: 0 }],
			['u2i-1', { item: 1 }],
			['u2i-2', { item: 2 }],
		]);
	});

	test.each([
		['{"messages":[]}', 'Messages: the list of messages is empty'],
		['{"messages":[{"chat_id":"","text":"a"}]}', 'Messages, messages[0].chat_id: is empty or not a text'],
		['{"list":[]}', 'Messages: needs a list named messages'],
		['not json', /^Messages: is not valid JSON/],
	])('refuses %s with the place of the mistake', async (list, message) => {
		const result = await run(new Avito(), {
			parameters: { resource: 'message', operation: 'sendMany', source: 'json', messages: list },
		});
		expect(errorOf(result)?.message).toMatch(message);
		expect(bridge.pool.calls).toEqual([]);
	});
});
