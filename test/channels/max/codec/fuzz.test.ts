import { describe, expect, it } from 'vitest';
import { decodeBinary, encodeBinary } from '../../../../src/channels/max/codec/binary';
import { FrameReader } from '../../../../src/channels/max/codec/frame';
import { decodeJson } from '../../../../src/channels/max/codec/json';
import { CodecError, messageId } from '../../../../src/channels/max/codec/wire';
import { seededRandom } from '../../../support/manual-clock';

const ROUNDS = 20_000;

/** Reads bytes as a connection would; anything but a CodecError is a crash. */
function feed(bytes: Uint8Array): void {
	const reader = new FrameReader();
	try {
		for (const frame of reader.push(bytes)) decodeBinary(frame);
	} catch (error) {
		if (!(error instanceof CodecError)) throw error;
	}
	expect(reader.pendingBytes).toBeLessThanOrEqual(bytes.length);
}

describe('seeded fuzz: no crash, no hang, bounded memory', () => {
	const random = seededRandom(20_261_120);
	const below = (limit: number): number => Math.floor(random.next() * limit);
	const noise = (length: number): Buffer => Buffer.from(Array.from({ length }, () => below(256)));

	it('random bodies under any flag', () => {
		for (let round = 0; round < ROUNDS; round += 1) {
			const body = noise(below(80));
			const header = Buffer.from([
				10,
				below(4),
				0,
				below(256),
				0,
				below(256),
				[0, 1, 3, 255][below(4)]!,
				0,
				0,
				body.length,
			]);
			feed(Buffer.concat([header, body]));
		}
	});

	it('damaged real frames', () => {
		const messages = Array.from({ length: 5 }, (_, n) => ({
			id: messageId(`11726382297206685${String(n)}`),
			text: 'words',
			attaches: [],
		}));
		const real = encodeBinary(
			{ cmd: 1, seq: 9, opcode: 49, payload: { messages, chat: { id: -1, options: { a: true } } } },
			true,
		);
		for (let round = 0; round < ROUNDS; round += 1) {
			const damaged = Buffer.from(real);
			for (let hits = 1 + below(4); hits > 0; hits -= 1) damaged[below(damaged.length)] = below(256);
			feed(damaged.subarray(0, 1 + below(damaged.length)));
		}
	});

	it('bodies that announce gigabytes', () => {
		const hostile = [
			'DDFFFFFFFF',
			'DFFFFFFFFF',
			'C6FFFFFFFF',
			'DBFFFFFFFF',
			'C9FFFFFFFF01',
			'DD00FFFFFF'.repeat(3000),
			'DC0FFF'.repeat(5000),
			'91'.repeat(200_000),
			'81'.repeat(100_000),
		];
		const before = process.memoryUsage().rss;
		for (const text of hostile) {
			const body = Buffer.from(text, 'hex');
			const header = Buffer.from([
				10,
				1,
				0,
				0,
				0,
				1,
				0,
				body.length >> 16,
				(body.length >> 8) & 255,
				body.length & 255,
			]);
			expect(
				decodeBinary(new FrameReader().push(Buffer.concat([header, body]))[0]!).unreadable,
			).toBeDefined();
		}
		expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
	});

	it('random text as JSON', () => {
		const pieces = [
			'{',
			'}',
			'[',
			']',
			'"payload":',
			'"cmd":0',
			',',
			'"seq":1',
			'1e999',
			'"opcode":128',
			'null',
			'\\u0000',
			'12345678901234567890',
		];
		for (let round = 0; round < ROUNDS; round += 1) {
			const text = Array.from({ length: below(12) }, () => pieces[below(pieces.length)]!).join('');
			try {
				decodeJson(text);
			} catch (error) {
				if (!(error instanceof CodecError)) throw error;
			}
		}
	});
});
