import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import type { Dispatcher } from '#lib/undici';
import { ChannelError, invalidParameter, type Clock, type MediaOutput } from '../../../contract';
import { connectionProblem, timedOut } from './failures';

const MAX_REDIRECTS = 5;

export interface DownloadOptions {
	dispatcher: Dispatcher;
	clock: Clock;
	/** until the headers are there; the body may take longer */
	timeoutMs: number;
	signal: AbortSignal;
}

/**
 * Opens a file on a content server. Without our token: Avito's picture and voice servers take none, and it must not
 * reach a foreign host. Follows redirects (one client saw the voice URL redirect).
 * @throws ChannelError `media_expired` (403, 404, 410), `upstream_error`, `unreachable`, `timeout`
 */
export async function download(url: string, options: DownloadOptions): Promise<MediaOutput> {
	let target = parseUrl(url);
	for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
		const { statusCode, headers, body } = await open(target, options);
		const location = headers['location'];
		if (statusCode >= 300 && statusCode < 400 && typeof location === 'string') {
			body.destroy();
			target = parseUrl(new URL(location, target).href);
			continue;
		}
		if (statusCode !== 200) {
			body.destroy();
			throw refused(statusCode);
		}
		const size = Number(headers['content-length']);
		return {
			stream: body,
			fileName: fileName(target),
			mimeType: String(headers['content-type'] ?? 'application/octet-stream')
				.replace(/;.*$/, '')
				.trim(),
			...(Number.isFinite(size) ? { size } : {}),
		};
	}
	throw new ChannelError('upstream_error', 'The file address redirects in a circle', { channel: 'avito' });
}

interface OpenBody {
	statusCode: number;
	headers: Record<string, string | string[] | undefined>;
	body: Readable;
}

async function open(target: URL, options: DownloadOptions): Promise<OpenBody> {
	const { signal } = options;
	signal.throwIfAborted();
	const ending = new AbortController();
	const onAbort = (): void => ending.abort(signal.reason);
	signal.addEventListener('abort', onAbort, { once: true });
	const forget = (): void => signal.removeEventListener('abort', onAbort);
	let late = false;
	const cancelTimer = options.clock.after(options.timeoutMs, () => {
		late = true;
		ending.abort();
	});
	try {
		const answer = await options.dispatcher.request({
			origin: target.origin,
			method: 'GET',
			path: `${target.pathname}${target.search}`,
			signal: ending.signal,
		});
		answer.body.once('close', forget);
		// A consumer that gives up destroys the stream, and undici then emits an error that would end the process if
		// nobody listened. Whoever reads the stream gets errors there.
		answer.body.on('error', () => undefined);
		return answer;
	} catch (error) {
		forget();
		if (signal.aborted) throw signal.reason;
		throw late ? timedOut(options.timeoutMs, error) : connectionProblem(error);
	} finally {
		cancelTimer();
	}
}

function parseUrl(url: string): URL {
	const parsed = URL.parse(url);
	if (parsed === null || !/^https?:$/.test(parsed.protocol))
		throw invalidParameter('url', 'must be an http or https address');
	return parsed;
}

function fileName(url: URL): string {
	const name = basename(url.pathname);
	try {
		return decodeURIComponent(name) || 'file';
	} catch {
		return name;
	}
}

function refused(status: number): ChannelError {
	if (status === 403 || status === 404 || status === 410) {
		return new ChannelError('media_expired', `The file is no longer there (${status})`, {
			channel: 'avito',
			providerCode: String(status),
			hint: 'Voice links of Avito live for one hour: ask for the voice file again.',
		});
	}
	return new ChannelError('upstream_error', `The file server answered ${status}`, {
		channel: 'avito',
		retry: 'now',
		providerCode: String(status),
	});
}
