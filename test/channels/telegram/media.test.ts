import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { telegramDriver } from '../../../src/channels/telegram';
import type { ChannelEvent, JsonObject, MediaSource } from '../../../src/contract';
import { refsOf } from '../../../src/n8n/media-in';
import { Values } from '../../../src/n8n/parameters';
import { until } from '../../support/manual-clock';
import { startBench, testIntent } from './fixture';
import { recording } from './recording';

function file(
	bytes: Buffer,
	fileName: string,
	mimeType: string,
	size: number | null = bytes.length,
): MediaSource {
	const cut = Array.from({ length: Math.ceil(bytes.length / 70_000) }, (_, index) =>
		bytes.subarray(index * 70_000, (index + 1) * 70_000),
	);
	return {
		kind: 'stream',
		open: () => Promise.resolve(Readable.from(cut)),
		fileName,
		mimeType,
		...(size === null ? {} : { size }),
	};
}

const pattern = (length: number): Buffer =>
	Buffer.from(Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 255));

/** A 1×1 picture. */
const png = (): Buffer =>
	Buffer.from(
		'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==',
		'base64',
	);

/** The head of a WebP; nothing here looks further. */
function webp(): Buffer {
	const head = Buffer.alloc(40);
	head.write('RIFF', 0);
	head.write('WEBPVP8 ', 8);
	head.writeUInt16LE(512, 26);
	head.writeUInt16LE(512, 28);
	return head;
}

function box(type: string, ...content: Buffer[]): Buffer {
	const body = Buffer.concat(content);
	const head = Buffer.alloc(8);
	head.writeUInt32BE(body.length + 8, 0);
	head.write(type, 4, 'latin1');
	return Buffer.concat([head, body]);
}

/** An MP4 with a description and no pictures. `before`: bytes of `mdat` that come first. */
function mp4(film: {
	width: number;
	height: number;
	seconds: number;
	before?: number;
	turned?: boolean;
}): Buffer {
	const mvhd = Buffer.alloc(100);
	mvhd.writeUInt32BE(1_000, 12);
	mvhd.writeUInt32BE(film.seconds * 1_000, 16);
	const tkhd = Buffer.alloc(84);
	// The matrix: upright, or turned by a quarter.
	const places = film.turned === true ? [44, 52] : [40, 56];
	for (const at of places) tkhd.writeUInt32BE(0x10000, at);
	tkhd.writeUInt32BE(film.width * 65_536, 76);
	tkhd.writeUInt32BE(film.height * 65_536, 80);
	const moov = box('moov', box('mvhd', mvhd), box('trak', box('tkhd', tkhd)));
	const mdat = box('mdat', Buffer.alloc(film.before ?? 100));
	const brand = box('ftyp', Buffer.from('isomisom'));
	return Buffer.concat(film.before === undefined ? [brand, moov, mdat] : [brand, mdat, moov]);
}

/** OGG/Opus: the first page, some sound, and a last page that tells where it ends. */
function ogg(seconds: number): Buffer {
	const first = Buffer.alloc(47);
	first.write('OggS', 0);
	first[26] = 1;
	first[27] = 19;
	first.write('OpusHead', 28);
	first.writeUInt16LE(312, 38);
	const last = Buffer.alloc(60);
	last.write('OggS', 0);
	last.writeBigInt64LE(BigInt(seconds * 48_000 + 312), 6);
	return Buffer.concat([first, Buffer.alloc(200_000), last]);
}

