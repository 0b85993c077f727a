import { setTimeout as pause } from 'node:timers/promises';

/** How to wait for something another process does. */
export interface UntilOptions {
	/** What is awaited, for the error: "the reply in the sandbox". */
	readonly what: string;
	/** Milliseconds until giving up. @default 30000 */
	readonly timeoutMs?: number;
	/** Milliseconds between two looks. @default 100 */
	readonly everyMs?: number;
}

/**
 * Looks again and again until `look` gives something other than `undefined` or `false`, and returns that. n8n is
 * another process and tells nobody what it does, so looking is all there is. An error thrown by the last look is the
 * cause of the error at the end.
 */
export async function until<T>(
	look: () => Promise<T | undefined | false> | T | undefined | false,
	{ what, timeoutMs = 30_000, everyMs = 100 }: UntilOptions,
): Promise<T> {
	const deadline = performance.now() + timeoutMs;
	let cause: unknown;
	for (;;) {
		try {
			const found = await look();
			if (found !== undefined && found !== false) return found;
			cause = undefined;
		} catch (error) {
			cause = error;
		}
		if (performance.now() >= deadline)
			throw new Error(`waited ${timeoutMs} ms in vain for ${what}`, { cause });
		await pause(everyMs);
	}
}
