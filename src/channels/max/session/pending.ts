import type { Json } from '../../../contract';
import { CMD, type IncomingFrame } from '../codec';
import { refusalError } from '../refusal';

interface Waiting {
	opcode: number;
	resolve(payload: Json): void;
	reject(error: Error): void;
}

/** `seq` is two bytes and wraps. */
const SEQS = 65_536;

/**
 * Requests of one connection that wait for their reply. A reply belongs to a request when seq *and* opcode match and
 * its cmd is 1, 2 or 3: the server counts its pushes by itself, so they may carry the same seq.
 */
export class PendingRequests {
	readonly #waiting = new Map<number, Waiting>();
	#next = 0;

	get size(): number {
		return this.#waiting.size;
	}

	/** A seq no open request uses. @throws Error when 65,536 requests wait at once */
	add(opcode: number, resolve: (payload: Json) => void, reject: (error: Error) => void): number {
		if (this.#waiting.size >= SEQS) throw new Error('65,536 requests are waiting for their replies');
		while (this.#waiting.has(this.#next)) this.#next = (this.#next + 1) % SEQS;
		const seq = this.#next;
		this.#next = (seq + 1) % SEQS;
		this.#waiting.set(seq, { opcode, resolve, reject });
		return seq;
	}

	/** Gives up waiting; a reply that comes later matches nothing. */
	remove(seq: number): void {
		this.#waiting.delete(seq);
	}

	/**
	 * `cmd` 2 settles without a payload: clients take it for "not found" or for an event, and nobody has published one.
	 * @returns false when nobody waits for this frame
	 */
	settle(frame: IncomingFrame): boolean {
		const waiting = this.#waiting.get(frame.seq);
		if (waiting === undefined || waiting.opcode !== frame.opcode || frame.cmd > CMD.error) return false;
		this.#waiting.delete(frame.seq);
		if (frame.cmd === CMD.notFound) waiting.resolve(null);
		else if (frame.cmd === CMD.error) waiting.reject(refusalError(frame.payload, frame.opcode));
		else if (frame.unreadable !== undefined)
			waiting.reject(refusalError({ error: 'unreadable', message: frame.unreadable }, frame.opcode));
		else waiting.resolve(frame.payload);
		return true;
	}

	rejectAll(error: Error): void {
		const all = [...this.#waiting.values()];
		this.#waiting.clear();
		for (const waiting of all) waiting.reject(error);
	}
}
