import type { Dispatcher, FormData } from '#lib/undici';
import type { Clock } from '../../../contract';
import { ACCEPT_ENCODING, readText } from './body';
import { connectionProblem, timedOut } from './failures';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HttpRequest {
	method: Method;
	/** with query */
	path: string;
	headers: Record<string, string>;
	body?: string | FormData;
}

/** One answer, whatever its status. `text` is the whole body, at most `MAX_BODY_BYTES`. */
export interface HttpAnswer {
	status: number;
	headers: Record<string, string | string[] | undefined>;
	text: string;
}

export interface ExchangeOptions {
	dispatcher: Dispatcher;
	origin: string;
	clock: Clock;
	timeoutMs: number;
	signal: AbortSignal;
}

/**
 * One HTTP exchange: no policy, no opinion on the status. Ends by the answer, the caller's signal or `timeoutMs`.
 * @throws ChannelError `unreachable`, `timeout`, `unexpected_answer`; the signal's own reason when aborted
 */
export async function exchange(request: HttpRequest, options: ExchangeOptions): Promise<HttpAnswer> {
	const { signal } = options;
	signal.throwIfAborted();
	const ending = new AbortController();
	const onAbort = (): void => ending.abort(signal.reason);
	signal.addEventListener('abort', onAbort, { once: true });
	let late = false;
	const cancelTimer = options.clock.after(options.timeoutMs, () => {
		late = true;
		ending.abort();
	});
	try {
		const { statusCode, headers, body } = await options.dispatcher.request({
			origin: options.origin,
			method: request.method,
			path: request.path,
			headers: { 'accept-encoding': ACCEPT_ENCODING, ...request.headers },
			body: request.body ?? null,
			signal: ending.signal,
		});
		return { status: statusCode, headers, text: await readText(body, headers) };
	} catch (error) {
		if (signal.aborted) throw signal.reason;
		if (late) throw timedOut(options.timeoutMs, error);
		throw connectionProblem(error);
	} finally {
		cancelTimer();
		signal.removeEventListener('abort', onAbort);
	}
}
