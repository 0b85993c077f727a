import { randomBytes, randomInt } from 'node:crypto';
import { igeDecrypt, igeEncrypt } from './ige';
import { sha256 } from './numbers';

/** Which side encrypted: the key material is taken from another place of the auth key for each. */
export type Side = 'client' | 'server';

function offset(side: Side): number {
	return side === 'client' ? 0 : 8;
}

function keyAndIv(authKey: Buffer, msgKey: Buffer, side: Side): { key: Buffer; iv: Buffer } {
	const x = offset(side);
	const a = sha256(msgKey, authKey.subarray(x, x + 36));
	const b = sha256(authKey.subarray(40 + x, 76 + x), msgKey);
	return {
		key: Buffer.concat([a.subarray(0, 8), b.subarray(8, 24), a.subarray(24, 32)]),
		iv: Buffer.concat([b.subarray(0, 8), a.subarray(8, 24), b.subarray(24, 32)]),
	};
}

/** SHA-256 whose middle is the message key and whose start is the quick acknowledgement token. */
function largeKey(authKey: Buffer, plain: Buffer, side: Side): Buffer {
	const x = offset(side);
	return sha256(authKey.subarray(88 + x, 120 + x), plain);
}

/** Key id, message key and ciphertext of one MTProto 2.0 message (core.telegram.org/mtproto/description). */
export function seal(authKey: Buffer, keyId: Buffer, plain: Buffer, side: Side): Buffer {
	const padding = 12 + ((16 - ((plain.length + 12) % 16)) % 16) + 16 * randomInt(0, 8);
	const padded = Buffer.concat([plain, randomBytes(padding)]);
	const msgKey = largeKey(authKey, padded, side).subarray(8, 24);
	const { key, iv } = keyAndIv(authKey, msgKey, side);
	return Buffer.concat([keyId, msgKey, igeEncrypt(padded, key, iv)]);
}

/** The plaintext with its padding, or undefined when the message key does not match. */
export function open(
	authKey: Buffer,
	packet: Buffer,
	side: Side,
): { readonly plain: Buffer; readonly quickAck: Buffer } | undefined {
	const msgKey = packet.subarray(8, 24);
	const sealed = packet.subarray(24);
	if (sealed.length < 48 || sealed.length % 16 !== 0) return undefined;
	const { key, iv } = keyAndIv(authKey, msgKey, side);
	const plain = igeDecrypt(sealed, key, iv);
	const large = largeKey(authKey, plain, side);
	return large.subarray(8, 24).equals(msgKey) ? { plain, quickAck: large.subarray(0, 4) } : undefined;
}
