import type { ChannelEvent } from '../../contract';

/** What of a consumer decides about keeping an event. */
export interface Interest {
	mayAccept(event: ChannelEvent): boolean;
	wantsRaw: boolean;
}

/**
 * What is stored of an event: nothing but its id (null) when no remembered consumer would accept it, `raw` only when one
 * that accepts it asks for it.
 */
export function keep(event: ChannelEvent, interests: Iterable<Interest>): ChannelEvent | null {
	let accepted = false;
	for (const interest of interests) {
		if (!interest.mayAccept(event)) continue;
		if (interest.wantsRaw) return event;
		accepted = true;
	}
	return accepted ? withoutRaw(event) : null;
}

export function withoutRaw(event: ChannelEvent): ChannelEvent {
	if (event.raw === undefined) return event;
	const { raw: _dropped, ...rest } = event;
	return rest;
}
