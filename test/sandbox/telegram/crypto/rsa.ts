import { constants, createPublicKey, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { igeDecrypt, xor } from './ige';
import { sha1, sha256 } from './numbers';

/** A data centre's RSA key pair with the number by which clients name it. */
export interface ServerKey {
	readonly privateKey: KeyObject;
	/** PKCS#1 (`BEGIN RSA PUBLIC KEY`), as Telegram publishes its keys. */
	readonly publicKeyPem: string;
	/** Signed 64-bit: the low half of SHA-1 over the TL-serialised modulus and exponent. */
	readonly fingerprint: bigint;
	/** Hexadecimal modulus and the exponent, for clients that want numbers. */
	readonly modulus: string;
	readonly exponent: number;
}

/**
 * A fresh 2048-bit key, whose number has no leading zero: none of Telegram's own has one, and clients that keep their
 * keys by the number's digits (mtcute) would not find it.
 */
export function makeServerKey(): ServerKey {
	const key = anyServerKey();
	return BigInt.asUintN(64, key.fingerprint) >> 60n === 0n ? makeServerKey() : key;
}

function anyServerKey(): ServerKey {
	const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
	const pem = publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();
	const { n = '', e = '' } = createPublicKey(pem).export({ format: 'jwk' });
	const modulus = Buffer.from(n, 'base64url');
	const exponent = Buffer.from(e, 'base64url');
	return {
		privateKey,
		publicKeyPem: pem,
		fingerprint: sha1(tlString(modulus), tlString(exponent)).readBigInt64LE(12),
		modulus: modulus.toString('hex'),
		exponent: exponent.readUIntBE(0, exponent.length),
	};
}

function tlString(data: Buffer): Buffer {
	const head =
		data.length < 254
			? Buffer.from([data.length])
			: Buffer.from([254, data.length & 255, data.length >> 8, 0]);
	const padding = (4 - ((head.length + data.length) % 4)) % 4;
	return Buffer.concat([head, data, Buffer.alloc(padding)]);
}

/** What a client had encrypted, and with which of the two paddings. */
export interface Opened {
	/** The serialised inner data followed by its random padding. */
	readonly data: Buffer;
	readonly padding: 'RSA_PAD' | 'SHA-1';
}

/**
 * Opens `encrypted_data` of req_DH_params (core.telegram.org/mtproto/auth_key). RSA_PAD proves itself by a
 * SHA-256 inside; the older form (zero byte, SHA-1, data) is what remains and is proved by the caller, who
 * knows how long the data is. Undefined when neither fits.
 */
export function openInnerData(key: ServerKey, encrypted: Buffer): Opened | undefined {
	if (encrypted.length !== 256) return undefined;
	const block = privateDecrypt({ key: key.privateKey, padding: constants.RSA_NO_PADDING }, encrypted);
	const sealed = block.subarray(32);
	const tempKey = xor(block.subarray(0, 32), sha256(sealed));
	const withHash = igeDecrypt(sealed, tempKey, Buffer.alloc(32));
	const data = Buffer.from(withHash.subarray(0, 192)).reverse();
	if (sha256(tempKey, data).equals(withHash.subarray(192))) return { data, padding: 'RSA_PAD' };
	return block[0] === 0 ? { data: Buffer.from(block.subarray(1)), padding: 'SHA-1' } : undefined;
}