/** The number in a name is that of our list of the library's known defects. */
describe('files', () => {
	it.each([
		['one part', 1_000, true],
		['exactly two parts', 2 * 512 * 1024, true],
		['two parts and a byte', 2 * 512 * 1024 + 1, true],
		['of a size nobody told', 1_300_000, false],
	])('go up and come down byte for byte (%s)', async (_name, length, told) => {
		const bench = await startBench();
		const account = await bench.open();
		const bytes = pattern(length);
		const source = file(bytes, 'data.bin', 'application/x-test', told ? length : null);
		await bench.call(account, 'message.sendMedia', { chatId: bench.anna.id, text: 'here' }, undefined, [
			source,
		]);
		const [message] = (await bench.call(account, 'message.getMany', { chatId: bench.anna.id, limit: 1 }))
			.items;
		expect(message).toMatchObject({ text: 'here', media: { has_document: true } });
		const { ref, file_name: name } = (
			message?.['media'] as { documents: { ref: string; file_name: string }[] }
		).documents[0] ?? {
			ref: '',
			file_name: '',
		};
		expect(name).toBe('data.bin');
		const { media } = await bench.call(account, 'media.download', { ref });
		const [output] = media ?? [];
		expect(output).toMatchObject({ fileName: 'data.bin', size: length });
		expect(output === undefined ? null : (await buffer(output.stream)).equals(bytes)).toBe(true);
	});

	it('of many executions share eight parts at a time, so that n8n’s own thread is free in between', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const { control } = bench.sandbox;
		const media = { kind: 'document' as const, size: 3 * 512 * 1024, dc: 2 };
		const { ids } = control.injectMessage({ from: bench.anna.id, to: bench.owner.id, media });
		const ref = `telegram:${bench.anna.id}:${String(ids[bench.owner.id])}`;
		const downloads = await Promise.all(
			Array.from({ length: 10 }, () => bench.call(account, 'media.download', { ref })),
		);
		// What is asked for stays unanswered until no more can come.
		control.setFaults({ hold: true });
		const read = downloads.flatMap(({ media: found = [] }) => found.map(({ stream }) => buffer(stream)));
		const asked = () => control.requests({ method: 'upload.getFile' }).length;
		await until(() => asked() === 8, 'eight parts');
		const typing = bench.call(account, 'message.sendTyping', { chatId: bench.anna.id });
		await until(() => control.requests({ method: 'messages.setTyping' }).length === 1, 'something else');
		expect(asked()).toBe(8);
		control.clearFaults({});
		await typing;
		expect((await Promise.all(read)).map(({ length }) => length)).toEqual(downloads.map(() => media.size));
	});

	it('several of a kind are one album, and a reference is sent without a download', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const files = ['a.txt', 'b.txt', 'c.txt'].map((name) => file(Buffer.from(name), name, 'text/plain'));
		const sent = await bench.call(
			account,
			'message.sendMedia',
			{ chatId: bench.anna.id, text: 'three', kind: 'file' },
			undefined,
			files,
		);
		expect(new Set(sent.items.map((item) => item['message_id'])).size).toBe(3);
		const { items } = await bench.call(account, 'message.getMany', { chatId: bench.anna.id, limit: 3 });
		const albums = items.map((item) => (item['meta'] as { album_id: string | null }).album_id);
		expect(albums[0]).not.toBeNull();
		expect(new Set(albums).size).toBe(1);
		const ref = (items[0]?.['media'] as { documents: { ref: string }[] }).documents[0]?.ref ?? '';
		const uploads = bench.sandbox.control.requests({ method: 'upload.saveFilePart' }).length;
		const again = await bench.call(
			account,
			'message.sendMedia',
			{ chatId: bench.sandbox.demo.groupId },
			undefined,
			[{ kind: 'ref', ref }],
		);
		expect(again.items[0]).toMatchObject({ chat_id: bench.sandbox.demo.groupId });
		expect(bench.sandbox.control.requests({ method: 'upload.saveFilePart' })).toHaveLength(uploads);
	});

	it('mixes photos and videos, and keeps apart what Telegram does', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const sources = [
			file(png(), 'a.png', 'image/png'),
			file(mp4({ width: 640, height: 360, seconds: 7 }), 'b.mp4', 'video/mp4'),
			file(png(), 'c.png', 'image/png'),
			file(Buffer.from('GIF89a' + 'x'.repeat(20)), 'd.gif', 'image/gif'),
			file(Buffer.from('one'), 'e.mp3', 'audio/mpeg'),
			file(Buffer.from('two'), 'f.mp3', 'audio/mpeg'),
			file(Buffer.from('doc'), 'g.txt', 'text/plain'),
		];
		const input = { chatId: bench.anna.id, text: 'caption' };
		const sent = await bench.call(account, 'message.sendMedia', input, undefined, sources);
		expect(sent.items).toHaveLength(sources.length);
		const { items } = await bench.call(account, 'message.getMany', { chatId: bench.anna.id, limit: 7 });
		const metas = items.toReversed().map((item) => item['meta'] as Record<string, unknown>);
		expect(metas.map((meta) => meta['original_media_type'])).toEqual([
			...['photo', 'video', 'photo', 'animation', 'audio', 'audio', 'document'],
		]);
		const albums = metas.map((meta) => meta['album_id']);
		expect(albums[0]).not.toBeNull();
		expect(albums.slice(1, 3)).toEqual([albums[0], albums[0]]);
		expect([albums[3], albums[6]]).toEqual([null, null]);
		expect(albums[4]).toBe(albums[5]);
		expect(albums[4]).not.toBe(albums[0]);
		expect(items.at(-1)).toMatchObject({ text: 'caption' });
		expect(items.slice(0, -1).every((item) => item['text'] === '')).toBe(true);
	});

	it('an album that Telegram has already is found again, each message', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const run = async () => {
			const sources = [file(png(), 'a.png', 'image/png'), file(png(), 'b.png', 'image/png')];
			const input = { chatId: bench.anna.id, text: 'two' };
			const intent = testIntent('00000000000000ee');
			return (await bench.call(account, 'message.sendMedia', input, intent, sources)).items;
		};
		const first = await run();
		const again = await run();
		expect(again.map((item) => item['message_id'])).toEqual(first.map((item) => item['message_id']));
		expect(again.every((item) => item['duplicate'] === true)).toBe(true);
	});

	it('says of a video and a voice what is in the file, and of music what the sender says', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const attributes = async (kind: string, source: MediaSource, more: JsonObject = {}) => {
			const input = { chatId: bench.anna.id, kind, ...more };
			const [sent] = (await bench.call(account, 'message.sendMedia', input, undefined, [source])).items;
			const where = { chatId: bench.anna.id, messageIds: [sent?.['message_id'] as string], includeRaw: true };
			const [message] = (await bench.call(account, 'message.get', where)).items;
			return (message?.['raw'] as { media: { document: { attributes: object[] } } }).media.document
				.attributes;
		};
		const film = mp4({ width: 1920, height: 1080, seconds: 12.5 });
		for (const [name, padded] of [
			['faststart', film],
			['moov last', mp4({ width: 1920, height: 1080, seconds: 12.5, before: 3_000_000 })],
		] as const) {
			expect(await attributes('video', file(padded, `${name}.mp4`, 'video/mp4'))).toEqual(
				expect.arrayContaining([
					expect.objectContaining({ _: 'documentAttributeVideo', duration: 12.5, w: 1920, h: 1080 }),
				]),
			);
		}
		const turned = mp4({ width: 1080, height: 1920, seconds: 3, turned: true });
		expect(await attributes('video', file(turned, 't.mp4', 'video/mp4'))).toEqual(
			expect.arrayContaining([expect.objectContaining({ w: 1920, h: 1080 })]),
		);
		expect(await attributes('voice', file(ogg(154), 'v.ogg', 'audio/ogg'))).toEqual(
			expect.arrayContaining([{ _: 'documentAttributeAudio', voice: true, duration: 154 }]),
		);
		const spoken = recording(Array.from({ length: 200 }, (_, at) => (at < 100 ? 10 : 200)));
		const [voice] = await attributes('voice', file(spoken, 'w.ogg', 'audio/ogg'));
		expect(voice).toMatchObject({
			_: 'documentAttributeAudio',
			voice: true,
			waveform: expect.anything() as object,
		});
		expect(
			await attributes('videoNote', file(mp4({ width: 400, height: 400, seconds: 5 }), 'n.mp4', 'video/mp4')),
		).toEqual(expect.arrayContaining([expect.objectContaining({ round_message: true, w: 400, h: 400 })]));
		const music = { title: 'Song', performer: 'Band', durationSeconds: 61 };
		expect(await attributes('audio', file(Buffer.from('mp3'), 'a.mp3', 'audio/mpeg'), music)).toEqual(
			expect.arrayContaining([
				{ _: 'documentAttributeAudio', duration: 61, title: 'Song', performer: 'Band' },
			]),
		);
		expect(await attributes('sticker', file(webp(), 's.webp', 'image/webp'), { emoji: '🙂' })).toEqual(
			expect.arrayContaining([expect.objectContaining({ _: 'documentAttributeSticker', alt: '🙂' })]),
		);
	});

	it('go with a thumbnail, which can be downloaded instead of the file', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const thumbnail = png();
		const sources = [
			file(pattern(5_000), 'film.mkv', 'video/x-matroska'),
			file(thumbnail, 't.jpg', 'image/jpeg'),
		];
		const input = { chatId: bench.anna.id, kind: 'file', hasThumbnail: true };
		const { items } = await bench.call(account, 'message.sendMedia', input, undefined, sources);
		expect(items).toHaveLength(1);
		const ref = `telegram:${bench.anna.id}:${items[0]?.['message_id'] as string}`;
		const preview = await bench.call(account, 'media.download', { ref, thumbnail: true });
		const [output] = preview.media ?? [];
		expect(output?.mimeType).toBe('image/jpeg');
		expect(output === undefined ? null : (await buffer(output.stream)).equals(thumbnail)).toBe(true);
		await expect(bench.call(account, 'media.download', { ref, maxBytes: 4_999 })).rejects.toMatchObject({
			code: 'file_too_large',
		});
	});

	it('are fetched by Telegram when an address is given, with its words when it cannot', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const server = createServer((request, response) => {
			if (request.url === '/a.png') response.setHeader('content-type', 'image/png').end(png());
			else if (request.url === '/list.pdf') response.setHeader('content-type', 'application/pdf').end('pdf');
			else response.writeHead(404).end();
		}).listen(0, '127.0.0.1');
		onTestFinished(() => void server.close());
		await once(server, 'listening');
		const at = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
		const send = async (path: string, kind = 'auto') =>
			(
				await bench.call(account, 'message.sendMedia', { chatId: bench.anna.id, kind }, undefined, [
					{ kind: 'url', url: at + path },
				])
			).items;
		await send('/a.png');
		await send('/list.pdf');
		const { items } = await bench.call(account, 'message.getMany', { chatId: bench.anna.id, limit: 2 });
		expect(items).toMatchObject([
			{ media: { documents: [{ file_name: 'list.pdf', mime_type: 'application/pdf' }] } },
			{ media: { has_images: true } },
		]);
		await expect(send('/missing.png')).rejects.toMatchObject({
			code: 'media_not_supported',
			providerCode: 'WEBPAGE_CURL_FAILED',
		});
		await expect(send('/a.png', 'voice')).rejects.toMatchObject({ code: 'media_not_supported' });
	});

	it('take the place of another in a message', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const chatId = bench.anna.id;
		const first = await bench.call(account, 'message.sendMedia', { chatId, text: 'old' }, undefined, [
			file(Buffer.from('old'), 'old.txt', 'text/plain'),
		]);
		const messageId = first.items[0]?.['message_id'] as string;
		const edited = await bench.call(
			account,
			'message.editMedia',
			{ chatId, messageId, text: 'new' },
			undefined,
			[file(Buffer.from('new'), 'new.txt', 'text/plain')],
		);
		expect(edited.items).toMatchObject([{ edited: true, changed: true }]);
		const { items } = await bench.call(account, 'message.get', { chatId, messageIds: [messageId] });
		expect(items).toMatchObject([{ text: 'new', media: { documents: [{ file_name: 'new.txt' }] } }]);
	});

	it('stop when the execution does, and survive a cut', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const bytes = pattern(3 * 512 * 1024);
		const { control } = bench.sandbox;
		control.setFaults({ cutBeforeAnswer: [{ method: 'upload.saveFilePart', count: 1 }] });
		const { items } = await bench.call(account, 'message.sendMedia', { chatId: bench.anna.id }, undefined, [
			file(bytes, 'big.bin', 'application/x-test'),
		]);
		const ref = `telegram:${bench.anna.id}:${items[0]?.['message_id'] as string}`;
		control.setFaults({ cutBeforeAnswer: [{ method: 'upload.getFile', count: 1 }] });
		const whole = await bench.call(account, 'media.download', { ref });
		const [output] = whole.media ?? [];
		expect(output === undefined ? null : (await buffer(output.stream)).equals(bytes)).toBe(true);
		const stop = new AbortController();
		const spec = telegramDriver.commands['media.download'];
		const { media } = (await spec?.run(account.account, spec.input.parse({ ref }), {
			signal: new AbortController().signal,
			media: [],
			intent: null,
			options: { signal: stop.signal },
			progress: () => stop.abort(new Error('stopped')),
		})) ?? { media: [] };
		await expect(buffer(media?.[0]?.stream ?? Readable.from([]))).rejects.toThrow('stopped');
	});

	it('no. 16: a download goes on when the reference expires on the way and the file moves to another data centre', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const bytes = pattern(5 * 512 * 1024);
		const { control } = bench.sandbox;
		const { items } = await bench.call(account, 'message.sendMedia', { chatId: bench.anna.id }, undefined, [
			file(bytes, 'big.bin', 'application/x-test'),
		]);
		const ref = `telegram:${bench.anna.id}:${items[0]?.['message_id'] as string}`;
		const { media } = await bench.call(account, 'media.download', { ref });
		const got: Buffer[] = [];
		for await (const part of media?.[0]?.stream ?? []) {
			if (got.length === 0) {
				control.expireFileReferences({});
				control.moveFiles({ dc: 1 });
			}
			got.push(part as Buffer);
		}
		expect(Buffer.concat(got).equals(bytes)).toBe(true);
		const outcomes = control.requests({ method: 'upload.getFile' }).map(({ outcome }) => outcome);
		expect(outcomes).toEqual(expect.arrayContaining(['400 FILE_REFERENCE_EXPIRED', '303 FILE_MIGRATE_1']));
	});

	it('a picture too large for a photo goes as a file, or is refused before anything is read', async () => {
		const bench = await startBench();
		const account = await bench.open();
		let opened = 0;
		const large: MediaSource = {
			kind: 'stream',
			fileName: 'large.png',
			mimeType: 'image/png',
			size: 11 * 1024 * 1024,
			open: () => {
				opened += 1;
				return Promise.resolve(Readable.from([png(), Buffer.alloc(11 * 1024 * 1024 - png().length)]));
			},
		};
		const input = { chatId: bench.anna.id };
		await expect(
			bench.call(account, 'message.sendMedia', { ...input, kind: 'photo' }, undefined, [large]),
		).rejects.toMatchObject({ code: 'file_too_large' });
		expect(bench.sandbox.control.requests({ method: 'upload.saveBigFilePart' })).toHaveLength(0);
		await bench.call(account, 'message.sendMedia', input, undefined, [large]);
		const { items } = await bench.call(account, 'message.getMany', { ...input, limit: 1 });
		expect(items).toMatchObject([{ media: { documents: [{ file_name: 'large.png', size: large.size }] } }]);
		expect(opened).toBe(2);
	});

	it('tells a voice message by its reference alone, and downloads it once by what the event holds', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const heard = bench.sandbox.control.injectMessage({
			from: bench.anna.id,
			to: bench.owner.id,
			text: '',
			media: { kind: 'voice', base64: pattern(900).toString('base64') },
		});
		const input = { chatId: bench.anna.id, messageIds: [String(heard.ids[bench.owner.id])] };
		const [message] = (await bench.call(account, 'message.get', input)).items;
		const { media } = message as unknown as ChannelEvent;
		expect(media).toMatchObject({ has_voice: true, has_document: false, documents: [] });
		expect(message).toMatchObject({ meta: { original_media_type: 'voice' } });
		const refs = refsOf(
			media,
			new Values(
				() => undefined,
				(name) => name,
			),
		);
		expect(refs).toEqual([media.voice_ref]);
		const { media: files } = await bench.call(account, 'media.download', { ref: refs[0] ?? '' });
		expect(files).toMatchObject([{ mimeType: 'audio/ogg', size: 900 }]);
		for (const { stream } of files ?? []) expect(await buffer(stream)).toEqual(pattern(900));
	});

	it('takes longer captions and larger files of an account with Premium, as its server says', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const send = (text: string, size: number) =>
			bench.call(account, 'message.sendMedia', { chatId: bench.anna.id, kind: 'file', text }, undefined, [
				file(pattern(100), 'a.bin', 'application/octet-stream', size),
			]);
		const long = 'word '.repeat(400).trim();
		const large = 3 * 1024 ** 3;
		await expect(send(long, 100)).rejects.toMatchObject({ code: 'message_too_long' });
		await expect(send('', large)).rejects.toMatchObject({ code: 'file_too_large' });
		expect(bench.sandbox.control.requests({ method: 'upload.saveBigFilePart' })).toHaveLength(0);
		bench.sandbox.control.setUser({ user: bench.owner.id, premium: true });
		await send(long, 100);
		const { items } = await bench.call(account, 'message.getMany', { chatId: bench.anna.id, limit: 1 });
		expect(items).toMatchObject([{ text: long }]);
		await expect(send('word '.repeat(1_000), 100)).rejects.toMatchObject({ code: 'message_too_long' });
		await send('', large);
		await expect(send('', 5 * 1024 ** 3)).rejects.toMatchObject({ code: 'file_too_large' });
	});

	it('refuses a voice message that is none, unless it may go as audio', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const wave = [file(Buffer.from('RIFF....WAVE'), 'v.wav', 'audio/wav')];
		const input = { chatId: bench.anna.id, kind: 'voice' };
		await expect(bench.call(account, 'message.sendMedia', input, undefined, wave)).rejects.toMatchObject({
			code: 'media_not_supported',
		});
		const sent = await bench.call(
			account,
			'message.sendMedia',
			{ ...input, ifNotVoice: 'audio' },
			undefined,
			wave,
		);
		expect(sent.items).toHaveLength(1);
	});
});
