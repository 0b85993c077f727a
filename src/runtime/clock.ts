import type { Clock } from '../contract';

/** Node's timers cap at 2^31 − 1 ms and fire at once beyond it; longer waits are made of several. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * The machine's clock. Timers never keep the process alive: n8n decides when it ends, and a forgotten timer of ours
 * must not hold up a shutdown.
 */
export const systemClock: Clock = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
	after: (ms, callback) => startTimer(ms, callback),
	sleep: (ms, signal) => sleepWith(systemClock, ms, signal),
};

function startTimer(ms: number, callback: () => void): () => void {
	let handle: NodeJS.Timeout;
	const arm = (left: number): void => {
		const step = Math.min(Math.max(left, 0), MAX_TIMER_MS);
		handle = setTimeout(() => {
			if (left > step) arm(left - step);
			else callback();
		}, step);
		handle.unref();
	};
	arm(ms);
	return () => {
		clearTimeout(handle);
	};
}

/** `Clock.sleep` on top of `Clock.after`; removes its abort listener on both paths. */
export function sleepWith(clock: Pick<Clock, 'after'>, ms: number, signal?: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		if (signal?.aborted) {
			reject(signal.reason as Error);
			return;
		}
		const onAbort = (): void => {
			cancel();
			reject(signal?.reason as Error);
		};
		const cancel = clock.after(ms, () => {
			signal?.removeEventListener('abort', onAbort);
			resolve();
		});
		signal?.addEventListener('abort', onAbort, { once: true });
	});
}

/** Lets everything that is already queued on the event loop run first. */
export function nextTurn(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}
