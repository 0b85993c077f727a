/** An entry as far as retention is concerned. */
export interface Candidate {
	seq: number;
	/** ms since 1970 */
	recordedAt: number;
	/** false = stored as its id only */
	hasEvent: boolean;
	heldUntil: number | null;
}

/** A remembered consumer as far as retention is concerned. */
export interface Reading {
	consumer: string;
	published: boolean;
	catchUpMs: number;
	watermark: number;
	acknowledged: ReadonlySet<number>;
	/** handed to n8n, not settled */
	inFlight: ReadonlySet<number>;
}

export interface Bounds {
	now: number;
	/** entries recorded before this are too old, whoever still wants them */
	oldestRecordedAt: number;
	/** entries with a lower number are too many */
	lowestSeq: number;
}

export interface Unread {
	consumer: string;
	from: number;
	to: number;
	count: number;
}

/**
 * Which entries go, and who loses something by it. An entry stays while a published consumer has not passed it, or an
 * unpublished one for no longer than it would catch up, or while it is held for a wait; never beyond the bounds. Whoever
 * had not passed a removed entry passes it hereby; when there was something to read, that is a gap of this consumer.
 * (Its filter has not been asked, so the count is how many it may have missed at most.)
 */
export function decideRetention(
	candidates: readonly Candidate[],
	readings: readonly Reading[],
	bounds: Bounds,
): { remove: number[]; passed: Map<string, number[]>; unread: Unread[] } {
	const remove: number[] = [];
	const passed = new Map<string, number[]>();
	const unread = new Map<string, Unread>();
	for (const entry of candidates) {
		const missing = readings.filter((reading) => !hasPassed(reading, entry.seq));
		if (!mustGo(entry, bounds) && isWanted(entry, missing, bounds.now)) continue;
		remove.push(entry.seq);
		for (const reading of missing) {
			const seqs = passed.get(reading.consumer);
			if (seqs === undefined) passed.set(reading.consumer, [entry.seq]);
			else seqs.push(entry.seq);
			if (!entry.hasEvent || reading.inFlight.has(entry.seq)) continue;
			const gap = unread.get(reading.consumer);
			unread.set(reading.consumer, {
				consumer: reading.consumer,
				from: gap?.from ?? entry.seq,
				to: entry.seq,
				count: (gap?.count ?? 0) + 1,
			});
		}
	}
	return { remove, passed, unread: [...unread.values()] };
}

function mustGo(entry: Candidate, bounds: Bounds): boolean {
	return entry.recordedAt < bounds.oldestRecordedAt || entry.seq < bounds.lowestSeq;
}

function isWanted(entry: Candidate, missing: readonly Reading[], now: number): boolean {
	if (entry.heldUntil !== null && entry.heldUntil > now) return true;
	return missing.some((reading) => reading.published || entry.recordedAt >= now - reading.catchUpMs);
}

function hasPassed(reading: Reading, seq: number): boolean {
	return seq <= reading.watermark || reading.acknowledged.has(seq);
}
