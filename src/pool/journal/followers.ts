import type { ChannelEvent, Clock, EngineEvent } from '../../contract';

/** A process that has not asked again for this long is gone, ms: three of its rounds. */
const GONE_MS = 15_000;

/** What a process that listens from afar wants of the reader. */
export interface Interest {
	/** see `SubscribeRequest.pollEveryMs` */
	pollEveryMs: number | null;
	/** does anybody there want what is never stored? */
	live: boolean;
	/** does a manual listen want everything? The journal keeps only what triggers want */
	all: boolean;
}

/** What the reader tells those who listen in other processes. */
export type ReaderNews =
	| { news: 'grown' }
	| { news: 'live'; event: ChannelEvent }
	| ({ news: 'seen' } & EngineEvent)
	| { news: 'left' };

export interface FollowersOptions {
	clock: Clock;
	tell(process: string, news: ReaderNews): void;
	/** one came or went */
	changed(): void;
}

/** Processes that listen to this account without reading for it: they count as attached, as long as they ask. */
export interface Followers {
	/** @returns whether it is new */
	follow(process: string, interest: Interest): boolean;
	unfollow(process: string): void;
	/** The journal grew: said once per turn, read there from the store. */
	grown(events: readonly EngineEvent[]): void;
	live(event: ChannelEvent): void;
	readonly size: number;
	/** the shortest interval anybody asks for, or Infinity */
	readonly pollEveryMs: number;
	end(): void;
}

export function createFollowers(options: FollowersOptions): Followers {
	const { clock } = options;
	const known = new Map<string, { interest: Interest; cancel: () => void }>();
	let saying = false;

	function unfollow(process: string): void {
		known.get(process)?.cancel();
		if (known.delete(process)) options.changed();
	}

	function tellAll(news: ReaderNews): void {
		for (const process of known.keys()) options.tell(process, news);
	}

	return {
		follow(process, interest) {
			const before = known.get(process);
			before?.cancel();
			const cancel = clock.after(GONE_MS, () => {
				unfollow(process);
			});
			known.set(process, { interest, cancel });
			options.changed();
			return before === undefined;
		},
		unfollow,
		grown(events) {
			for (const [process, { interest }] of known) {
				if (!interest.all) continue;
				for (const event of events) options.tell(process, { news: 'seen', ...event });
			}
			if (saying || known.size === 0) return;
			saying = true;
			queueMicrotask(() => {
				saying = false;
				tellAll({ news: 'grown' });
			});
		},
		live(event) {
			for (const [process, { interest }] of known)
				if (interest.live) options.tell(process, { news: 'live', event });
		},
		get size() {
			return known.size;
		},
		get pollEveryMs() {
			return Math.min(
				Infinity,
				...[...known.values()].map(({ interest }) => interest.pollEveryMs ?? Infinity),
			);
		},
		end() {
			tellAll({ news: 'left' });
			for (const { cancel } of known.values()) cancel();
			known.clear();
		},
	};
}
