/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return --
   a reply is whatever came over the wire; a member that is missing or of another type fails its expectation */
/** Up- and download of the fake MAX over HTTP, as clients do it. */
import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Agent, fetch, FormData } from '#lib/undici';
import { AdvanceableClock, startMaxSandbox } from './max';
import type { MaxSandbox } from './max';
import { RawClient } from './max/testing/client';
import type { Payload } from './max/testing/client';

let sandbox: MaxSandbox;
let clock: AdvanceableClock;
let dispatcher: Agent;
let web: RawClient;
let partner: RawClient;
const dialog = 92610303;
const png = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAYAAAC56t6BAAAAC0lEQVR4nGNgwAQAABUAATSjr0kAAAAASUVORK5CYII=',
	'base64',
);

beforeEach(async () => {
	clock = new AdvanceableClock(Date.UTC(2026, 9, 1), false);
	sandbox = await startMaxSandbox({ clock, seed: 5 });
	dispatcher = new Agent({ connect: { ca: sandbox.cert } });
	web = await RawClient.online(sandbox, sandbox.accounts[0]);
	partner = await RawClient.online(sandbox, sandbox.accounts[1], 'tcp');
});
afterEach(async () => {
	web.close();
	partner.close();
	await dispatcher.destroy();
	expect(sandbox.control.failures()).toEqual([]);
	await sandbox.close();
});

let cid = 5000;
function send(attaches: Payload[], text = ''): Promise<Payload> {
	cid += 1;
	return web.request(64, { chatId: dialog, message: { cid, text, attaches } });
}

function range(from: number, part: Uint8Array, total: number, name = 'bytes '): Record<string, string> {
	return {
		'content-range': `${name}${from}-${from + part.length - 1}/${total}`,
		'content-disposition': `attachment; filename=${encodeURIComponent('отчёт.pdf')}`,
		'content-type': 'application/x-binary; charset=x-user-defined',
	};
}

function post(url: string, body: Uint8Array | FormData, headers: Record<string, string> = {}) {
	return fetch(url, { method: 'POST', body, headers, dispatcher });
}

async function bytesOf(url: string): Promise<Buffer> {
	const response = await fetch(url, { dispatcher });
	expect(response.status).toBe(200);
	return Buffer.from(await response.arrayBuffer());
}

function form(...parts: Uint8Array[]): FormData {
	const data = new FormData();
	for (const part of parts)
		data.append('file', new Blob([Buffer.from(part)], { type: 'image/png' }), 'photo.png');
	return data;
}

describe('photos', () => {
	it('multipart in, token out, sent as an album, served until they expire', async () => {
		const { url } = await web.ok(80, { count: 2, profile: false });
		const photos: Record<string, { token: string }> = {};
		for (let index = 0; index < 2; index += 1) {
			const answer = await post(url, form(png));
			expect(answer.status).toBe(200);
			Object.assign(photos, ((await answer.json()) as { photos: object }).photos);
		}
		// Clients find their token under the id that stood in the address.
		expect(Object.keys(photos).join(',')).toBe(new URL(url as string).searchParams.get('photoIds'));
		expect((await post(url, form(png))).status).toBe(403);
		const attaches = Object.values(photos).map(({ token }) => ({ _type: 'PHOTO', photoToken: token }));
		expect((await send(attaches, 'album')).cmd).toBe(1);
		const { message } = await partner.push(128);
		expect(message.attaches).toHaveLength(2);
		expect(message.attaches[0]).toMatchObject({ _type: 'PHOTO', width: 2, height: 3 });
		expect(await bytesOf(message.attaches[0].baseUrl)).toEqual(png);
		expect((await fetch(`${message.attaches[0].baseUrl}0`, { dispatcher })).status).toBe(403);
		clock.advance(86_400_001);
		expect((await fetch(message.attaches[0].baseUrl, { dispatcher })).status).toBe(410);
	});

	it('refuses what is no image, and no form', async () => {
		const { url } = await web.ok(80, { count: 1 });
		expect((await post(url, png)).status).toBe(400);
		const text = new FormData();
		text.append('file', new Blob(['x'], { type: 'text/plain' }), 'x.txt');
		expect((await post(url, text)).status).toBe(400);
		expect((await send([{ _type: 'PHOTO', photoToken: 'unknown' }])).payload.error).toBe('proto.payload');
	});
});

