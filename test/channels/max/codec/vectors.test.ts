import { describe, expect, it } from 'vitest';
import { zstdCompressSync } from 'node:zlib';
import { compress, compressBlock, compressBound } from 'lz4js';
import { decodeBinary, encodeBinary } from '../../../../src/channels/max/codec/binary';
import { unpackBody } from '../../../../src/channels/max/codec/compress';
import { FrameReader } from '../../../../src/channels/max/codec/frame';
import { decodeLz4Block } from '../../../../src/channels/max/codec/lz4';
import { decodeMsgpack, encodeMsgpack } from '../../../../src/channels/max/codec/msgpack';
import {
	Decimal,
	messageId,
	OversizeError,
	wireId,
	type IncomingFrame,
} from '../../../../src/channels/max/codec/wire';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();

function decode(text: string): IncomingFrame {
	const [frame, ...more] = new FrameReader().push(hex(text));
	expect(more).toEqual([]);
	return decodeBinary(frame!);
}

describe('published test vectors', () => {
	it('PING request', () => {
		expect(toHex(encodeBinary({ cmd: 0, seq: 0, opcode: 1, payload: { interactive: true } }, true))).toBe(
			'0A000000' + '0001' + '0000000E' + '81AB696E746572616374697665C3',
		);
	});

	it('PING reply without payload', () => {
		expect(decode('0A 01 0002 0001 00000000')).toEqual({ cmd: 1, seq: 2, opcode: 1, payload: null });
	});

	it('LOGIN with seq 5', () => {
		expect(toHex(encodeBinary({ cmd: 0, seq: 5, opcode: 19, payload: { a: 1 } }, true))).toBe(
			'0A00000500130000000481A16101',
		);
	});

	it('an error with a seq beyond 255', () => {
		expect(decode('0A 03 012C 0040 00000009 81 A5 6572726F72 A1 78')).toEqual({
			cmd: 3,
			seq: 300,
			opcode: 64,
			payload: { error: 'x' },
		});
	});

	it('the acknowledgement of a push, ids inside extension 1', () => {
		const payload = { chatId: wireId('-68000000000001'), messageId: messageId('117263822972066856') };
		expect(toHex(encodeBinary({ cmd: 1, seq: 7, opcode: 128, payload }, true))).toBe(
			toHex(
				hex(
					'0A 01 0007 0080 0000002A 82 A6 636861744964 C7 09 01 D3 FFFFC2278427BFFF A9 6D6573736167654964 C7 09 01 D3 01A09AD361411C28',
				),
			),
		);
	});

	it('a message id as extension 1 and as a plain integer', () => {
		expect(decodeMsgpack(hex('C7 09 01 D3 01A09AD361411C28'))).toBe('117263822972066856');
		expect(decodeMsgpack(hex('CF 01A09AD361411C28'))).toBe('117263822972066856');
		expect(toHex(encodeMsgpack(messageId('117263822972066856'), false))).toBe('CF01A09AD361411C28');
	});

	it('extension 1 around small integers, also as a map key', () => {
		for (const [text, value] of [
			['D4 01 05', 5],
			['D5 01 CCFF', 255],
			['C7 05 01 CE 00010000', 65_536],
		] as const) {
			expect(decodeMsgpack(hex(text))).toBe(value);
		}
		expect(decodeMsgpack(hex('82 C7 09 01 D3 FFFFC2278427BFFF A1 61 07 A1 62'))).toEqual({
			'-68000000000001': 'a',
			'7': 'b',
		});
	});

	it('LZ4 blocks: literals, and a match that overlaps what it writes', () => {
		expect(Buffer.from(decodeLz4Block(hex('50 68656C6C6F'), 100)).toString()).toBe('hello');
		expect(Buffer.from(decodeLz4Block(hex('10 61 0100'), 100)).toString()).toBe('aaaaa');
	});
});

describe('integers and floats', () => {
	it('writes no float for an integer, however large', () => {
		for (const value of [
			0,
			-1,
			127,
			128,
			65_536,
			4_294_967_296,
			1_789_303_939_393,
			-68_000_000_000_001,
			Number.MAX_SAFE_INTEGER,
		]) {
			const bytes = encodeMsgpack(value, true);
			expect([0xca, 0xcb]).not.toContain(bytes[0]);
			expect(decodeMsgpack(bytes)).toBe(value);
		}
	});

	it('refuses a number that is no exact integer, except a coordinate', () => {
		expect(() => encodeMsgpack({ from: 1.5 }, true)).toThrow('no exact integer');
		expect(() => encodeMsgpack(2 ** 53, true)).toThrow('no exact integer');
		expect(encodeMsgpack(new Decimal(55.75), true)[0]).toBe(0xcb);
	});

	it('refuses ids that are none or need more than 64 bits', () => {
		expect(() => wireId('1e5')).toThrow();
		expect(() => wireId('9223372036854775808')).toThrow('64 bits');
	});

	it('leaves out undefined members', () => {
		expect(decodeMsgpack(encodeMsgpack({ a: undefined, b: null }, true))).toEqual({ b: null });
	});
});

