import { checkPrime, createHash, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { ChannelError, type Random } from '../../contract';
import { bytes, child, int, long, type TlObject } from './tl';

/** The one way to hash a password the protocol has (core.telegram.org/api/srp). */
const WAY = 'passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow';
const ROUNDS = 100_000;
/** bytes of a number of the protocol */
const SIZE = 256;
const BITS = BigInt(SIZE * 8);

/**
 * 2FA: the answer to `account.getPassword` and the password → `inputCheckPasswordSRP`, from which nobody can read the
 * password (core.telegram.org/api/srp). The prime is the server's choice, and checked.
 * @throws ChannelError `not_supported` for numbers that would give the password away, or a way nobody here knows
 */
export async function srpCheck(parameters: TlObject, password: string, random: Random): Promise<TlObject> {
	const algorithm = child(parameters, 'current_algo');
	const [p, salt1, salt2] = ['p', 'salt1', 'salt2'].map((field) => numberOf(algorithm, field));
	// The library's names are TL's own but for their capitals.
	const sentB = bytes(parameters, 'srp__b') ?? bytes(parameters, 'srp_B');
	if (algorithm?._ !== WAY || !p || !salt1 || !salt2 || !sentB) throw unknownWay();
	const [prime, g, B] = [toNumber(p), BigInt(int(algorithm, 'g') ?? 0), toNumber(sentB)];
	if (B <= 0n || B >= prime || !(await isGood(prime, g))) throw unknownWay();

	const [pBytes, gBytes, bBytes] = [toBytes(prime), toBytes(g), toBytes(B)];
	const x = toNumber(await passwordHash(password, salt1, salt2));
	const k = toNumber(sha256(pBytes, gBytes));
	const gX = power(g, x, prime);
	for (;;) {
		const a = toNumber(Buffer.from(random.hex(SIZE), 'hex'));
		const aBytes = toBytes(power(g, a, prime));
		const u = toNumber(sha256(aBytes, bBytes));
		if (u === 0n || !isFarFromEnds(toNumber(aBytes), prime)) continue;
		const shared = (((B - k * gX) % prime) + prime) % prime;
		const key = sha256(toBytes(power(shared, a + u * x, prime)));
		const proof = sha256(
			xor(sha256(pBytes), sha256(gBytes)),
			sha256(salt1),
			sha256(salt2),
			aBytes,
			bBytes,
			key,
		);
		return { _: 'inputCheckPasswordSRP', srp_id: long(parameters, 'srp_id') ?? '0', A: aBytes, M1: proof };
	}
}

/** PH2 of the documentation. */
async function passwordHash(password: string, salt1: Buffer, salt2: Buffer): Promise<Buffer> {
	const salted = (data: Buffer, salt: Buffer): Buffer => sha256(salt, data, salt);
	const first = salted(salted(Buffer.from(password), salt1), salt2);
	return salted(await promisify(pbkdf2)(first, salt1, ROUNDS, 64, 'sha512'), salt2);
}

/** Primes that were found good: the search takes a tenth of a second, and a server has one. */
const goodPrimes = new Set<string>();

/** A safe prime of 2048 bits, and a `g` that generates its subgroup (core.telegram.org/mtproto/auth_key). */
async function isGood(p: bigint, g: bigint): Promise<boolean> {
	const generates: Readonly<Record<string, boolean>> = {
		2: p % 8n === 7n,
		3: p % 3n === 2n,
		4: true,
		5: [1n, 4n].includes(p % 5n),
		6: [19n, 23n].includes(p % 24n),
		7: [3n, 5n, 6n].includes(p % 7n),
	};
	if (p >> (BITS - 1n) !== 1n || generates[String(g)] !== true) return false;
	const name = p.toString(36);
	if (goodPrimes.has(name)) return true;
	const isPrime = promisify(checkPrime) as (candidate: bigint) => Promise<boolean>;
	if (!(await isPrime((p - 1n) / 2n)) || !(await isPrime(p))) return false;
	goodPrimes.add(name);
	return true;
}

/** Numbers near the ends of the range tell something of their exponent. */
function isFarFromEnds(value: bigint, p: bigint): boolean {
	const margin = 1n << (BITS - 64n);
	return value > margin && value < p - margin;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
	let result = 1n;
	let square = base % modulus;
	for (let left = exponent; left > 0n; left >>= 1n) {
		if (left & 1n) result = (result * square) % modulus;
		square = (square * square) % modulus;
	}
	return result;
}

const sha256 = (...parts: readonly Buffer[]): Buffer =>
	createHash('sha256').update(Buffer.concat(parts)).digest();
const toNumber = (data: Buffer): bigint => (data.length === 0 ? 0n : BigInt(`0x${data.toString('hex')}`));
const toBytes = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(SIZE * 2, '0'), 'hex');
const xor = (one: Buffer, other: Buffer): Buffer =>
	Buffer.from(one.map((byte, at) => byte ^ (other[at] ?? 0)));
const numberOf = (from: TlObject | null, field: string): Buffer | null =>
	from === null ? null : bytes(from, field);

function unknownWay(): ChannelError {
	return new ChannelError('not_supported', 'The server asks for the password in a way that is not safe', {
		channel: 'telegram',
		hint: 'Check the endpoint in the credential.',
	});
}
