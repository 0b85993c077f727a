import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OP } from '../../../src/channels/max/opcodes';
import { settle, until } from '../../support/manual-clock';
import { createProxy } from '../../support/proxy';
import type { Journal } from './support/journal';
import { item, run } from './support/run';
import { ANNA, BORIS, DIALOG, openReading, Scene } from './support/scene';

let scene: Scene;
beforeEach(async () => {
	scene = await Scene.start();
});
afterEach(async () => {
	expect(scene.control.failures({})).toEqual([]);
	await scene.close();
});

const say = (text: string, tell = true): unknown =>
	scene.control.injectMessage({ from: BORIS, to: ANNA, text, tell });

const texts = (journal: Journal, wanted: string[]): Promise<void> =>
	until(
		() => journal.texts().join() === wanted.join(),
		`${wanted.join()} (have ${journal.texts().join()})`,
		5_000,
	);

/** From now on a member of these replies and pushes is something else, or missing. */
const mutate = (...changes: [opcode: number, path: string, value?: unknown][]): void => {
	scene.control.setFaults({
		mutations: changes.map(([opcode, path, value]) => ({
			opcode,
			path,
			count: 1_000,
			...(value === undefined ? {} : { value }),
		})),
	});
};

describe('fields that are not what they were', () => {
	it.each([
		['chats', 'words'],
		['chats', undefined],
		['contacts', { no: 'list' }],
		['contacts', [null, 7, 'x']],
		['messages', []],
		['presence', 'ON'],
		['config', 3],
		['time', 'soon'],
		['drafts', null],
		['token', { new: true }],
		['token', ''],
	] as const)('LOGIN with %s = %j opens, and messages come', async (path, value) => {
		mutate([OP.login, path, value]);
		const { journal, open } = await openReading(scene);
		expect(open.accountId).toBe(`max:${ANNA}`);
		say('hello');
		await texts(journal, ['hello']);
	});

	it.each([
		[OP.chatsList, 'chats.*.lastMessage', 'words'],
		[OP.chatsList, 'chats.*.lastMessage.id', { a: 1 }],
		[OP.chatsList, 'chats.*.title', 17],
		[OP.chatsList, 'chats.*.participants', []],
		[OP.chatHistory, 'messages.*.time', 'soon'],
		[OP.chatHistory, 'messages.*.attaches', 'none'],
		[OP.chatHistory, 'messages.*.sender', { id: 1 }],
		[OP.chatHistory, 'messages.*.elements', [null, 'bold', 5]],
		[OP.contactInfo, 'contacts', [null]],
	] as const)('a recovery goes through with opcode %i, %s = %j', async (opcode, path, value) => {
		const first = await openReading(scene);
		await first.open.close();
		scene.control.injectMany({ to: ANNA, chats: 4, count: 8 });
		mutate([opcode, path, value]);
		const { journal } = await openReading(scene, { journal: first.journal.reopen() });
		await until(() => journal.texts().length === 8, `all eight (have ${String(journal.texts().length)})`);
	});

	it.each([
		['message.sender', null],
		['message.sender', 'nobody'],
		['message.time', 'soon'],
		['message.attaches', { kind: 'photo' }],
		['message.attaches', [{ _type: 'HOLOGRAM', deep: [[[]]] }, null, 'x']],
		['message.elements', [{ type: 5 }, null]],
		['message.link', 'https://max.ru'],
		['message.options', [1, 2]],
		['prevMessageId', { id: 1 }],
		['prevMessageId', 'none'],
		['chat', 'new'],
		['ttl', 0],
	])('a push with %s = %j is a message all the same', async (path, value) => {
		const { journal } = await openReading(scene);
		mutate([OP.notifMessage, path, value]);
		say('one');
		say('two');
		await texts(journal, ['one', 'two']);
	});
});

it('a server that names no previous message: what is lost is there ten seconds later', async () => {
	mutate([OP.notifMessage, 'prevMessageId'], [OP.notifMessage, 'message.prevMessageId']);
	const { journal } = await openReading(scene);
	say('one');
	await texts(journal, ['one']);
	say('two', false);
	say('three');
	await texts(journal, ['one', 'three']);
	await scene.clock.advance(10_000);
	await texts(journal, ['one', 'three', 'two']);
});

it('a request whose reply never comes is asked again, and its message is sent once', async () => {
	const { open } = await openReading(scene);
	scene.control.setFaults({ dropReplies: [{ opcode: OP.chatInfo, count: 1 }] });
	const asking = run(open, 'chat.get', { chatId: DIALOG });
	await until(
		async () => {
			await scene.clock.advance(5_000);
			return scene.control.requests({ opcode: OP.chatInfo }).length === 2;
		},
		'the second request',
		100,
	);
	expect((await asking).items).toMatchObject([{ external_chat_id: DIALOG }]);
});

