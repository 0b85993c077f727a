import { createHmac } from 'node:crypto';
import type { Connection } from '../core/connection';
import type { World } from '../core/world';
import type { Media } from '../state/model';

/** Not a secret: it only makes a changed expiry or id fail. */
const key = 'sandbox';

function sign(id: string, expires: number): string {
	return createHmac('sha256', key).update(`${id}.${expires}`).digest('hex').slice(0, 24);
}

/** A download address that carries its own expiry. Photos live longer than the rest, as on the service. */
export function mediaUrl(conn: Connection, media: Media, variant = 'original'): string {
	const { policy } = conn.world;
	const expires =
		conn.world.now() + (media.kind === 'photo' ? policy.photoUrlTtlMs : policy.downloadUrlTtlMs);
	const id = media.id.toString();
	return `${conn.mediaBase}/download/${id}?v=${variant}&e=${expires}&s=${sign(id, expires)}`;
}

/** What a download address is worth now. */
export function checkMediaUrl(world: World, url: URL): 'ok' | 'expired' | 'forged' {
	const expires = Number(url.searchParams.get('e'));
	const id = url.pathname.split('/')[2] ?? '';
	if (url.searchParams.get('s') !== sign(id, expires)) return 'forged';
	return world.now() > expires ? 'expired' : 'ok';
}
