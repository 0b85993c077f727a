import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { MediaSource } from '../../../src/contract';
import { startBench } from './fixture';

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
