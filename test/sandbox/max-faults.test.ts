/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return --
   a reply is whatever came over the wire; a member that is missing or of another type fails its expectation */
/** The switches of the fake MAX, and what its log proves about a client. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { Agent, fetch } from '#lib/undici';
import type { AdvanceableClock, MaxSandbox } from './max';
import { loginRequest, RawClient } from './max/testing/client';
import type { Front, Payload } from './max/testing/client';
import { sandboxForEach } from './max/testing/scene';

let sandbox: MaxSandbox;
let clock: AdvanceableClock;
const clients = sandboxForEach((started, itsClock) => {
	sandbox = started;
	clock = itsClock;
});
const dialog = 92610303;
const anna = '12345678';
const boris = '87654321';

async function online(front: Front = 'websocket', who: 0 | 1 = 0) {
	const client = await RawClient.online(sandbox, sandbox.accounts[who], front);
	clients.push(client);
	return client;
}

function write(text: string): void {
	sandbox.control.injectMessage({ from: boris, to: anna, text });
}

function pushedTexts(client: RawClient): string[] {
	return client.pushed(128).map((frame) => frame.payload.message.text as string);
}

describe('the way bytes travel', () => {
	it('splits a frame into single bytes on TCP and into fragments on WebSocket', async () => {
		const [tcp, web] = [await online('tcp'), await online('websocket')];
		sandbox.control.setFaults({ splitBytes: 7 });
		const before = tcp.chunks.length;
		write('in pieces');
		expect((await tcp.push(128)).message.text).toBe('in pieces');
		expect((await web.push(128)).message.text).toBe('in pieces');
		expect(tcp.chunks.length - before).toBeGreaterThan(1);
		sandbox.control.clearFaults();
		await tcp.settle();
	});

	it('joins frames into one write on TCP', async () => {
		const tcp = await online('tcp');
		sandbox.control.setFaults({ joinFrames: 5 });
		const before = tcp.chunks.length;
		for (const text of ['1', '2', '3', '4', '5', '6', '7']) write(text);
		for (let index = 0; index < 7; index += 1) await tcp.push(128);
		expect(pushedTexts(tcp)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
		expect(tcp.chunks.length - before).toBeLessThanOrEqual(3);
	});

	it('pushes with the seq of a pending request', async () => {
		const web = await online();
		await web.settle();
		sandbox.control.setFaults({ collideSeq: true, delayMs: 10 });
		const pending = web.request(48, { chatIds: [dialog] });
		await expect.poll(() => sandbox.control.requests({ opcode: 48 }).length).toBe(1);
		write('collides');
		clock.advance(10);
		const push = await web.take((frame) => frame.cmd === 0 && frame.opcode === 128);
		expect(push.seq).toBe(web.seq - 1);
		expect((await pending).payload.chats).toHaveLength(1);
	});

	it('is slow, by the clock', async () => {
		const web = await online();
		sandbox.control.setFaults({ delayMs: 3000 });
		write('late');
		await expect(
			fetch(`${sandbox.addresses.control}/_control/pushes`).then((one) => one.json()),
		).resolves.toMatchObject({ '128': 1 });
		expect(web.pushed(128)).toEqual([]);
		clock.advance(3000);
		expect((await web.push(128)).message.text).toBe('late');
	});
});

describe('pushes', () => {
	it('count with a seq of their own, from 0, per connection', async () => {
		const [first, second] = [await online('tcp'), await online('websocket')];
		for (const text of ['a', 'b', 'c']) write(text);
		for (const client of [first, second]) {
			for (let index = 0; index < 3; index += 1) await client.push(128);
			expect(client.pushed(128).map((frame) => frame.seq)).toEqual([0, 1, 2]);
		}
	});

	it('duplicates, loses and reorders with the seeded random', async () => {
		const web = await online();
		sandbox.control.setFaults({ duplicatePush: 1, pushOpcodes: [128] });
		write('twice');
		await web.push(128);
		const repeated = await web.take((frame) => frame.opcode === 128);
		expect(repeated.seq).toBe(web.pushed(128)[0]?.seq);
		sandbox.control.setFaults({ duplicatePush: 0, losePush: 1 });
		write('lost');
		sandbox.control.setFaults({ losePush: 0, reorderPush: 1 });
		write('first');
		write('second');
		await web.push(128);
		await web.push(128);
		expect(pushedTexts(web)).toEqual(['twice', 'twice', 'second', 'first']);
		const { messages } = await web.ok(49, {
			chatId: dialog,
			from: clock.now() + 10,
			backward: 3,
			getMessages: true,
		});
		expect(messages.map((one: Payload) => one.text)).toEqual(['lost', 'first', 'second']);
	});

	it('unknown opcodes, changed types, RECONNECT and a server ping', async () => {
		const web = await online();
		sandbox.control.push({
			account: anna,
			opcode: 999,
			payload: { surprise: { $int: '117263822972066856' } },
		});
		expect(await web.push(999)).toEqual({ surprise: 117263822972066856n });
		sandbox.control.setFaults({
			mutations: [{ opcode: 128, path: 'message.time', value: 'soon', count: 1 }],
		});
		write('typed wrongly');
		expect((await web.push(128)).message.time).toBe('soon');
		write('right again');
		expect((await web.push(128)).message.time).toBeTypeOf('number');
		sandbox.control.reconnect({ account: anna, redirectHost: 'evil.example' });
		expect(await web.push(3)).toEqual({ redirectHost: 'evil.example' });
		sandbox.control.ping();
		const ping = await web.take((frame) => frame.cmd === 0 && frame.opcode === 1);
		web.send(1, ping.seq, 1, null);
		await web.settle();
		expect(sandbox.control.requests({ opcode: 1 }).map((one) => one.cmd)).toContain(1);
	});
});

describe('replies and connections', () => {
	it('carries out a send whose reply is lost; the same cid finds it', async () => {
		const web = await online();
		sandbox.control.setFaults({ dropReplies: [{ opcode: 64, count: 1 }] });
		const message = { cid: 4711, text: 'ambiguous', attaches: [] };
		void web.request(64, { chatId: dialog, message });
		const again = await web.ok(64, { chatId: dialog, message });
		expect(again.message.text).toBe('ambiguous');
		expect(
			sandbox.control.messages({ chatId: String(dialog) }).filter((one) => one.cid === '4711'),
		).toHaveLength(1);
	});

	it.each(['tcp', 'websocket'] as const)('%s: half a reply, then the cut', async (front) => {
		const client = await online(front);
		sandbox.control.setFaults({ cutInReply: [{ opcode: 64, count: 1 }] });
		void client.request(64, { chatId: dialog, message: { cid: 1, text: 'x', attaches: [] } });
		await client.closed;
		expect(client.frames.filter((frame) => frame.opcode === 64)).toEqual([]);
		expect(sandbox.control.messages({ chatId: String(dialog) }).at(-1)?.text).toBe('x');
	});

	it('answers errors instead: flood, not ready, anything, a given number of times', async () => {
		const web = await online();
		sandbox.control.setFaults({ errors: [{ opcode: 64, error: 'too.many.requests', count: 2 }] });
		const request = { chatId: dialog, message: { cid: 9, text: 'x', attaches: [] } };
		expect(await web.refused(64, request)).toBe('too.many.requests');
		expect(await web.refused(64, request)).toBe('too.many.requests');
		await web.ok(64, request);
		sandbox.control.setFaults({ attachmentNotReady: 1 });
		const sticker = { chatId: dialog, message: { cid: 10, attaches: [{ _type: 'STICKER', stickerId: 5 }] } };
		expect(await web.refused(64, sticker)).toBe('attachment.not.ready');
		await web.ok(64, sticker);
	});

	it('silent: carries out and says nothing; half-open: not even that', async () => {
		const web = await online();
		sandbox.control.setFaults({ silent: true });
		void web.request(64, { chatId: dialog, message: { cid: 1, text: 'heard', attaches: [] } });
		await expect.poll(() => sandbox.control.messages({ chatId: String(dialog) }).at(-1)?.text).toBe('heard');
		sandbox.control.setFaults({ silent: false, halfOpen: true });
		const read = sandbox.control.connections()[0]?.bytesIn ?? 0;
		void web.request(64, { chatId: dialog, message: { cid: 2, text: 'unheard', attaches: [] } });
		await expect.poll(() => sandbox.control.connections()[0]?.bytesIn).toBeGreaterThan(read);
		expect(sandbox.control.messages({ chatId: String(dialog) }).at(-1)?.text).toBe('heard');
		expect(web.frames.filter((frame) => frame.opcode === 64)).toEqual([]);
	});

	it('replies out of order', async () => {
		const web = await online();
		sandbox.control.setFaults({ reorderReplies: true });
		const first = web.request(48, { chatIds: [dialog] });
		const second = web.request(32, { contactIds: [Number(boris)] });
		await Promise.all([first, second]);
		expect(web.frames.slice(-2).map((frame) => frame.opcode)).toEqual([32, 48]);
	});

	it('faults can be meant for one account only', async () => {
		const [web, partner] = [await online(), await online('websocket', 1)];
		sandbox.control.setFaults({ accounts: [anna], silent: true });
		await partner.settle();
		sandbox.control.clearFaults();
		await web.settle();
	});

	it('fails up- and downloads, and processing', async () => {
		const web = await online();
		sandbox.control.injectMessage({ from: boris, to: anna, media: [{ kind: 'photo' }] });
		const { baseUrl, photoId } = (await web.push(128)).message.attaches[0];
		const dispatcher = new Agent({ connect: { ca: sandbox.cert } });
		const get = () =>
			fetch(baseUrl as string, { dispatcher }).then((one) => one.arrayBuffer().then(() => one.status));
		sandbox.control.setFaults({
			media: [
				{ what: 'download', status: 503, count: 1 },
				{ what: 'download', status: 0, count: 1 },
			],
		});
		expect(await get()).toBe(503);
		await expect(get()).rejects.toThrow();
		expect(await get()).toBe(200);
		await expect
			.poll(() => sandbox.control.transfers({ media: String(photoId) }).map((one) => one.status))
			.toEqual([503, 0, 200]);
		sandbox.control.setFaults({ processingFailures: 1 });
		const slot = (await web.ok(87, { count: 1 })).info[0];
		await fetch(slot.url as string, {
			method: 'POST',
			body: 'x',
			headers: { 'content-range': 'bytes 0-0/1' },
			dispatcher,
		});
		expect((await web.push(136)).error).toContain('not.processed');
		await dispatcher.destroy();
	});

	it('goes away for a while and comes back on the same ports', async () => {
		const web = await online();
		const address = sandbox.addresses.websocket;
		await sandbox.control.stopListening({ forMs: 30_000 });
		await web.closed;
		await expect(RawClient.open(sandbox, 'websocket')).rejects.toThrow('ECONNREFUSED');
		clock.advance(30_000);
		await expect
			.poll(() =>
				online().then(
					() => 'back',
					() => 'away',
				),
			)
			.toBe('back');
		expect(sandbox.addresses.websocket).toBe(address);
	});

	it('cuts every connection of an account at once', async () => {
		const all = [await online('tcp'), await online('json'), await online('websocket')];
		const partner = await online('websocket', 1);
		expect(sandbox.control.cut({ account: anna })).toEqual({ cut: 3 });
		await Promise.all(all.map((one) => one.closed));
		await partner.settle();
	});
});

describe('what the log proves', () => {
	it('counts LOGINs and simultaneous connections per session', async () => {
		const first = await online();
		const second = await online();
		first.close();
		await first.closed;
		await expect
			.poll(() => sandbox.control.logins({ account: anna }).find((one) => one.deviceType === 'WEB'))
			.toMatchObject({ logins: 2, connections: { now: 1, peak: 2 }, token: sandbox.accounts[0].web?.token });
		await second.settle();
	});

	it('finds an older connection that wrote after a newer one had begun, and only that', async () => {
		const first = await online();
		await first.settle();
		first.close();
		await first.closed;
		const second = await online();
		expect(sandbox.control.overlaps()).toEqual([]);
		await online();
		await second.settle();
		const [overlap] = sandbox.control.overlaps();
		expect(overlap).toMatchObject({ account: anna, older: 2, newer: 3 });
	});

	it('keeps requests with their outcome, and acknowledgements', async () => {
		const web = await online();
		write('ack me');
		const push = await web.take((frame) => frame.opcode === 128);
		web.send(1, push.seq, 128, { chatId: dialog, messageId: push.payload.message.id });
		await web.refused(49, {});
		expect(sandbox.control.requests({ opcode: 49 })).toMatchObject([
			{ outcome: 'proto.payload', account: anna },
		]);
		expect(sandbox.control.requests({ opcode: 128 })).toMatchObject([
			{ cmd: 1, payload: { chatId: String(dialog), messageId: push.payload.message.id.toString() } },
		]);
		sandbox.control.clearLog();
		expect(sandbox.control.requests()).toEqual([]);
	});

	it('numbers injected messages over chats, in order per chat', async () => {
		const injected = sandbox.control.injectMany({ to: anna, chats: 50, count: 1000 });
		expect(new Set(injected.map((one) => one.chatId)).size).toBe(50);
		for (const chatId of new Set(injected.map((one) => one.chatId))) {
			const times = injected.filter((one) => one.chatId === chatId).map((one) => one.time);
			expect(new Set(times).size).toBe(20);
		}
		const web = await RawClient.online(sandbox, sandbox.accounts[0], 'websocket', { chatsCount: 100 });
		clients.push(web);
		expect(web.login.chats).toHaveLength(54);
		const { messages } = await web.ok(49, {
			chatId: Number(injected[0]?.chatId),
			from: clock.now() + 1000,
			backward: 30,
		});
		expect(messages.map((one: Payload) => one.text)).toEqual(
			Array.from({ length: 20 }, (_, index) => `#${1 + index * 50}`),
		);
	});
});

describe('control plane and command line', () => {
	it('refuses unknown switches and wrong types', async () => {
		expect(() => sandbox.control.setFaults({ losePush: 'often' } as never)).toThrow();
		const response = await fetch(`${sandbox.addresses.control}/_control/set-policy`, {
			method: 'POST',
			body: JSON.stringify({ compressoin: 'never' }),
		});
		expect(response.status).toBe(400);
	});

	it('npm run sandbox prints one JSON object first and serves until it is stopped', async () => {
		const child = spawn(
			process.execPath,
			[
				'--conditions=source',
				'--import',
				'tsx',
				'test/sandbox/cli.ts',
				'max',
				'--port',
				'0',
				'--policy',
				'compression=never',
			],
			{ stdio: ['ignore', 'pipe', 'inherit'] },
		);
		try {
			const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
			const summary = JSON.parse(line) as {
				addresses: MaxSandbox['addresses'];
				cert: string;
				accounts: MaxSandbox['accounts'];
				control: string;
			};
			expect(summary).toMatchObject({ sandbox: 'max', origin: 'https://web.max.ru' });
			const web = await RawClient.open(summary as unknown as MaxSandbox, 'json');
			await web.ok(6, { userAgent: { deviceType: 'WEB', appVersion: '26.9.8' }, deviceId: 'd' });
			const login = await web.ok(19, { ...loginRequest, token: summary.accounts[0].web?.token });
			expect(login.profile.contact.id).toBe(12345678);
			const policy = (await (await fetch(`${summary.control}/policy`)).json()) as { compression: string };
			expect(policy.compression).toBe('never');
			web.close();
		} finally {
			child.kill('SIGTERM');
			await once(child, 'exit');
		}
	});
});
