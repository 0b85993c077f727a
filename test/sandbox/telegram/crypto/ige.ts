import { createCipheriv, createDecipheriv } from 'node:crypto';

/**
 * AES-256-IGE with the platform's AES. Encryption is one CBC run: with y = c XOR the previous p,
 * y[i] = E(p[i] XOR p[i-2] XOR y[i-1]). Decryption has no such form and goes block by block through ECB.
 */
export function igeEncrypt(data: Buffer, key: Buffer, iv: Buffer): Buffer {
	const [cipherIv, plainIv] = halves(iv);
	const shifted = Buffer.concat([Buffer.alloc(16), plainIv, data]).subarray(0, data.length);
	const cbc = createCipheriv('aes-256-cbc', key, cipherIv).setAutoPadding(false);
	const out = cbc.update(xor(data, shifted));
	return xor(out, Buffer.concat([plainIv, data]).subarray(0, data.length));
}

export function igeDecrypt(data: Buffer, key: Buffer, iv: Buffer): Buffer {
	const aes = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false);
	const out = Buffer.allocUnsafe(data.length);
	let [cipher, plain] = halves(iv);
	const mixed = Buffer.allocUnsafe(16);
	for (let at = 0; at < data.length; at += 16) {
		for (let i = 0; i < 16; i++) mixed[i] = (data[at + i] ?? 0) ^ (plain[i] ?? 0);
		const block = aes.update(mixed);
		for (let i = 0; i < 16; i++) out[at + i] = (block[i] ?? 0) ^ (cipher[i] ?? 0);
		plain = out.subarray(at, at + 16);
		cipher = data.subarray(at, at + 16);
	}
	return out;
}

function halves(iv: Buffer): [Buffer, Buffer] {
	return [iv.subarray(0, 16), iv.subarray(16, 32)];
}

export function xor(a: Buffer, b: Buffer): Buffer {
	const out = Buffer.allocUnsafe(a.length);
	for (let i = 0; i < a.length; i++) out[i] = (a[i] ?? 0) ^ (b[i] ?? 0);
	return out;
}
