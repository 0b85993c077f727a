/** The reference vectors of the MAX encodings, and the limits of the sandbox's own codec. */
import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressLz4Block, decompressLz4Block, packBody, unpackBody } from './max/codec/compress';
import { encodeFrame, FrameReader } from './max/codec/frame';
import type { Frame } from './max/codec/frame';
import { formatJson, parseJson } from './max/codec/json';
import { decodeMsgpack, encodeMsgpack } from './max/codec/msgpack';
import { CodecError, Float, MessageId, Wrapped } from './max/codec/wire';
import { dialogId } from './max/state/chats';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const messageId = 117263822972066856n;

function frame(cmd: number, seq: number, opcode: number, body: Uint8Array): string {
	return encodeFrame({ cmd, seq, opcode, flag: 0, body }).toString('hex').toUpperCase();
}

describe('frame vectors', () => {
	it.each([
		['PING', 0, 0, 1, { interactive: true }, '0A 00 0000 0001 0000000E 81 AB 696E746572616374697665 C3'],
		['LOGIN', 0, 5, 19, { a: 1 }, '0A 00 0005 0013 00000004 81 A1 61 01'],
		['error', 3, 300, 64, { error: 'x' }, '0A 03 012C 0040 00000009 81 A5 6572726F72 A1 78'],
	])('%s', (_name, cmd, seq, opcode, payload, bytes) => {
		expect(frame(cmd, seq, opcode, encodeMsgpack(payload))).toBe(bytes.replaceAll(' ', ''));
	});

	it('an empty body', () => {
		expect(frame(1, 0, 1, Buffer.alloc(0))).toBe('0A010000000100000000');
	});

	it('the acknowledgement of a push, ids in extension 1', () => {
		const bytes =
			'0A 01 0007 0080 0000002A 82 A6 636861744964 C7 09 01 D3 FFFFC2278427BFFF A9 6D6573736167654964 C7 09 01 D3 01A09AD361411C28';
		const body = encodeMsgpack({ chatId: -68000000000001n, messageId: new MessageId(messageId) }, 'wide');
		expect(frame(1, 7, 128, body)).toBe(bytes.replaceAll(' ', ''));
		const [read] = [...new FrameReader().push(hex(bytes))];
		expect(decodeMsgpack(read?.body ?? Buffer.alloc(0))).toEqual({
			chatId: new Wrapped(-68000000000001n),
			messageId: new Wrapped(messageId),
		});
	});

	it('three frames in one chunk, one frame byte by byte, seq up to 65535', () => {
		const bodies = ['one', 'two', 'three'].map((text) => encodeMsgpack({ text }));
		const frames = bodies.map((body, index) =>
			encodeFrame({ cmd: 0, seq: 65_534 + index, opcode: 64, flag: 0, body }),
		);
		const whole = [...new FrameReader().push(Buffer.concat(frames))];
		expect(whole.map((one) => one.seq)).toEqual([65_534, 65_535, 0]);
		const reader = new FrameReader();
		const slow: Frame[] = [];
		for (const byte of frames[2] ?? []) slow.push(...reader.push(Buffer.from([byte])));
		expect(slow.map((one) => decodeMsgpack(one.body))).toEqual([{ text: 'three' }]);
		expect(reader.pendingBytes).toBe(0);
	});
});