describe('one decoder for many bodies', () => {
	it('reads the next body after one it could not read in the middle', () => {
		const good = encodeMsgpack({ list: [{ a: 1 }, { b: [2, 3] }] }, true);
		// Well formed up to the last key, which is neither text nor an integer.
		const bad = hex('82 A1 61 93 01 02 03 91 01 A1 62');
		for (let round = 0; round < 3; round += 1) {
			expect(() => decodeMsgpack(bad)).toThrow('map key');
			expect(decodeMsgpack(good)).toEqual({ list: [{ a: 1 }, { b: [2, 3] }] });
		}
	});

	it('reads bodies of any size, and what it gave stays as it was', () => {
		const first = decodeMsgpack(encodeMsgpack({ text: 'first', bytes: new Uint8Array([1, 2, 3]) }, true));
		const long = 'x'.repeat(200_000);
		expect(decodeMsgpack(encodeMsgpack({ text: long }, true))).toEqual({ text: long });
		expect(first).toEqual({ text: 'first', bytes: 'AQID' });
	});
});

describe('compression', () => {
	const raw = encodeMsgpack(
		{ messages: Array.from({ length: 200 }, (_, n) => ({ id: n, text: 'the same words again' })) },
		true,
	);

	it('takes any flag between 1 and 127 for an LZ4 block', () => {
		const target = new Uint8Array(compressBound(raw.length));
		const block = target.subarray(0, compressBlock(raw, target, 0, raw.length, new Uint32Array(1 << 16)));
		for (const flag of [1, 2, 99, 127]) expect(toHex(unpackBody(flag, block))).toBe(toHex(raw));
	});

	it('takes zstd by its flag and by its first bytes', () => {
		const packed = zstdCompressSync(raw);
		for (const flag of [255, 1, 0]) expect(toHex(unpackBody(flag, packed))).toBe(toHex(raw));
	});

	it('takes LZ4 frames by their first bytes: blocks that lean on each other, bytes as they are, checksums', () => {
		const frame = Buffer.from(compress(raw));
		for (const flag of [0, 1, 99]) expect(toHex(unpackBody(flag, frame))).toBe(toHex(raw));
		// Descriptor: version 1, blocks dependent, block checksums, content size.
		const head = hex('04224D18 58 40 0A00000000000000 00');
		const literals = hex('06000080 68656C6C6F20 00000000');
		// Four bytes from six before, which the block in front holds, then one of its own.
		const match = hex('05000000 00 0600 10 61 00000000');
		const built = Buffer.concat([head, literals, match, hex('00000000')]);
		expect(Buffer.from(unpackBody(1, built)).toString()).toBe('hello hella');
		for (const cut of [5, 12, 20, built.length - 1])
			expect(() => unpackBody(1, built.subarray(0, cut))).toThrow('cut short');
		expect(() => unpackBody(1, hex('04224D18 41 40 00 00000000'))).toThrow('of another kind');
	});

	it('refuses what would grow beyond the ceiling', () => {
		const bomb = Buffer.concat([hex('1F 61 0100'), Buffer.alloc(100_000, 255), hex('00')]);
		expect(() => decodeLz4Block(bomb, 1_000_000)).toThrow('larger than allowed');
		expect(() => unpackBody(255, zstdCompressSync(Buffer.alloc(1_000_000)), 10_000)).toThrow(OversizeError);
		expect(() => unpackBody(1, Buffer.from(compress(Buffer.alloc(1_000_000))), 10_000)).toThrow(
			OversizeError,
		);
		expect(() => unpackBody(0, Buffer.alloc(20_000), 10_000)).toThrow(OversizeError);
	});

	it('tells a body that is too large to the connection, and one that is merely broken to the request', () => {
		const bomb = Buffer.concat([hex('1F 61 0100'), Buffer.alloc(150_000, 255), hex('00')]);
		const frame = { cmd: 1, seq: 1, opcode: 49, flag: 1, body: bomb };
		expect(() => decodeBinary(frame)).toThrow(OversizeError);
		expect(decodeBinary({ ...frame, body: hex('10') }).unreadable).toBeDefined();
	});
});
