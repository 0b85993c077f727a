import { describe, expect, it } from 'vitest';
import { decodeBinary, encodeBinary } from '../../../../src/channels/max/codec/binary';
import { FrameReader } from '../../../../src/channels/max/codec/frame';
import { decodeJson, encodeJson } from '../../../../src/channels/max/codec/json';
import { messageId, wireId } from '../../../../src/channels/max/codec/wire';

const frame = (seq: number, payload: { [key: string]: string } = {}): Buffer =>
	encodeBinary({ cmd: 0, seq, opcode: 64, payload }, true);

describe('reassembly', () => {
	it('three frames in one chunk', () => {
		const frames = new FrameReader().push(Buffer.concat([frame(65_535), frame(0), frame(300)]));
		expect(frames.map(({ seq }) => seq)).toEqual([65_535, 0, 300]);
	});

	it('one frame byte by byte', () => {
		const reader = new FrameReader();
		const bytes = frame(7, { text: 'привет 👍' });
		const frames = [...bytes].flatMap((byte) => reader.push(Uint8Array.of(byte)));
		expect(frames.map(decodeBinary)).toEqual([
			{ cmd: 0, seq: 7, opcode: 64, payload: { text: 'привет 👍' } },
		]);
		expect(reader.pendingBytes).toBe(0);
	});

	it('any cut of a stream gives the same frames', () => {
		const stream = Buffer.concat(
			Array.from({ length: 20 }, (_, seq) => frame(seq, { text: 'x'.repeat(seq * 7) })),
		);
		for (let size = 1; size < 60; size += 1) {
			const reader = new FrameReader();
			const seqs: number[] = [];
			for (let at = 0; at < stream.length; at += size) {
				for (const one of reader.push(stream.subarray(at, at + size))) seqs.push(one.seq);
			}
			expect(seqs).toEqual(Array.from({ length: 20 }, (_, seq) => seq));
		}
	});

	it('refuses another version and a frame beyond its cap', () => {
		expect(() => new FrameReader().push(Buffer.from('0C000000000100000000', 'hex'))).toThrow('version');
		expect(() => new FrameReader(1000).push(Buffer.from('0A000000000100FFFFFF', 'hex'))).toThrow('longer');
	});

	it('reads the version some servers take over from the JSON transport', () => {
		const [read] = new FrameReader().push(Buffer.from('0B010000000100000000', 'hex'));
		expect(decodeBinary(read!)).toEqual({ cmd: 1, seq: 0, opcode: 1, payload: null });
		expect(frame(0)[0]).toBe(10);
	});

	it('a body that cannot be read is told and does not hide the next frame', () => {
		const broken = Buffer.from('0A000001008000000001C1', 'hex');
		const [first, second] = new FrameReader().push(Buffer.concat([broken, frame(2)])).map(decodeBinary);
		expect(first).toMatchObject({ opcode: 128, payload: null, unreadable: expect.any(String) as string });
		expect(second).toMatchObject({ seq: 2 });
	});

	it('what follows a map costs nothing, and a text in place of an id only that field', () => {
		const read = (body: string) => {
			const bytes = Buffer.from(body, 'hex');
			const header = Buffer.from('0A0000010080000000', 'hex');
			return new FrameReader()
				.push(Buffer.concat([header, Buffer.of(bytes.length), bytes]))
				.map(decodeBinary);
		};
		expect(read('81A16101C0FF')).toMatchObject([{ payload: { a: 1 } }]);
		expect(read('82A161C70301A26869A16202')).toMatchObject([{ payload: { a: null, b: 2 } }]);
		// An LZ4 block whose flag was lost begins with integers.
		expect(read('0481A16101')).toMatchObject([{ payload: null, unreadable: 'bytes follow the body' }]);
	});
});

describe('JSON frames', () => {
	it('keeps 64-bit integers exact', () => {
		const text =
			'{"ver":11,"cmd":0,"seq":1,"opcode":155,"payload":{"messageId":117263822972066856,"chatId":-68000000000001}}';
		expect(decodeJson(text).payload).toEqual({
			messageId: '117263822972066856',
			chatId: -68_000_000_000_001,
		});
	});

	it('writes message ids as strings, other ids as numbers, bytes as base64', () => {
		const payload = {
			chatId: wireId('-68000000000001'),
			messageId: messageId('117263822972066856'),
			cid: wireId('9007199254740993'),
			wave: Uint8Array.of(1, 2),
		};
		expect(encodeJson({ cmd: 0, seq: 3, opcode: 64, payload })).toBe(
			'{"ver":11,"cmd":0,"seq":3,"opcode":64,"payload":{"chatId":-68000000000001,"messageId":"117263822972066856","cid":9007199254740993,"wave":"AQI="}}',
		);
	});

	it('refuses what is no frame', () => {
		for (const text of [
			'',
			'[]',
			'{}',
			'{"cmd":0,"seq":-1,"opcode":1}',
			'{"cmd":0.5,"seq":1,"opcode":1}',
			'null',
		]) {
			expect(() => decodeJson(text)).toThrow();
		}
	});
});
