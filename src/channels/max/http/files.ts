import { Readable } from 'node:stream';
import type { Dispatcher } from '#lib/undici';
import { ChannelError, invalidParameter, type Clock } from '../../../contract';
import { createDispatcher } from '../../../network';
import { connectFailure, connectionLost } from '../errors';
import { isServiceHost } from '../service-hosts';
import type { MaxSettings } from '../settings';

/** uploads and downloads of one account at a time, per host */
const CONNECTIONS = 8;
const MAX_REDIRECTS = 5;
/** ms without a byte in either direction until a transfer is given up */
const STALL_MS = 120_000;
/** An answer to an upload is a line of JSON. */
const MAX_ANSWER = 1024 * 1024;

export interface OpenFile {
	stream: Readable;
	mimeType: string;
	size?: number;
	/** of Content-Disposition or the path */
	fileName: string;
}

/** Who named an address: the service in a reply, or the person who built the workflow. */
export type AddressOf = 'service' | 'user';

/**
 * Up- and downloads of one account. URLs of MAX carry everything: no token of ours is sent along. Further certificate
 * authorities are for the service and for a proxy that inspects traffic; without such a proxy an address that a person
 * names elsewhere is trusted as Node trusts it.
 */
export class FileTransfers {
	readonly #settings: MaxSettings;
	readonly #clock: Clock;
	#toService: Dispatcher | null = null;
	#elsewhere: Dispatcher | null = null;

	constructor(settings: MaxSettings, clock: Clock) {
		this.#settings = settings;
		this.#clock = clock;
	}

	/** @throws ChannelError `media_expired` (401, 403, 404, 410), `upstream_error`, `unreachable` */
	async download(url: string, signal: AbortSignal, address: AddressOf = 'service'): Promise<OpenFile> {
		let target = parseUrl(url);
		for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
			const request = { method: 'GET' as const, headers: this.#headers(), address };
			const answer = await this.#request(target, request, signal);
			const location = answer.headers['location'];
			if (answer.statusCode >= 300 && answer.statusCode < 400 && typeof location === 'string') {
				answer.body.destroy();
				target = parseUrl(new URL(location, target).href);
				continue;
			}
			if (answer.statusCode !== 200) {
				answer.body.destroy();
				throw refused(answer.statusCode);
			}
			const size = Number(answer.headers['content-length'] ?? NaN);
			const type = String(answer.headers['content-type'] ?? 'application/octet-stream').split(';')[0] ?? '';
			return {
				stream: answer.body,
				mimeType: type.trim() || 'application/octet-stream',
				fileName: nameOf(answer.headers['content-disposition'], target),
				...(Number.isFinite(size) ? { size } : {}),
			};
		}
		throw new ChannelError('upstream_error', 'The file address redirects in a circle', { channel: 'max' });
	}

