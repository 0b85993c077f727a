import { createCipheriv } from 'node:crypto';
import { decryptIge } from './aes';

/**
 * AES-256-IGE with the platform's AES. Encryption is one CBC run: with y = c XOR the previous p,
 * y[i] = E(p[i] XOR p[i-2] XOR y[i-1]). Decryption has no such form and goes block by block.
 */
export function igeEncrypt(data: Buffer, key: Buffer, iv: Buffer): Buffer {
	const [cipherIv, plainIv] = halves(iv);
	const shifted = Buffer.concat([Buffer.alloc(16), plainIv, data]).subarray(0, data.length);
	const cbc = createCipheriv('aes-256-cbc', key, cipherIv).setAutoPadding(false);
	const out = cbc.update(xor(data, shifted));
	return xor(out, Buffer.concat([plainIv, data]).subarray(0, data.length));
}

export function igeDecrypt(data: Buffer, key: Buffer, iv: Buffer): Buffer {
	return decryptIge(data, key, iv);
}

function halves(iv: Buffer): [Buffer, Buffer] {
	return [iv.subarray(0, 16), iv.subarray(16, 32)];
}

export function xor(a: Buffer, b: Buffer): Buffer {
	const out = Buffer.allocUnsafe(a.length);
	const views = [a, b, out].map((one) => new DataView(one.buffer, one.byteOffset, one.length)) as [
		DataView,
		DataView,
		DataView,
	];
	const whole = a.length & ~3;
	for (let i = 0; i < whole; i += 4) views[2].setInt32(i, views[0].getInt32(i) ^ views[1].getInt32(i));
	for (let i = whole; i < a.length; i++) out[i] = (a[i] ?? 0) ^ (b[i] ?? 0);
	return out;
}
