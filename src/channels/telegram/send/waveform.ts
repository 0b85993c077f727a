/** Bars of a waveform, five bits each, as Telegram's own apps send them (`documentAttributeAudio.waveform`). */
const BARS = 100;
const LOUDEST = 31;
/** Below this part of the largest packet a difference says nothing: the recording has a constant rate. */
const FLAT = 0.1;
/** `OpusHead` and `OpusTags` come before the sound (RFC 7845, section 3). */
const HEADERS = 2;
/** A page's head before its segment table, and where in it the table's length stands (RFC 3533, section 6). */
const HEAD = 27;
const COUNT_AT = 26;
/** A segment as long as this goes on in the next one. */
const LONG = 255;

/**
 * The bars of a voice message, found out while it goes by, without decoding it: Opus spends bytes where there is sound,
 * so the sizes of its packets follow the loudness. An estimate, and none for a recording of constant rate.
 */
export class OpusWaveform {
	#held: Buffer = Buffer.alloc(0);
	/** bytes of the page's content still to go by */
	#skip = 0;
	#packet = 0;
	#broken = false;
	readonly #sizes: number[] = [];

	feed(chunk: Buffer): void {
		let rest = chunk;
		while (rest.length > 0 && !this.#broken) {
			if (this.#skip > 0) {
				const gone = Math.min(this.#skip, rest.length);
				this.#skip -= gone;
				rest = rest.subarray(gone);
				continue;
			}
			this.#held = Buffer.concat([this.#held, rest]);
			const table = tableOf(this.#held);
			if (table === null) return;
			if (table === 'broken') {
				this.#broken = true;
				return;
			}
			for (const size of table) {
				this.#packet += size;
				this.#skip += size;
				if (size === LONG) continue;
				this.#sizes.push(this.#packet);
				this.#packet = 0;
			}
			rest = this.#held.subarray(HEAD + table.length);
			this.#held = Buffer.alloc(0);
		}
	}

	/** The bars, packed; null when there is nothing to tell them from. */
	bytes(): Buffer | null {
		const sizes = this.#sizes.slice(HEADERS);
		if (sizes.length === 0) return null;
		const bars = Array.from({ length: BARS }, (_, at) => mean(sizes, at));
		const loudest = Math.max(...bars);
		const quietest = Math.min(...bars);
		if (loudest - quietest < loudest * FLAT) return null;
		return pack(bars.map((bar) => Math.round(((bar - quietest) / (loudest - quietest)) * LOUDEST)));
	}
}

/** The segment table of the page that begins here; null = not all of it is here yet. */
function tableOf(page: Buffer): Buffer | 'broken' | null {
	if (page.length < HEAD) return null;
	if (page.toString('latin1', 0, 4) !== 'OggS') return 'broken';
	const end = HEAD + (page[COUNT_AT] ?? 0);
	return page.length < end ? null : page.subarray(HEAD, end);
}

/** The mean of the packets under one bar, at least one. */
function mean(sizes: readonly number[], bar: number): number {
	const from = Math.floor((bar * sizes.length) / BARS);
	const to = Math.max(from + 1, Math.floor(((bar + 1) * sizes.length) / BARS));
	const under = sizes.slice(from, to);
	return under.reduce((sum, size) => sum + size, 0) / under.length;
}

/** Five bits each, the lowest bits first. */
function pack(bars: readonly number[]): Buffer {
	const bytes = Buffer.alloc(Math.ceil((bars.length * 5) / 8) + 1);
	for (const [index, bar] of bars.entries()) {
		const at = (index * 5) >> 3;
		bytes.writeUInt16LE(bytes.readUInt16LE(at) | (bar << ((index * 5) & 7)), at);
	}
	return bytes.subarray(0, -1);
}