	/** POST of a body as it streams. @returns the answer's text */
	async upload(
		url: string,
		body: AsyncIterable<Uint8Array>,
		headers: Record<string, string>,
		signal: AbortSignal,
	): Promise<string> {
		const answer = await this.#request(
			parseUrl(url),
			{ method: 'POST', headers: { ...this.#headers(), ...headers }, body, address: 'service' },
			signal,
		);
		const text = await readText(answer.body);
		if (answer.statusCode >= 200 && answer.statusCode < 300) return text;
		if (answer.statusCode === 413)
			throw new ChannelError('file_too_large', 'MAX refuses the size of the file', {
				channel: 'max',
				field: 'media',
			});
		throw new ChannelError(
			'upstream_error',
			`MAX's file server answered ${String(answer.statusCode)} to the upload`,
			{
				channel: 'max',
				providerCode: String(answer.statusCode),
				retry: 'now',
			},
		);
	}

	async close(): Promise<void> {
		await Promise.all([this.#toService?.destroy(), this.#elsewhere?.destroy()]);
	}

	#headers(): Record<string, string> {
		const { type, headerUserAgent, appVersion, osVersion, deviceName, screen } = this.#settings.device;
		// The Android app's own form, percent-encoded (kolibri).
		const agent =
			type === 'WEB'
				? headerUserAgent
				: encodeURIComponent(`OKMessages/${appVersion} (${osVersion}; ${deviceName}; ${screen})`);
		return { 'user-agent': agent };
	}

	async #request(
		target: URL,
		options: {
			method: 'GET' | 'POST';
			headers: Record<string, string>;
			body?: AsyncIterable<Uint8Array>;
			address: AddressOf;
		},
		signal: AbortSignal,
	) {
		const dispatcher = this.#dispatcherFor(target, options.address);
		const stall = new AbortController();
		const watch = this.#watch(stall);
		const sending = options.body === undefined ? null : watched(options.body, watch.moved);
		try {
			const answer = await dispatcher.request({
				origin: target.origin,
				path: `${target.pathname}${target.search}`,
				method: options.method,
				headers: options.headers,
				body: sending as never,
				signal: AbortSignal.any([signal, stall.signal]),
			});
			// Whoever reads it hears of its errors himself; a body nobody reads must not end the process.
			answer.body.on('error', () => undefined);
			answer.body.once('close', watch.end);
			// A stream of its own: listening to the body's data would start or, paused, hold up whoever reads it later.
			const body = Readable.from(watched(answer.body, watch.moved), { objectMode: false });
			body.once('close', () => answer.body.destroy());
			return { statusCode: answer.statusCode, headers: answer.headers, body };
		} catch (error) {
			watch.end();
			if (signal.aborted) throw signal.reason;
			if (ChannelError.is(error)) throw error;
			throw options.method === 'POST' ? connectionLost(error, true) : connectFailure(error);
		}
	}

	#dispatcherFor(target: URL, address: AddressOf): Dispatcher {
		const { endpoint, redirectDomains, proxyUrl, ca } = this.#settings;
		const trusted =
			ca === null ||
			proxyUrl !== null ||
			address === 'service' ||
			isServiceHost(target.hostname, endpoint, redirectDomains);
		const options = { proxyUrl, connections: CONNECTIONS };
		if (trusted) return (this.#toService ??= createDispatcher({ ...options, ca }));
		return (this.#elsewhere ??= createDispatcher({ ...options, ca: null }));
	}

	#watch(stall: AbortController): { moved: () => void; end: () => void } {
		let cancel = (): void => undefined;
		const moved = (): void => {
			cancel();
			cancel = this.#clock.after(STALL_MS, () => stall.abort(new Error('the transfer has stalled')));
		};
		moved();
		return { moved, end: () => cancel() };
	}
}

async function* watched(body: AsyncIterable<Uint8Array>, moved: () => void): AsyncGenerator<Uint8Array> {
	for await (const chunk of body) {
		moved();
		yield chunk;
	}
}

async function readText(body: Readable): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of body as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > MAX_ANSWER)
			throw new ChannelError('unexpected_answer', 'The file server answers too much', { channel: 'max' });
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

function parseUrl(url: string): URL {
	const parsed = URL.parse(url);
	if (parsed === null || !/^https?:$/.test(parsed.protocol))
		throw invalidParameter('url', 'must be an http or https address');
	return parsed;
}

function nameOf(disposition: string | string[] | undefined, url: URL): string {
	const header = String(disposition ?? '');
	const encoded = /filename\*=UTF-8''([^;]+)/i.exec(header)?.[1];
	const plain = /filename="?([^";]+)"?/i.exec(header)?.[1];
	const path = url.pathname.split('/').at(-1) ?? '';
	try {
		return decodeURIComponent(encoded ?? plain ?? path) || 'file';
	} catch {
		return plain ?? 'file';
	}
}

function refused(status: number): ChannelError {
	if ([401, 403, 404, 410].includes(status)) {
		return new ChannelError('media_expired', `The file address is no longer valid (${String(status)})`, {
			channel: 'max',
			providerCode: String(status),
			hint: 'Addresses of MAX expire: use the reference of the message (media.…ref) instead of a stored URL.',
		});
	}
	return new ChannelError('upstream_error', `The file server answered ${String(status)}`, {
		channel: 'max',
		retry: 'now',
		providerCode: String(status),
	});
}
