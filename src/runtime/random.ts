import { randomFillSync } from 'node:crypto';
import type { Random } from '../contract';

/** Asking the system costs much more than the bytes: what is left of one answer serves the next callers. */
const pool = Buffer.alloc(1024);
let used = pool.length;

function randomHex(bytes: number): string {
	if (bytes > pool.length) return randomFillSync(Buffer.alloc(bytes)).toString('hex');
	if (used + bytes > pool.length) {
		randomFillSync(pool);
		used = 0;
	}
	const hex = pool.toString('hex', used, used + bytes);
	pool.fill(0, used, (used += bytes));
	return hex;
}

export const systemRandom: Random = {
	next: () => Math.random(),
	hex: randomHex,
};
