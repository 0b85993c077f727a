/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index is counted or masked to the size of its table */
/** AES-256 for decryption by tables (FIPS 197, equivalent inverse cipher); a word's lowest byte is the first. */
type Table = Int32Array;

const S_BOX = new Uint8Array(256);
export const INVERSE_S_BOX = new Uint8Array(256);
/** For each byte its inverse S-box value times 14, 9, 13 and 11 in GF(2^8), in four rotations. */
export const TABLES: readonly [Table, Table, Table, Table] = [
	new Int32Array(256),
	new Int32Array(256),
	new Int32Array(256),
	new Int32Array(256),
];

/** Times x in GF(2^8). */
function double(value: number): number {
	return ((value << 1) ^ (value & 0x80 ? 0x11b : 0)) & 0xff;
}

function rotated(word: number, bits: number): number {
	return (word << bits) | (word >>> (32 - bits));
}

function fillTables(): void {
	// p runs through all numbers but 0 in powers of 3, q in those of its inverse.
	let [p, q] = [1, 1];
	do {
		p ^= double(p);
		q ^= q << 1;
		q ^= q << 2;
		q ^= q << 4;
		q &= 0xff;
		if (q & 0x80) q ^= 0x09;
		const mixed = q ^ (q << 1) ^ (q << 2) ^ (q << 3) ^ (q << 4);
		S_BOX[p] = ((mixed ^ (mixed >> 8)) & 0xff) ^ 0x63;
	} while (p !== 1);
	S_BOX[0] = 0x63;
	for (const [value, substitute] of S_BOX.entries()) INVERSE_S_BOX[substitute] = value;
	for (const [value, one] of INVERSE_S_BOX.entries()) {
		const two = double(one);
		const four = double(two);
		const eight = double(four);
		const word =
			(eight ^ four ^ two) |
			((eight ^ one) << 8) |
			((eight ^ four ^ one) << 16) |
			((eight ^ two ^ one) << 24);
		for (const [turn, table] of TABLES.entries()) table[value] = turn === 0 ? word : rotated(word, 8 * turn);
	}
}

fillTables();

/** The 60 words of the round keys, in the order in which decryption needs them. @param key 32 bytes */
export function forDecryption(key: Buffer): Int32Array {
	const words = expanded(key);
	const turned = new Int32Array(60);
	for (let round = 0; round <= 14; round += 1) {
		for (let at = 0; at < 4; at += 1) {
			const word = words[(14 - round) * 4 + at]!;
			turned[round * 4 + at] = round === 0 || round === 14 ? word : unmixed(word);
		}
	}
	return turned;
}

function expanded(key: Buffer): Int32Array {
	const words = new Int32Array(60);
	for (let at = 0; at < 8; at += 1) words[at] = key.readInt32LE(at * 4);
	let constant = 1;
	for (let at = 8; at < 60; at += 1) {
		let word = words[at - 1]!;
		if (at % 8 === 0) {
			word = substituted(rotated(word, 24)) ^ constant;
			constant = double(constant);
		} else if (at % 8 === 4) word = substituted(word);
		words[at] = words[at - 8]! ^ word;
	}
	return words;
}

function substituted(word: number): number {
	const at = (shift: number): number => S_BOX[(word >>> shift) & 255]! << shift;
	return at(0) | at(8) | at(16) | at(24);
}

/** InvMixColumns of one word. */
function unmixed(word: number): number {
	const [t0, t1, t2, t3] = TABLES;
	const of = (shift: number): number => S_BOX[(word >>> shift) & 255]!;
	return t0[of(0)]! ^ t1[of(8)]! ^ t2[of(16)]! ^ t3[of(24)]!;
}
