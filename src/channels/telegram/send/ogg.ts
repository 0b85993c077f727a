/** Samples a second that Opus positions count in, whatever was recorded (RFC 7845, section 4). */
const RATE = 48_000;
/** A page of OGG is at most this long (RFC 3533). */
const PAGE = 65_307;
/** Bytes before the segment table, and the table's one entry, of the first page. */
const FIRST_PACKET = 28;

/** Is this the beginning of OGG with Opus, the one form Telegram's voice messages have? Needs the first 36 bytes. */
export function isOggOpus(head: Buffer): boolean {
	return (
		head.toString('latin1', 0, 4) === 'OggS' &&
		head.toString('latin1', FIRST_PACKET, FIRST_PACKET + 8) === 'OpusHead'
	);
}

/** How long an OGG/Opus recording is, found out while it goes by: its last page says at which sample it ends. */
export class OggLength {
	#tail: Buffer = Buffer.alloc(0);
	#skipped: number | null = null;

	feed(chunk: Buffer): void {
		this.#tail = Buffer.concat([this.#tail, chunk]);
		// The samples to drop at the start are part of the first packet.
		if (this.#skipped === null && this.#tail.length >= FIRST_PACKET + 12)
			this.#skipped = this.#tail.readUInt16LE(FIRST_PACKET + 10);
		if (this.#tail.length > 2 * PAGE) this.#tail = Buffer.from(this.#tail.subarray(-PAGE));
	}

	/** whole seconds, at least one for a recording; null when the end was not understood */
	seconds(): number | null {
		const at = this.#tail.lastIndexOf('OggS', undefined, 'latin1');
		if (at < 0 || at + 14 > this.#tail.length) return null;
		const samples = Number(this.#tail.readBigInt64LE(at + 6)) - (this.#skipped ?? 0);
		return samples <= 0 ? null : Math.max(1, Math.round(samples / RATE));
	}
}
