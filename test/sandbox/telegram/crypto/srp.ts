import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { dhPrime } from './dh';
import { powMod, sha256, toBigInt, toBytes } from './numbers';
import { xor } from './ige';

const p = toBigInt(dhPrime);
const g = 3n;

function hashed(data: Buffer, salt: Buffer): Buffer {
	return sha256(salt, data, salt);
}

/** A 2FA password as the server keeps it: never the password, only a verifier (core.telegram.org/api/srp). */
export interface PasswordRecord {
	readonly salt1: Buffer;
	readonly salt2: Buffer;
	readonly verifier: bigint;
	readonly hint: string;
}

export function recordPassword(password: string, hint: string): PasswordRecord {
	const salt1 = randomBytes(40);
	const salt2 = randomBytes(16);
	const inner = hashed(hashed(Buffer.from(password, 'utf8'), salt1), salt2);
	const x = toBigInt(hashed(pbkdf2Sync(inner, salt1, 100_000, 64, 'sha512'), salt2));
	return { salt1, salt2, verifier: powMod(g, x, p), hint };
}

/** One challenge: usable for a single check. */
export class SrpChallenge {
	readonly id = randomBytes(8).readBigInt64LE();
	readonly open: Buffer;
	private readonly secret = toBigInt(randomBytes(256));
	private readonly openNumber: bigint;

	constructor(private readonly record: PasswordRecord) {
		const k = toBigInt(sha256(dhPrime, toBytes(g, 256)));
		this.openNumber = (k * record.verifier + powMod(g, this.secret, p)) % p;
		this.open = toBytes(this.openNumber, 256);
	}

	/** True when `proof` (M1) shows knowledge of the password for this challenge. */
	verify(clientOpen: Buffer, proof: Buffer): boolean {
		const a = toBigInt(clientOpen);
		if (a % p === 0n) return false;
		const aBytes = toBytes(a, 256);
		const u = toBigInt(sha256(aBytes, this.open));
		const shared = powMod(a * powMod(this.record.verifier, u, p), this.secret, p);
		const groups = xor(sha256(dhPrime), sha256(toBytes(g, 256)));
		const key = sha256(toBytes(shared, 256));
		const { salt1, salt2 } = this.record;
		return sha256(groups, sha256(salt1), sha256(salt2), aBytes, this.open, key).equals(proof);
	}
}
