const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * Repeatable random values: the same seed gives the same ids, orders and losses, so a failed run can be
 * run again. (Mulberry32, public domain; a sandbox needs no cryptographic strength.)
 */
export class SeededRandom {
	private state: number;

	constructor(seed: number) {
		this.state = seed >>> 0;
	}

	/** A number in [0, 1). */
	next(): number {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let t = this.state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	}

	/** A whole number in [0, below). */
	below(below: number): number {
		return Math.floor(this.next() * below);
	}

	/** `length` characters out of `alphabet` (default: base64url). */
	text(length: number, alphabet: string = base64url): string {
		let text = '';
		for (let i = 0; i < length; i++) text += alphabet.charAt(this.below(alphabet.length));
		return text;
	}

	/** Lower-case hexadecimal digits. */
	hex(length: number): string {
		return this.text(length, '0123456789abcdef');
	}

	/** A UUID of version 4. */
	uuid(): string {
		const hex = this.hex(30);
		const variant = '89ab'.charAt(this.below(4));
		return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-${variant}${hex.slice(15, 18)}-${hex.slice(18)}`;
	}

	/** A new array with the same members in random order. */
	shuffled<T>(items: readonly T[]): T[] {
		const result = [...items];
		for (let i = result.length - 1; i > 0; i--) {
			const j = this.below(i + 1);
			[result[i], result[j]] = [result[j] as T, result[i] as T];
		}
		return result;
	}
}
