import { randomBytes } from 'node:crypto';
import * as helpers from 'telegram/Helpers.js';
import * as original from 'telegram-original/Helpers.js';
import { describe, expect, it } from 'vitest';
import { withPlatformLongs, type IntegerHelpers } from '../../../../src/channels/telegram/seam/long';

const EDGES = [0n, 1n, -1n, 255n, 256n, 2n ** 31n, 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)];
const RANDOM = Array.from(
	{ length: 300 },
	() => randomBytes(8).readBigInt64LE() >> BigInt(randomBytes(1)[0]! % 64),
);
const INTEGERS = [...EDGES, ...RANDOM];

describe.each([
	['teleproto', helpers],
	['the original', original],
])('64-bit integers, beside %s', (_, module) => {
	const theirs = module as unknown as IntegerHelpers;
	const ours = withPlatformLongs(theirs);

	it('are read from bytes as the library reads them', () => {
		for (const integer of INTEGERS) {
			const bytes = Buffer.alloc(8);
			bytes.writeBigInt64LE(integer);
			for (const little of [true, false])
				for (const signed of [true, false]) {
					const read = ours.readBigIntFromBuffer(bytes, little, signed);
					expect(String(read)).toBe(String(theirs.readBigIntFromBuffer(bytes, little, signed)));
					expect(theirs.returnBigInt(read), 'an integer of the library').toBe(read);
				}
			expect(String(ours.readBigIntFromBuffer(bytes, true, true))).toBe(String(integer));
		}
	});

	it('are written as the library writes them, in whatever form they are given', () => {
		for (const integer of INTEGERS) {
			const expected = theirs.toSignedLittleBuffer(integer);
			const forms = [integer, String(integer), theirs.returnBigInt(integer)];
			for (const form of forms) expect(ours.toSignedLittleBuffer(form)).toEqual(expected);
		}
		expect(ours.toSignedLittleBuffer(7)).toEqual(theirs.toSignedLittleBuffer(7));
		expect(ours.toSignedLittleBuffer(2n ** 64n + 5n)).toEqual(theirs.toSignedLittleBuffer(2n ** 64n + 5n));
	});

	it('are written without a sign as the library does, and refused as it refuses', () => {
		const attempt = (by: Pick<IntegerHelpers, 'readBufferFromBigInt'>, integer: bigint, little: boolean) => {
			try {
				return by.readBufferFromBigInt(theirs.returnBigInt(integer), 8, little).toString('hex');
			} catch (error) {
				return (error as Error).message;
			}
		};
		for (const integer of [...INTEGERS, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n])
			for (const little of [true, false])
				expect(attempt(ours, integer, little)).toBe(attempt(theirs, integer, little));
	});

	it('leave other lengths to the library', () => {
		for (const length of [4, 16, 32]) {
			const bytes = randomBytes(length);
			const read = theirs.readBigIntFromBuffer(bytes, true, true);
			expect(String(ours.readBigIntFromBuffer(bytes, true, true))).toBe(String(read));
			expect(ours.toSignedLittleBuffer(read, length)).toEqual(theirs.toSignedLittleBuffer(read, length));
			expect(ours.readBufferFromBigInt(read, length, true, true)).toEqual(
				theirs.readBufferFromBigInt(read, length, true, true),
			);
		}
	});
});
