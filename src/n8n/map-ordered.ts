import { ChannelError } from '../contract';

/**
 * Runs `work` over `items` with at most `width` at a time and gives the results in the order of the items. The first
 * failure ends it: what is under way is aborted and awaited, so nothing goes on behind the caller's back. Aborting
 * `signal` does the same with `cancelled`.
 */
export async function mapOrdered<Item, Result>(
	items: readonly Item[],
	width: number,
	signal: AbortSignal | undefined,
	work: (item: Item, index: number, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
	const results = new Array<Result>(items.length);
	const stop = new AbortController();
	const onAbort = (): void => stop.abort(cancelled(done, items.length));
	let next = 0;
	let done = 0;
	let failure: { error: unknown } | undefined;

	const lane = async (): Promise<void> => {
		while (next < items.length && !stop.signal.aborted) {
			const index = next++;
			try {
				results[index] = await work(items[index] as Item, index, stop.signal);
				done++;
			} catch (error) {
				failure ??= { error };
				stop.abort(error);
			}
		}
	};

	if (isAborted(signal)) throw cancelled(0, items.length);
	signal?.addEventListener('abort', onAbort, { once: true });
	try {
		await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
	} finally {
		signal?.removeEventListener('abort', onAbort);
	}
	if (isAborted(signal) && done < items.length) throw cancelled(done, items.length);
	if (failure !== undefined) throw failure.error;
	return results;
}

/** Behind a function because the compiler would take the first look at `aborted` for the last. */
function isAborted(signal: AbortSignal | undefined): boolean {
	return signal?.aborted === true;
}

function cancelled(done: number, total: number): ChannelError {
	return new ChannelError('cancelled', `The execution was stopped after ${done} of ${total} items.`, {
		hint: 'Items already processed are done; a message that was under way may have been sent.',
	});
}
