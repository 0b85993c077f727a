import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MediaOutput, MediaSource, OpenAccount } from '../../../../src/contract';
import type { MaxAccount } from '../../../../src/channels/max/account';
import { TestIntents } from '../../../support/driver-services';
import { passes, until } from '../../../support/manual-clock';
import type { Journal } from '../support/journal';
import { item, run } from '../support/run';
import { ANNA, BORIS, DIALOG, openReading, Scene } from '../support/scene';

let scene: Scene;
let open: OpenAccount<MaxAccount>;
let boris: OpenAccount<MaxAccount>;
let received: Journal;
beforeEach(async () => {
	scene = await Scene.start();
	({ open } = await openReading(scene));
	({ open: boris, journal: received } = await openReading(scene, { account: 1 }));
});
afterEach(async () => {
	expect(scene.control.failures({})).toEqual([]);
	await scene.close();
});

/** the smallest PNG there is */
const PNG = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
	'base64',
);
const OPUS = Buffer.concat([
	Buffer.from('OggS'),
	Buffer.alloc(24),
	Buffer.from('OpusHead'),
	Buffer.alloc(200, 7),
]);

function file(bytes: Buffer, fileName: string, mimeType: string, known = true): MediaSource {
	return {
		kind: 'stream',
		fileName,
		mimeType,
		open: async () => Readable.from([bytes]),
		...(known ? { size: bytes.length } : {}),
	};
}

async function bytesOf(media: MediaOutput[] | undefined): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of media![0]!.stream as AsyncIterable<Buffer>) chunks.push(chunk);
	return Buffer.concat(chunks);
}

async function lastReceived(count = 1) {
	await until(() => received.entries.length >= count, 'it is received', 20_000);
	return received.entries.at(-1)!.event;
}

