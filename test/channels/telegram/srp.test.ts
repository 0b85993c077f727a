import { getDiffieHellman, hash, pbkdf2Sync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { srpCheck } from '../../../src/channels/telegram/srp';
import type { TlObject } from '../../../src/channels/telegram/tl';
import { systemRandom } from '../../../src/runtime';

const PASSWORD = 'correct horse';
const [SALT1, SALT2] = [Buffer.from('salt one'), Buffer.from('salt two')];
/** RFC 3526, group 14: a safe prime of 2048 bits that is not Telegram's */
const PRIME = number(getDiffieHellman('modp14').getPrime());

function number(data: Buffer): bigint {
	return BigInt(`0x${data.toString('hex')}`);
}

function padded(value: bigint): Buffer {
	return Buffer.from(value.toString(16).padStart(512, '0'), 'hex');
}

function sha(...parts: Buffer[]): Buffer {
	return hash('sha256', Buffer.concat(parts), 'buffer');
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
	if (exponent === 0n) return 1n;
	const half = power(base, exponent / 2n, modulus);
	const even = (half * half) % modulus;
	return exponent % 2n === 0n ? even : (even * base) % modulus;
}

/** The server's half (core.telegram.org/api/srp), which holds v and never the password. */
function server({ p = PRIME, g = 2n, b = number(randomBytes(256)) } = {}): {
	asks: TlObject;
	accepts(check: TlObject): boolean;
} {
	const inner = sha(SALT2, sha(SALT1, Buffer.from(PASSWORD), SALT1), SALT2);
	const x = number(sha(SALT2, pbkdf2Sync(inner, SALT1, 100_000, 64, 'sha512'), SALT2));
	const v = power(g, x, p);
	const k = number(sha(padded(p), padded(g)));
	const B = (k * v + power(g, b, p)) % p;
	return {
		asks: {
			_: 'account.password',
			srp_id: '77',
			srp_B: padded(B),
			current_algo: {
				_: 'passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow',
				salt1: SALT1,
				salt2: SALT2,
				g: Number(g),
				p: padded(p),
			},
		},
		accepts(check) {
			const A = check['A'] as Buffer;
			const u = number(sha(A, padded(B)));
			const key = sha(padded(power(number(A) * power(v, u, p), b, p)));
			const xored = Buffer.from(sha(padded(p)).map((byte, at) => byte ^ (sha(padded(g))[at] ?? 0)));
			const proof = sha(xored, sha(SALT1), sha(SALT2), A, padded(B), key);
			return check['srp_id'] === '77' && proof.equals(check['M1'] as Buffer);
		},
	};
}

describe('the password of the two-step verification', () => {
	it('is proved to a server with a prime of its own', async () => {
		const { asks, accepts } = server();
		expect(accepts(await srpCheck(asks, PASSWORD, systemRandom))).toBe(true);
		expect(accepts(await srpCheck(asks, 'wrong', systemRandom))).toBe(false);
	});

	it.each([
		['a number that is no prime', { p: PRIME - 2n }],
		['a generator the protocol does not name', { g: 11n }],
		['no generator', { g: 1n }],
	])('is not given away by %s', async (_name, numbers) => {
		const { asks } = server(numbers);
		await expect(srpCheck(asks, PASSWORD, systemRandom)).rejects.toMatchObject({ code: 'not_supported' });
	});
});