describe('msgpack', () => {
	it('reads extension 1 of every width, as a value and as a map key', () => {
		expect(decodeMsgpack(hex('D4 01 05'))).toEqual(new Wrapped(5n));
		expect(decodeMsgpack(hex('D5 01 CCFF'))).toEqual(new Wrapped(255n));
		expect(decodeMsgpack(hex('C7 05 01 CE 00010000'))).toEqual(new Wrapped(65536n));
		expect(decodeMsgpack(hex('C7 09 01 D3 01A09AD361411C28'))).toEqual(new Wrapped(messageId));
		expect(decodeMsgpack(hex('CF 01A09AD361411C28'))).toBe(messageId);
		expect(decodeMsgpack(hex('82 D4 01 05 01 07 02'))).toEqual({ '5': 1n, '7': 2n });
	});

	it('writes message ids plain or wrapped, by choice', () => {
		expect(encodeMsgpack(new MessageId(messageId))).toEqual(hex('CF 01A09AD361411C28'));
		expect(encodeMsgpack(new MessageId(messageId), 'message-ids')).toEqual(
			hex('C7 09 01 D3 01A09AD361411C28'),
		);
	});

	it('tells a float from an integer', () => {
		// What the library makes of a large number when it is told that 64-bit integers are bigint.
		expect(decodeMsgpack(encode(4294967296 * 2, { useBigInt64: true }))).toEqual(new Float(8589934592));
		expect(decodeMsgpack(encode(7))).toBe(7n);
	});

	it('agrees with @msgpack/msgpack on anything both can say', () => {
		const leaf = fc.oneof(
			fc.string({ unit: 'grapheme' }),
			fc.boolean(),
			fc.constant(null),
			fc.integer(),
			fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
			fc.uint8Array(),
		);
		const tree = fc.letrec((tie) => ({
			node: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('node')), fc.dictionary(fc.string(), tie('node'))),
		})).node;
		const exact = (value: unknown): unknown => {
			if (typeof value === 'number') return BigInt(value);
			if (Array.isArray(value)) return value.map(exact);
			// The library hands out parts of a Buffer as Buffers.
			if (value instanceof Uint8Array) return Uint8Array.from(value);
			if (typeof value !== 'object' || value === null) return value;
			return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, exact(item)]));
		};
		fc.assert(
			fc.property(tree, (value) => {
				// The generator's type is unknown; it makes exactly what both encoders take.
				const written = encodeMsgpack(value as Parameters<typeof encodeMsgpack>[0]);
				expect(exact(decode(written, { useBigInt64: true }))).toEqual(exact(value));
				expect({ ...{ value: decodeMsgpack(encode(value, { useBigInt64: true })) } }).toEqual({
					value: exact(value),
				});
			}),
			{ seed: 7, numRuns: 300 },
		);
	});

	it('refuses broken input without allocating for it', () => {
		for (const bytes of [
			'DD FFFFFFFF',
			'DF FFFFFFFF',
			'DB FFFFFFFF 61',
			'C1',
			'A2 FF FF',
			'01 02',
			'D4 05 01',
		]) {
			expect(() => decodeMsgpack(hex(bytes))).toThrow(CodecError);
		}
		expect(() => decodeMsgpack(Buffer.alloc(1000, 0x91))).toThrow(CodecError);
	});

	it('random bytes never do more than a CodecError', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
				try {
					decodeMsgpack(bytes);
				} catch (error) {
					expect(error).toBeInstanceOf(CodecError);
				}
			}),
			{ seed: 11, numRuns: 1000 },
		);
	});
});

describe('compression', () => {
	it('LZ4 vectors: literals, and a match that overlaps itself', () => {
		expect(Buffer.from(decompressLz4Block(hex('50 68656C6C6F'))).toString()).toBe('hello');
		expect(Buffer.from(decompressLz4Block(hex('10 61 0100'))).toString()).toBe('aaaaa');
	});

	it('gives back what it packed, and the flag is a size that suffices', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 5000 }), fc.integer({ min: 1, max: 200 }), (bytes, repeat) => {
				const raw = Buffer.concat(Array.from({ length: repeat }, () => bytes.subarray(0, 40)));
				expect(Buffer.from(decompressLz4Block(compressLz4Block(raw)))).toEqual(raw);
				for (const use of ['never', 'auto', 'always', 'zstd'] as const) {
					const { flag, body } = packBody(raw, use);
					expect(Buffer.from(unpackBody(flag, body))).toEqual(raw);
					if (flag > 0 && flag < 0x7f) expect(flag * body.length).toBeGreaterThanOrEqual(raw.length);
				}
			}),
			{ seed: 3, numRuns: 100 },
		);
	});

	it('refuses a block that grows beyond its limit or points before its start', () => {
		expect(() => decompressLz4Block(hex('1F 61 0100 FF FF FF FF 00'), 100)).toThrow(CodecError);
		expect(() => decompressLz4Block(hex('10 61 0500'))).toThrow(CodecError);
		expect(() => decompressLz4Block(hex('F0'))).toThrow(CodecError);
	});
});

describe('JSON', () => {
	it('keeps 64-bit integers exact and tells floats', () => {
		const parsed = parseJson(
			'{"id":117263822972066856,"time":1.5,"big":-9007199254740993,"e":1e3,"s":"117"}',
		);
		expect(parsed).toEqual({
			id: messageId,
			time: new Float(1.5),
			big: -9007199254740993n,
			e: new Float(1000),
			s: '117',
		});
	});

	it('writes message ids as strings, bytes as base64, integer keys as strings', () => {
		const text = formatJson({
			messageId: new MessageId(messageId),
			seed: 5234598234598234n * 1000n,
			wave: Buffer.from([1, 2]),
			participants: new Map([[12345678n, 5]]),
			gone: undefined,
		});
		expect(text).toBe(
			'{"messageId":"117263822972066856","seed":5234598234598234000,"wave":"AQI=","participants":{"12345678":5}}',
		);
	});
});

it('dialog id of two users, and the time inside a message id', () => {
	expect(dialogId(12345678n, 87654321n)).toBe(92610303n);
	expect(messageId >> 16n).toBe(1789303939393n);
});
