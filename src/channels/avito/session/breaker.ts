import {
	BrokenCircuitError,
	circuitBreaker,
	CircuitState,
	ConsecutiveBreaker,
	handleWhen,
} from '#lib/cockatiel';
import { ChannelError } from '../../../contract';

export interface Breaker {
	run<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Opens after so many failures in a row (unreachable, time-out, 5xx), then lets one request through after `openMs`.
 * While it is open, calls fail at once instead of each waiting out its own time-out. Library: cockatiel; it keeps no
 * timer. Refusals by Avito (4xx) say that the upstream works and count as success.
 */
export function createBreaker(options: { failures: number; openMs: number }): Breaker {
	if (options.failures === 0) return { run: (work) => work() };
	const policy = circuitBreaker(handleWhen(isOutage), {
		halfOpenAfter: options.openMs,
		breaker: new ConsecutiveBreaker(options.failures),
	});
	/** Failures in a row so far. While there are none, the policy has nothing to decide and is not asked. */
	let failing = false;
	return {
		async run(work) {
			if (!failing) {
				try {
					return await work();
				} catch (error) {
					if (!isOutage(error)) throw error;
					failing = true;
					return policy.execute(() => Promise.reject(error as Error));
				}
			}
			// Others would wait for the probe with no way to abort: they fail at once instead.
			if (policy.state === CircuitState.HalfOpen) throw circuitOpen(options.openMs);
			try {
				const result = await policy.execute(work);
				failing = false;
				return result;
			} catch (error) {
				throw error instanceof BrokenCircuitError ? circuitOpen(options.openMs) : error;
			}
		},
	};
}

const OUTAGES = ['unreachable', 'timeout', 'upstream_error'];

export function isOutage(error: unknown): boolean {
	return ChannelError.is(error) && OUTAGES.includes(error.code);
}

function circuitOpen(openMs: number): ChannelError {
	return new ChannelError('unreachable', 'Avito failed several times in a row; requests are paused', {
		channel: 'avito',
		retry: { afterMs: openMs },
		providerCode: CIRCUIT_OPEN,
		hint: 'The circuit breaker lets one request through after a while; its limits are in the credential.',
	});
}

/** providerCode of our own refusal: nothing was sent, and trying again at once is useless. */
export const CIRCUIT_OPEN = 'circuit_open';
