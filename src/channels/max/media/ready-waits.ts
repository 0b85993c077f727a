import type { JsonObject } from '../../../contract';
import { id } from '../json';

/** Ids of push 136 that nobody waited for are remembered, since the push may come before the upload's own reply. */
const MAX_EARLY = 500;

/** What push 136 is about: `{fileId}`, `{videoId}` or `{audioId}`. */
export function readyMediaId(payload: JsonObject): string | null {
	return id(payload['fileId']) ?? id(payload['videoId']) ?? id(payload['audioId']);
}

/** Uploads and transcriptions wait here for the push that says they are done. */
export class ReadyWaits {
	readonly #waiting = new Map<string, (payload: JsonObject) => void>();
	readonly #early = new Map<string, JsonObject>();

	/** Call before the upload begins. @returns resolves with the push's payload; and an undo */
	expect(mediaId: string): { ready: Promise<JsonObject>; forget: () => void } {
		const early = this.#early.get(mediaId);
		if (early !== undefined) return { ready: Promise.resolve(early), forget: () => undefined };
		const { promise, resolve } = Promise.withResolvers<JsonObject>();
		this.#waiting.set(mediaId, resolve);
		return { ready: promise, forget: () => void this.#waiting.delete(mediaId) };
	}

	/** @param mediaId what the push is about; null = nothing anybody waits for */
	tell(mediaId: string | null, payload: JsonObject): void {
		if (mediaId === null) return;
		const waiting = this.#waiting.get(mediaId);
		this.#waiting.delete(mediaId);
		if (waiting !== undefined) {
			waiting(payload);
			return;
		}
		this.#early.set(mediaId, payload);
		const oldest = this.#early.keys().next().value;
		if (this.#early.size > MAX_EARLY && oldest !== undefined) this.#early.delete(oldest);
	}
}
