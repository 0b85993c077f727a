/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index is counted or masked to the size of its table */
import { createCipheriv } from 'node:crypto';
import { forDecryption, INVERSE_S_BOX, TABLES } from './aes';

/** bytes of an AES block */
const BLOCK = 16;
/** 32-bit words of an AES block */
const WORDS = 4;

/**
 * AES-256-IGE (core.telegram.org/mtproto/AES-IGE): c[i] = E(p[i] ^ c[i-1]) ^ p[i-1]. By the platform's AES: with
 * d[i] = c[i] ^ p[i-1] it is d[i] = E(p[i] ^ p[i-2] ^ d[i-1]), one run of CBC with a XOR before and behind it, done four
 * bytes at a time.
 * @param plain whole blocks
 * @param iv c[-1], then p[-1]: two blocks
 */
export function encryptIge(plain: Buffer, key: Buffer, iv: Buffer): Buffer {
	const p = wordsOf(plain);
	const before = wordsOf(iv);
	const shifted = new Int32Array(p.length);
	for (let at = 0; at < WORDS; at += 1) shifted[at] = p[at]!;
	for (let at = WORDS; at < Math.min(2 * WORDS, p.length); at += 1) shifted[at] = p[at]! ^ before[at]!;
	for (let at = 2 * WORDS; at < p.length; at += 1) shifted[at] = p[at]! ^ p[at - 2 * WORDS]!;
	const cbc = createCipheriv('aes-256-cbc', key, iv.subarray(0, BLOCK)).setAutoPadding(false);
	const encrypted = cbc.update(new Uint8Array(shifted.buffer));
	const c = wordsOf(encrypted);
	for (let at = 0; at < WORDS; at += 1) c[at] = c[at]! ^ before[at + WORDS]!;
	for (let at = WORDS; at < p.length; at += 1) c[at] = c[at]! ^ p[at - WORDS]!;
	return c.buffer === encrypted.buffer ? encrypted : Buffer.from(c.buffer);
}

/**
 * The other way: p[i] = D(c[i] ^ p[i-1]) ^ c[i-1]. Each block needs the one before, so that a call into the platform's AES
 * per 16 bytes would be all it takes; here the rounds are tables. All numbers are signed 32-bit ones and no arrays are
 * made on the way: unsigned numbers and arrays become objects, gigabytes of them for a film.
 */
export function decryptIge(cipher: Buffer, key: Buffer, iv: Buffer): Buffer {
	const [t0, t1, t2, t3] = TABLES;
	const s = INVERSE_S_BOX;
	const k = forDecryption(key);
	const c = wordsOf(cipher);
	const p = new Int32Array(c.length);
	const before = wordsOf(iv);
	let c0 = before[0]!;
	let c1 = before[1]!;
	let c2 = before[2]!;
	let c3 = before[3]!;
	let p0 = before[4]!;
	let p1 = before[5]!;
	let p2 = before[6]!;
	let p3 = before[7]!;
	for (let at = 0; at < c.length; at += WORDS) {
		const x0 = c[at]!;
		const x1 = c[at + 1]!;
		const x2 = c[at + 2]!;
		const x3 = c[at + 3]!;
		let a = x0 ^ p0 ^ k[0]!;
		let b = x1 ^ p1 ^ k[1]!;
		let d = x2 ^ p2 ^ k[2]!;
		let e = x3 ^ p3 ^ k[3]!;
		for (let round = WORDS; round < 56; round += WORDS) {
			const a1 = t0[a & 255]! ^ t1[(e >>> 8) & 255]! ^ t2[(d >>> 16) & 255]! ^ t3[b >>> 24]! ^ k[round]!;
			const b1 = t0[b & 255]! ^ t1[(a >>> 8) & 255]! ^ t2[(e >>> 16) & 255]! ^ t3[d >>> 24]! ^ k[round + 1]!;
			const d1 = t0[d & 255]! ^ t1[(b >>> 8) & 255]! ^ t2[(a >>> 16) & 255]! ^ t3[e >>> 24]! ^ k[round + 2]!;
			e = t0[e & 255]! ^ t1[(d >>> 8) & 255]! ^ t2[(b >>> 16) & 255]! ^ t3[a >>> 24]! ^ k[round + 3]!;
			a = a1;
			b = b1;
			d = d1;
		}
		p0 =
			(s[a & 255]! | (s[(e >>> 8) & 255]! << 8) | (s[(d >>> 16) & 255]! << 16) | (s[b >>> 24]! << 24)) ^
			k[56]! ^
			c0;
		p1 =
			(s[b & 255]! | (s[(a >>> 8) & 255]! << 8) | (s[(e >>> 16) & 255]! << 16) | (s[d >>> 24]! << 24)) ^
			k[57]! ^
			c1;
		p2 =
			(s[d & 255]! | (s[(b >>> 8) & 255]! << 8) | (s[(a >>> 16) & 255]! << 16) | (s[e >>> 24]! << 24)) ^
			k[58]! ^
			c2;
		p3 =
			(s[e & 255]! | (s[(d >>> 8) & 255]! << 8) | (s[(b >>> 16) & 255]! << 16) | (s[a >>> 24]! << 24)) ^
			k[59]! ^
			c3;
		p[at] = p0;
		p[at + 1] = p1;
		p[at + 2] = p2;
		p[at + 3] = p3;
		c0 = x0;
		c1 = x1;
		c2 = x2;
		c3 = x3;
	}
	return Buffer.from(p.buffer);
}

/**
 * The same bytes as words, copied only if they stand askew. In the machine's own order, which is little-endian wherever
 * Node runs but on s390x.
 */
function wordsOf(bytes: Buffer): Int32Array {
	const { buffer, byteOffset, length } = bytes;
	if (byteOffset % 4 === 0) return new Int32Array(buffer, byteOffset, length / 4);
	return new Int32Array(new Uint8Array(bytes).buffer);
}
