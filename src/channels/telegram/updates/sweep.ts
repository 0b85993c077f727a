import type { DialogFacts } from './dialogs-page';
import type { EngineState, Sweep } from './state';
import type { DialogOffset } from './types';

export const TOP_OF_LIST = { folder: 0, offset: null, head: 0, downTo: 0, round: 1 } as const;

/** Rounds over a list that keeps moving: each is shorter than the one before, but an end there must be. */
const MAX_ROUNDS = 10;

/**
 * Where the walk over all dialogs goes on; null = it is done. The list moves while it is walked: a chat that gets a
 * message jumps to its top and out of the part not yet read. So the walk is repeated down to where the last one began,
 * until a round fits in its first page, which is one moment. First the main list, then the archive.
 */
export function nextPage(
	sweep: Sweep,
	page: readonly DialogFacts[],
	next: DialogOffset | null,
): Sweep | null {
	const head = sweep.offset === null ? Math.max(0, ...page.map(({ date }) => date)) : sweep.head;
	const reached = page.some(({ date, pinned }) => !pinned && date > 0 && date < sweep.downTo);
	const more = next !== null && (next.id !== sweep.offset?.id || next.peer !== sweep.offset.peer);
	if (more && !reached) return { ...sweep, head, offset: next };
	if (sweep.offset !== null && sweep.round < MAX_ROUNDS) {
		return { ...sweep, offset: null, head: 0, downTo: head, round: sweep.round + 1 };
	}
	return sweep.folder === 0 ? { ...sweep, ...TOP_OF_LIST, folder: 1 } : null;
}

/**
 * A first walk that was cut off by a restart becomes a search: what a channel not reached said meanwhile is missing.
 * Private chats are none of its business, the difference brings them.
 */
export function resumeSweep({ sweep, seen }: EngineState): Sweep | null {
	if (sweep?.purpose !== 'baseline') return sweep;
	return { ...sweep, purpose: 'fill', afterId: Number.MAX_SAFE_INTEGER, since: seen };
}