describe('further certificate authorities', () => {
	const urlAt = async (host: string): Promise<string> => {
		const base = new URL(scene.sandbox.addresses.media);
		const { messageId } = scene.control.injectMessage({
			from: BORIS,
			to: ANNA,
			media: [{ kind: 'photo' }],
			tell: false,
		});
		const { open } = await openReading(scene, { front: 'websocket' });
		const message = await item(open, 'message.get', { chatId: DIALOG, messageId });
		const [photo] = (message['media'] as { images: { url: string }[] }).images;
		return photo!.url.replace(base.host, `${host}:${base.port}`);
	};
	const download = async (url: string, fields: Record<string, unknown> = {}): Promise<unknown> => {
		const { open } = await openReading(scene, { front: 'websocket', fields });
		const { items, media } = await run(open, 'media.download', { url });
		for await (const _chunk of media![0]!.stream as AsyncIterable<Buffer>);
		return items[0];
	};

	it('are trusted at the service, not wherever a person’s address leads', async () => {
		expect(await download(await urlAt('127.0.0.1'))).toMatchObject({ mime_type: 'image/webp' });
		await expect(download(await urlAt('localhost'))).rejects.toMatchObject({
			code: 'unreachable',
			hint: expect.stringContaining('certificate') as string,
		});
	});

	it('are trusted at the credential’s further domains, and behind a proxy that may inspect', async () => {
		const url = await urlAt('localhost');
		expect(await download(url, { redirectDomains: 'localhost' })).toMatchObject({ mime_type: 'image/webp' });
		const proxy = await createProxy();
		scene.onClose(() => proxy.close());
		expect(await download(url, { proxyUrl: proxy.httpUrl })).toMatchObject({ mime_type: 'image/webp' });
	});
});

describe('a proxy', () => {
	it('that dies while the account is open is waited for; nothing goes past it', async () => {
		const proxy = await createProxy();
		const { open, journal } = await openReading(scene, { fields: { proxyUrl: proxy.socksUrl } });
		expect(scene.control.connections({})).toHaveLength(1);
		await proxy.close();
		await until(() => open.status().state !== 'live', 'the loss is noticed');
		for (let minute = 0; minute < 10; minute += 1) await scene.clock.advance(60_000);
		await settle(10);
		expect(scene.control.connections({})).toHaveLength(1);
		expect(open.status().state).not.toBe('live');
		expect(journal.entries).toEqual([]);
	});

	it('carries downloads too', async () => {
		const proxy = await createProxy();
		scene.onClose(() => proxy.close());
		const { open } = await openReading(scene, { fields: { proxyUrl: proxy.socksUrl } });
		const { messageId } = scene.control.injectMessage({
			from: BORIS,
			to: ANNA,
			media: [{ kind: 'file', name: 'a.txt', base64: Buffer.from('through the tunnel').toString('base64') }],
		});
		const before = proxy.targets.length;
		const message = await item(open, 'message.get', { chatId: DIALOG, messageId });
		const [document] = (message['media'] as { documents: { ref: string }[] }).documents;
		const { stream } = (await open.account.files.download(
			await urlOf(document!.ref),
			new AbortController().signal,
		)) as { stream: AsyncIterable<Buffer> };
		const chunks: Buffer[] = [];
		for await (const chunk of stream) chunks.push(chunk);
		expect(Buffer.concat(chunks).toString()).toBe('through the tunnel');
		expect(proxy.targets.length).toBe(before + 1);

		async function urlOf(ref: string): Promise<string> {
			const fileId = ref.split(':').at(-1) ?? '';
			const reply = await item(open, 'raw.request', {
				opcode: OP.fileDownload,
				payload: { chatId: DIALOG, messageId, fileId },
			});
			return reply['url'] as string;
		}
	});
});

/** A message told by a push that stands in no history, half a second after one that does. */
function pushMessage(fields: Record<string, unknown>, message: Record<string, unknown>): void {
	const { messageId } = scene.control.injectMessage({ from: BORIS, to: ANNA, text: 'before' });
	const id = BigInt(messageId) + (500n << 16n);
	scene.control.push({
		account: ANNA,
		opcode: OP.notifMessage,
		payload: {
			chatId: { $int: DIALOG },
			...fields,
			message: {
				id: { $messageId: String(id) },
				time: { $int: String(id >> 16n) },
				sender: { $int: BORIS },
				type: 'USER',
				attaches: [],
				...message,
			},
		},
	});
}

it('a comment under a post is a message of its thread, for which no history is read', async () => {
	const { journal } = await openReading(scene);
	const asked = (): number => scene.control.requests({ opcode: OP.chatHistory }).length;
	say('a post');
	await texts(journal, ['a post']);
	const before = asked();
	const postId = '117263822972066856';
	const unseen = { $messageId: String((BigInt(Date.now()) + 60_000n) << 16n) };
	pushMessage({ postId: { $messageId: postId }, prevMessageId: unseen }, { text: 'a comment' });
	await texts(journal, ['a post', 'before', 'a comment']);
	expect(journal.entries.map(({ event }) => event.meta.thread_id)).toEqual([null, null, postId]);
	await scene.clock.advance(60_000);
	expect(asked()).toBe(before);
});

it.each(['0', '-68000000000001'])('nobody is asked who %s is, which cannot be a person', async (sender) => {
	const { journal } = await openReading(scene);
	pushMessage({}, { sender: { $int: sender }, text: 'from nobody' });
	await texts(journal, ['before', 'from nobody']);
	expect(journal.entries[1]!.event).toMatchObject({ external_user_id: sender, client_name: '' });
	const asked = scene.control.requests({ opcode: OP.contactInfo }).map(({ payload }) => payload);
	expect(asked.filter((payload) => JSON.stringify(payload).includes(sender))).toEqual([]);
});
