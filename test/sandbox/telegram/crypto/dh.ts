import { createDiffieHellman, randomBytes } from 'node:crypto';
import type { DiffieHellman } from 'node:crypto';
import { toBigInt, toBytes } from './numbers';

/** The 2048-bit safe prime every Telegram server uses; clients know it and refuse others (TDLib, Telethon). */
export const dhPrime = Buffer.from(
	'c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c3720fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f642477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b',
	'hex',
);

export const dhGenerator = 3;

let shared: DiffieHellman | undefined;

/** One object for all handshakes: making one tests the prime, which takes a fifth of a second. */
function exchange(): DiffieHellman {
	shared ??= createDiffieHellman(dhPrime, dhGenerator);
	return shared;
}

/** A private exponent, random unless given, and g to its power. */
export function dhPair(secret = randomBytes(256)): { readonly secret: Buffer; readonly open: Buffer } {
	const dh = exchange();
	dh.setPrivateKey(secret);
	return { secret, open: padded(dh.generateKeys()) };
}

/** The shared secret, always 256 bytes: one in 256 begins with a zero byte and must keep it. */
export function dhShared(secret: Buffer, other: Buffer): Buffer {
	const dh = exchange();
	dh.setPrivateKey(secret);
	return padded(dh.computeSecret(other));
}

/** 2^(2048-64) < value < prime - 2^(2048-64): what both sides must demand of g_a and g_b. */
export function plausible(value: Buffer): boolean {
	const number = toBigInt(value);
	const edge = 1n << 1984n;
	return number > edge && number < toBigInt(dhPrime) - edge;
}

function padded(value: Buffer): Buffer {
	return value.length === 256 ? value : toBytes(toBigInt(value), 256);
}