describe('round trips, byte for byte', () => {
	it('a photo', async () => {
		await item(
			open,
			'message.sendMedia',
			{ chatId: DIALOG, text: 'look' },
			{ media: [file(PNG, 'a.png', 'image/png')] },
		);
		const event = await lastReceived();
		expect(event).toMatchObject({ text: 'look', media: { has_images: true } });
		const { items, media } = await run(boris, 'media.download', { ref: event.media.images[0]!.ref });
		expect(items[0]).toMatchObject({ mime_type: 'image/png' });
		expect(await bytesOf(media)).toEqual(PNG);
	});

	it('a file, also one whose size nobody told', async () => {
		const bytes = Buffer.from('какие-то байты'.repeat(1000));
		for (const known of [true, false]) {
			await item(
				open,
				'message.sendMedia',
				{ chatId: DIALOG, kind: 'file' },
				{ media: [file(bytes, 'отчёт 1.txt', 'text/plain', known)] },
			);
			const event = await lastReceived(known ? 1 : 2);
			expect(event.media.documents[0]).toMatchObject({ file_name: 'отчёт 1.txt', size: bytes.length });
			const { media } = await run(boris, 'media.download', { ref: event.media.documents[0]!.ref });
			expect(media![0]!.fileName).toBe('отчёт 1.txt');
			expect(await bytesOf(media)).toEqual(bytes);
		}
	});

	it('forwarded files, by where they stand or, where that is refused, by where they come from', async () => {
		const base64 = Buffer.from('forwarded').toString('base64');
		const chatId = scene.sandbox.demo.groupId;
		const { messageId } = scene.control.injectMessage({
			from: ANNA,
			chatId,
			text: 'two files',
			media: [
				{ kind: 'photo', base64 },
				{ kind: 'file', base64, name: 'a.txt' },
			],
		});
		scene.control.injectMessage({ from: ANNA, to: BORIS, forwardOf: { chatId, messageId } });
		const { text, media } = await lastReceived(2);
		expect(text).toBe('two files');
		for (const ref of [media.images[0]!.ref, media.documents[0]!.ref])
			expect(await bytesOf((await run(boris, 'media.download', { ref })).media)).toEqual(
				Buffer.from('forwarded'),
			);
		scene.control.setFaults({ errors: [{ opcode: 88, error: 'not.found', count: 1 }] });
		await run(boris, 'media.download', { ref: media.documents[0]!.ref });
		expect(JSON.stringify(scene.control.requests({ opcode: 88 }).at(-1)!.payload)).toContain(messageId);
	});

	it('a voice; what is no OGG with Opus is refused, or goes as a file', async () => {
		await item(
			open,
			'message.sendMedia',
			{ chatId: DIALOG, kind: 'voice', durationSeconds: 3 },
			{ media: [file(OPUS, 'v.ogg', 'audio/ogg')] },
		);
		const event = await lastReceived();
		expect(event.media).toMatchObject({ has_voice: true, voice_ref: expect.any(String) as string });
		expect(
			await bytesOf((await run(boris, 'media.download', { ref: event.media.voice_ref! })).media),
		).toEqual(OPUS);
		const mp3 = file(Buffer.from('ID3 and so on'), 'song.mp3', 'audio/mpeg');
		await expect(
			item(open, 'message.sendMedia', { chatId: DIALOG, kind: 'voice' }, { media: [mp3] }),
		).rejects.toMatchObject({ code: 'media_not_supported' });
		await item(
			open,
			'message.sendMedia',
			{ chatId: DIALOG, kind: 'voice', ifNotVoice: 'audio' },
			{ media: [mp3] },
		);
		expect((await lastReceived(2)).media.documents[0]).toMatchObject({ file_name: 'song.mp3' });
	});

	it('a voice and a round video that MAX thinks this version cannot show, also sent on', async () => {
		scene.control.setPolicy({ unsupportedOnWeb: true });
		const base64 = OPUS.toString('base64');
		for (const kind of ['audio', 'note'] as const)
			scene.control.injectMessage({ from: ANNA, to: BORIS, media: [{ kind, base64 }] });
		await lastReceived(2);
		const [voice, note] = received.entries.map(({ event }) => event);
		expect(voice).toMatchObject({ media: { has_voice: true }, meta: { original_media_type: 'audio' } });
		expect(note).toMatchObject({
			media: { videos: [{ kind: 'video_note' }] },
			meta: { original_media_type: 'video' },
		});
		for (const ref of [voice!.media.voice_ref!, note!.media.videos[0]!.ref]) {
			expect(await bytesOf((await run(boris, 'media.download', { ref })).media)).toEqual(OPUS);
			await item(boris, 'message.sendMedia', { chatId: DIALOG }, { media: [{ kind: 'ref', ref }] });
		}
		const sent = scene.control.messages({ chatId: DIALOG }).slice(-2);
		expect(sent.map(({ attaches }) => attaches[0]!.kind)).toEqual(['AUDIO', 'VIDEO']);
	});

	it('a video of 200 MB streams both ways without being held', async () => {
		const total = 200 * 1024 * 1024;
		const part = Buffer.alloc(64 * 1024, 'video');
		const hash = createHash('sha256');
		const source: MediaSource = {
			kind: 'stream',
			fileName: 'v.mp4',
			mimeType: 'video/mp4',
			size: total,
			open: async () =>
				Readable.from(
					(function* () {
						for (let at = 0; at < total; at += part.length) {
							hash.update(part);
							yield part;
						}
					})(),
				),
		};
		const before = process.memoryUsage().arrayBuffers;
		await item(open, 'message.sendMedia', { chatId: DIALOG }, { media: [source] });
		const event = await lastReceived();
		const { media } = await run(boris, 'media.download', { ref: event.media.videos[0]!.ref });
		const got = createHash('sha256');
		let size = 0;
		let peak = 0;
		for await (const chunk of media![0]!.stream as AsyncIterable<Buffer>) {
			got.update(chunk);
			size += chunk.length;
			peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
		}
		expect(size).toBe(total);
		expect(got.digest('hex')).toBe(hash.digest('hex'));
		// Freed buffers wait for the collector; what counts is that the file never stood in memory as a whole.
		expect(peak).toBeLessThan(total * 0.75);
	}, 60_000);
});

it('an album is one message, a file beside it another', async () => {
	const { items } = await run(
		open,
		'message.sendMedia',
		{ chatId: DIALOG, text: 'five' },
		{
			media: [
				...Array.from({ length: 5 }, (_, n) => file(PNG, `${String(n)}.png`, 'image/png')),
				file(Buffer.from('x'), 'x.bin', 'application/octet-stream'),
			],
		},
	);
	expect(items).toHaveLength(2);
	await until(() => received.entries.length === 2, 'both');
	expect(received.entries.map(({ event }) => event.media.images.length)).toEqual([5, 0]);
	expect(received.entries.map(({ event }) => event.text)).toEqual(['five', '']);
});

it('a received file is sent on without being downloaded', async () => {
	await item(open, 'message.sendMedia', { chatId: DIALOG }, { media: [file(PNG, 'a.png', 'image/png')] });
	const { ref } = (await lastReceived()).media.images[0]!;
	const requests = scene.control.requests({ opcode: 80 }).length;
	await item(
		boris,
		'message.sendMedia',
		{ chatId: scene.sandbox.demo.groupId },
		{ media: [{ kind: 'ref', ref }] },
	);
	expect(scene.control.requests({ opcode: 80 })).toHaveLength(requests);
	expect(scene.control.messages({ chatId: scene.sandbox.demo.groupId }).at(-1)!.attaches[0]!.kind).toBe(
		'PHOTO',
	);
});

