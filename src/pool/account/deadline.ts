import { ChannelError, type Clock } from '../../contract';

/**
 * A signal that follows the caller's and fires by itself after `ms`. `end` must be called when the work is over, or the
 * caller's signal keeps a listener.
 */
export function withDeadline(
	clock: Clock,
	ms: number,
	what: string,
	outer?: AbortSignal,
): { signal: AbortSignal; end: () => void } {
	const controller = new AbortController();
	const cancel = clock.after(ms, () => {
		controller.abort(
			new ChannelError('timeout', `${what} took longer than ${String(Math.round(ms / 1000))} s`, {
				retry: 'now',
				hint: 'The messenger may be slow or unreachable; the time-out can be raised in the options.',
			}),
		);
	});
	const follow = (): void => {
		controller.abort(
			new ChannelError('cancelled', `${what} was cancelled`, {
				cause: outer?.reason,
				hint: 'The execution was stopped.',
			}),
		);
	};
	if (outer?.aborted === true) follow();
	else outer?.addEventListener('abort', follow, { once: true });
	return {
		signal: controller.signal,
		end: () => {
			cancel();
			outer?.removeEventListener('abort', follow);
		},
	};
}