describe('files', () => {
	it('raw upload, push 136 to the uploader, byte for byte back, address expires', async () => {
		const bytes = randomBytes(300_000);
		const slot = (await web.ok(87, { count: 1 })).info[0];
		expect((await send([{ _type: 'FILE', fileId: slot.fileId }])).payload.error).toBe('attachment.not.ready');
		expect((await post(slot.url, bytes, range(0, bytes, bytes.length))).status).toBe(200);
		expect(await web.push(136)).toEqual({ fileId: slot.fileId });
		expect((await post(slot.url, bytes, range(0, bytes, bytes.length))).status).toBe(403);
		const sent = await send([{ _type: 'FILE', fileId: slot.fileId }]);
		const attach = (await partner.push(128)).message.attaches[0];
		expect(attach).toMatchObject({ _type: 'FILE', name: 'отчёт.pdf', size: 300_000, fileId: slot.fileId });
		const { url, unsafe } = await partner.ok(88, {
			chatId: dialog,
			messageId: sent.payload.message.id,
			fileId: slot.fileId,
		});
		expect(unsafe).toBe(false);
		expect(await bytesOf(url)).toEqual(bytes);
		const part = await fetch(url, { dispatcher, headers: { range: 'bytes=10-19' } });
		expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, bytes.subarray(10, 20)]);
		expect(await web.refused(88, { chatId: dialog, messageId: sent.payload.message.id, fileId: 1 })).toBe(
			'not.found',
		);
		clock.advance(3_600_001);
		expect((await fetch(url, { dispatcher })).status).toBe(410);
	});

	it('wants Content-Range to match, one file per message, takes multipart too', async () => {
		const bytes = randomBytes(100);
		const slot = (await web.ok(87, { count: 1 })).info[0];
		expect((await post(slot.url, bytes)).status).toBe(400);
		expect((await post(slot.url, bytes, range(0, bytes.subarray(1), 99))).status).toBe(400);
		expect((await post(slot.url, form(bytes))).status).toBe(200);
		const file = { _type: 'FILE', fileId: slot.fileId };
		const two = await send([file, file]);
		expect(two.payload.message).toBe('Must be only one file attachment in message');
		expect((await send([file])).cmd).toBe(1);
	});

	it('stays not ready until processing is over, and the same cid then goes through once', async () => {
		sandbox.control.setPolicy({ processingMs: 5000 });
		const bytes = randomBytes(10);
		const slot = (await web.ok(87, { count: 1 })).info[0];
		await post(slot.url, bytes, range(0, bytes, 10, ''));
		const message = { cid: 77, text: 'file', attaches: [{ _type: 'FILE', fileId: slot.fileId }] };
		expect(await web.refused(64, { chatId: dialog, message })).toBe('attachment.not.ready');
		clock.advance(5000);
		await web.push(136);
		const first = await web.ok(64, { chatId: dialog, message });
		const again = await web.ok(64, { chatId: dialog, message });
		expect(again.message.id).toBe(first.message.id);
		sandbox.control.setPolicy({ processingMs: 0 });
	});
});

