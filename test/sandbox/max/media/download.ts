import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { World } from '../core/world';
import { checkMediaUrl } from './urls';

/** Serves the bytes of a media to whoever holds an address that has not expired; understands one range. */
export async function download(
	world: World,
	url: URL,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const verdict = checkMediaUrl(world, url);
	const media = world.media.get(BigInt(/^\d+$/.exec(url.pathname.split('/')[2] ?? '')?.[0] ?? '-1'));
	if (verdict === 'expired') return void response.writeHead(world.policy.expiredStatus).end();
	if (verdict === 'forged') return void response.writeHead(403).end();
	if (media?.path === undefined || media.state !== 'ready') return void response.writeHead(404).end();
	const [first, last] = rangeOf(request.headers.range, media.size);
	if (first > last && media.size > 0) return void response.writeHead(416).end();
	const partial = request.headers.range !== undefined;
	response.writeHead(partial ? 206 : 200, {
		'content-type': media.contentType,
		'content-length': media.size === 0 ? 0 : last - first + 1,
		'accept-ranges': 'bytes',
		...(partial ? { 'content-range': `bytes ${first}-${last}/${media.size}` } : {}),
		...(media.kind === 'file'
			? { 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(media.name)}` }
			: {}),
	});
	if (media.size === 0) return void response.end();
	// A client that hangs up in the middle is no mistake of the sandbox.
	await pipeline(createReadStream(media.path, { start: first, end: last }), response).catch(() => undefined);
}

function rangeOf(header: string | undefined, size: number): [number, number] {
	const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? '');
	if (match === null) return [0, size - 1];
	return [Number(match[1]), match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1)];
}
