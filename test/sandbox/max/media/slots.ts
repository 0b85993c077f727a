import type { World } from '../core/world';
import type { Media, MediaKind } from '../state/model';
import { newMedia } from './store';

/** An upload address: single-use, with an expiry. */
export interface Slot {
	readonly ticket: string;
	readonly owner: bigint;
	readonly kind: MediaKind;
	readonly expires: number;
	/** The media to fill, in order; several only for photos. Its photos' ids stand in the address. */
	readonly media: Media[];
	/** Uploads left: one, or the number of photos asked for. */
	left: number;
	/** Byte ranges that arrived, for chunked uploads. */
	ranges: [number, number][];
}

export function openSlot(world: World, owner: bigint, kind: MediaKind, count: number): Slot {
	const slot: Slot = {
		ticket: world.random.text(32),
		owner,
		kind,
		expires: world.now() + world.policy.uploadUrlTtlMs,
		media: Array.from({ length: count }, () => newMedia(world, owner, kind)),
		left: count,
		ranges: [],
	};
	world.slots.set(slot.ticket, slot);
	return slot;
}

/** How many bytes have arrived without a hole from the start. */
export function contiguous(slot: Slot): number {
	let end = 0;
	for (const [from, to] of [...slot.ranges].sort((a, b) => a[0] - b[0])) {
		if (from > end) break;
		end = Math.max(end, to + 1);
	}
	return end;
}
