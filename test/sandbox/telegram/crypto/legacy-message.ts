import { igeDecrypt } from './ige';
import { sha1 } from './numbers';

/**
 * Opens a message of MTProto 1.0, which lives on in one place: the binding of a temporary key is encrypted
 * this way under the permanent one (core.telegram.org/method/auth.bindTempAuthKey). Undefined when it does not fit.
 */
export function openLegacy(authKey: Buffer, packet: Buffer): Buffer | undefined {
	const msgKey = packet.subarray(8, 24);
	const sealed = packet.subarray(24);
	if (sealed.length < 32 || sealed.length % 16 !== 0) return undefined;
	const a = sha1(msgKey, authKey.subarray(0, 32));
	const b = sha1(authKey.subarray(32, 48), msgKey, authKey.subarray(48, 64));
	const c = sha1(authKey.subarray(64, 96), msgKey);
	const d = sha1(msgKey, authKey.subarray(96, 128));
	const key = Buffer.concat([a.subarray(0, 8), b.subarray(8, 20), c.subarray(4, 16)]);
	const iv = Buffer.concat([a.subarray(8, 20), b.subarray(0, 8), c.subarray(16, 20), d.subarray(0, 8)]);
	const plain = igeDecrypt(sealed, key, iv);
	const length = 32 + plain.readUInt32LE(28);
	if (length > plain.length) return undefined;
	const message = plain.subarray(0, length);
	return sha1(message).subarray(4, 20).equals(msgKey) ? message : undefined;
}