it('an attachment that is not ready is asked again with the same cid, until it is', async () => {
	scene.control.setFaults({ attachmentNotReady: 3 });
	const intents = new TestIntents();
	const sending = item(
		open,
		'message.sendMedia',
		{ chatId: DIALOG, kind: 'file' },
		{ media: [file(Buffer.from('x'), 'x.bin', 'text/plain')], intent: intents.handle('k') },
	);
	// The upload needs real milliseconds: time goes on in steps that leave it some.
	await passes(scene.clock, () => scene.control.requests({ opcode: 64 }).length === 4, 'four tries', {
		stepMs: 500,
		steps: 200,
	});
	await sending;
	const cids = scene.control
		.requests({ opcode: 64 })
		.map(({ payload }) => (payload as { message: { cid: string } }).message.cid);
	expect(new Set(cids).size).toBe(1);
});

it('a file that the service works on for a while is waited for', async () => {
	scene.control.setPolicy({ processingMs: 3_000 });
	const sending = item(
		open,
		'message.sendMedia',
		{ chatId: DIALOG, kind: 'file' },
		{ media: [file(Buffer.from('x'), 'x.bin', 'text/plain')] },
	);
	await until(() => scene.control.requests({ opcode: 87 }).length === 1, 'the slot');
	// The upload needs real milliseconds: the service's time goes on in steps that leave it some.
	let steppedAt = performance.now();
	await until(
		() => {
			if (performance.now() - steppedAt > 10) {
				scene.control.advance({ ms: 500 });
				steppedAt = performance.now();
			}
			return scene.control.requests({ opcode: 64 }).length === 1;
		},
		'the send',
		5_000_000,
	);
	await sending;
});

it('addresses that have expired are asked for anew; a stored one says what to do', async () => {
	scene.control.setPolicy({ photoUrlTtlMs: 5_000 });
	await item(open, 'message.sendMedia', { chatId: DIALOG }, { media: [file(PNG, 'a.png', 'image/png')] });
	const image = (await lastReceived()).media.images[0]!;
	scene.control.advance({ ms: 10_000 });
	await expect(run(boris, 'media.download', { url: image.url! })).rejects.toMatchObject({
		code: 'media_expired',
	});
	expect(await bytesOf((await run(boris, 'media.download', { ref: image.ref })).media)).toEqual(PNG);
});

it('a voice that the service gives no address for by its id is fetched by the one in its message', async () => {
	scene.control.injectMessage({ from: ANNA, to: BORIS, media: [{ kind: 'audio' }] });
	const { media } = await lastReceived();
	scene.control.setFaults({ errors: [{ opcode: 301, error: 'proto.opcode', count: 1 }] });
	const { items, media: files } = await run(boris, 'media.download', { ref: media.voice_ref! });
	expect(items).toMatchObject([{ kind: 'audio' }]);
	expect((await bytesOf(files)).subarray(0, 4).toString()).toBe('OggS');
});

it('a file of a dangerous kind says so', async () => {
	scene.control.injectMessage({ from: ANNA, to: BORIS, media: [{ kind: 'file', name: 'a.exe' }] });
	scene.control.injectMessage({ from: ANNA, to: BORIS, media: [{ kind: 'file', name: 'a.txt' }] });
	await lastReceived(2);
	const refs = received.entries.map(({ event }) => event.media.documents[0]!.ref);
	const items: unknown[] = [];
	for (const ref of refs) {
		const {
			items: [item],
			media,
		} = await run(boris, 'media.download', { ref });
		await bytesOf(media);
		items.push(item);
	}
	expect(items).toMatchObject([{ unsafe: true }, { unsafe: false }]);
});

it('a voice is turned into text', async () => {
	const { messageId } = scene.control.injectMessage({
		from: BORIS,
		to: ANNA,
		media: [{ kind: 'audio', base64: OPUS.toString('base64') }],
		transcription: 'сказано',
	});
	expect(await item(open, 'message.transcribe', { chatId: DIALOG, messageId })).toMatchObject({
		pending: false,
		text: 'сказано',
	});
});

it('an own avatar and a picture of a group', async () => {
	await item(open, 'profile.update', { firstName: 'Anna' }, { media: [file(PNG, 'me.png', 'image/png')] });
	await item(
		open,
		'chat.setPhoto',
		{ chatId: scene.sandbox.demo.groupId },
		{ media: [file(PNG, 'us.png', 'image/png')] },
	);
	expect((await item(open, 'profile.get'))['avatar_url']).toEqual(expect.any(String));
});