describe('video and voice', () => {
	it('chunks in any order, resume offset, playback addresses', async () => {
		const bytes = randomBytes(250_000);
		const slot = (await web.ok(82, { count: 1 })).info[0];
		const chunk = (from: number, to: number) =>
			post(slot.url, bytes.subarray(from, to), range(from, bytes.subarray(from, to), bytes.length));
		const offset = async () =>
			(await fetch(slot.url, { dispatcher, headers: { 'x-uploading-mode': 'parallel' } })).text();
		expect(await offset()).toBe('0');
		expect((await chunk(0, 100_000)).status).toBe(201);
		expect(await offset()).toBe('100000');
		const rest = await Promise.all([chunk(200_000, 250_000), chunk(100_000, 200_000)]);
		expect(rest.map((one) => one.status).sort()).toEqual([200, 201]);
		expect(await web.push(136)).toEqual({ videoId: slot.videoId });
		const attach = { _type: 'VIDEO', videoId: slot.videoId, token: slot.token };
		expect((await send([{ ...attach, token: 'other' }])).payload.error).toBe('proto.payload');
		const sent = await send([attach]);
		const urls = await web.ok(83, {
			chatId: dialog,
			messageId: sent.payload.message.id,
			videoId: slot.videoId,
		});
		const digest = (data: Buffer) => createHash('sha256').update(data).digest('hex');
		expect(digest(await bytesOf(urls.MP4_720))).toBe(digest(bytes));
	});

	it('a voice message: wave checked, 136 with audioId, transcription as a push', async () => {
		const bytes = randomBytes(2000);
		const slot = (await web.ok(82, { count: 1, type: 2, uploaderType: 1 })).info[0];
		await post(slot.url, bytes, range(0, bytes, 2000));
		expect(await web.push(136)).toEqual({ audioId: slot.videoId });
		const voice = { _type: 'AUDIO', audioId: slot.videoId, token: slot.token, duration: 3000 };
		const wrong = await send([{ ...voice, wave: new Uint8Array(80).fill(200) }]);
		expect(wrong.payload.message).toBe('Invalid media wave');
		const sent = await send([{ ...voice, wave: new Uint8Array(80).fill(9) }]);
		const attach = (await partner.push(128)).message.attaches[0];
		expect(attach).toMatchObject({ _type: 'AUDIO', duration: 3000 });
		expect(await bytesOf(attach.url)).toEqual(bytes);
		const target = { chatId: dialog, messageId: sent.payload.message.id };
		expect(await bytesOf((await web.ok(301, { ...target, audioId: slot.videoId })).OGG)).toEqual(bytes);
		await web.ok(202, target);
		clock.advance(0);
		expect(await web.push(293)).toMatchObject({
			messageId: target.messageId,
			transcriptionStatus: 'SUCCESS',
		});
	});

	it('an upload that breaks off leaves the address usable', async () => {
		const bytes = randomBytes(64_000);
		const slot = (await web.ok(82, { count: 1 })).info[0];
		const abort = new AbortController();
		const broken = new ReadableStream({
			start(controller) {
				controller.enqueue(bytes.subarray(0, 1000));
			},
			pull() {
				setImmediate(() => abort.abort());
			},
		});
		const headers = { 'content-range': 'bytes 0-63999/64000' };
		await expect(
			fetch(slot.url, {
				method: 'POST',
				body: broken,
				headers,
				duplex: 'half',
				signal: abort.signal,
				dispatcher,
			}),
		).rejects.toThrow();
		expect((await post(slot.url, bytes, range(0, bytes, 64_000))).status).toBe(200);
	});
});

it('injected media can be downloaded, and tell what they are', async () => {
	const injected = sandbox.control.injectMessage({
		from: '87654321',
		to: '12345678',
		media: [
			{ kind: 'photo', base64: png.toString('base64') },
			{ kind: 'audio', durationMs: 900 },
			{ kind: 'file', name: 'setup.exe' },
		],
	});
	const { attaches } = (await web.push(128)).message;
	expect(attaches.map((one: Payload) => one._type)).toEqual(['PHOTO', 'AUDIO', 'FILE']);
	expect(attaches[1].duration).toBe(900);
	const file = await web.ok(88, {
		chatId: dialog,
		messageId: BigInt(injected.messageId),
		fileId: attaches[2].fileId,
	});
	expect(file.unsafe).toBe(true);
});
