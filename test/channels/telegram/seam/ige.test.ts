import { randomBytes } from 'node:crypto';
import { IGE } from 'telegram/crypto/IGE.js';
import { IGE as Original } from 'telegram-original/crypto/IGE.js';
import { describe, expect, it } from 'vitest';
import { encryptIge } from '../../../../src/channels/telegram/seam/ige';
import { igeDecrypt } from '../../../sandbox/telegram/crypto/ige';

/** What OpenSSL's own test of AES-IGE has for 128 bits is of no use here; these are of three libraries, with one result. */
describe('encryption by AES-256-IGE', () => {
	it.each([16, 32, 48, 64, 1_024, 65_552])(
		'of %i bytes is that of others, and is taken by the sandbox',
		(length) => {
			const [plain, key, iv] = [randomBytes(length), randomBytes(32), randomBytes(32)];
			const encrypted = encryptIge(plain, key, iv);
			expect(encrypted.equals(new IGE(key, iv).encryptIge(plain))).toBe(true);
			expect(encrypted.equals(new Original(key, iv).encryptIge(plain))).toBe(true);
			expect(igeDecrypt(encrypted, key, iv).equals(plain)).toBe(true);
		},
	);

	it('minds no odd place in memory, and leaves what it was given', () => {
		const memory = randomBytes(200);
		const before = Buffer.from(memory);
		const [plain, key, iv] = [memory.subarray(1, 65), memory.subarray(67, 99), memory.subarray(101, 133)];
		const encrypted = encryptIge(plain, key, iv);
		expect(encrypted.equals(new IGE(Buffer.from(key), Buffer.from(iv)).encryptIge(Buffer.from(plain)))).toBe(
			true,
		);
		expect(memory.equals(before)).toBe(true);
	});
});
