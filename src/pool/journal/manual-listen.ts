import type { AccountId, ChannelEvent, Clock, EngineEvent, Logger, OpenAccount, Store } from '../../contract';
import { compileFilter } from '../consumer';
import type { ListenRequest } from '../types';
import { withoutRaw } from './retention';

/** *Listen for test event*, without its credential; `wantsRaw` as in a trigger's options. */
export type ManualRequest = Omit<ListenRequest, 'credential'> & { wantsRaw?: boolean };

/** Journal entries looked through, newest first, before the provider is asked. */
const LATEST_REACH = 2_000;
const PAGE = 200;
/** Events of the one provider read. */
const LATEST_LIMIT = 50;

export interface ManualListen {
	/** Events that became durable, as the engine brought them. */
	appended(events: readonly EngineEvent[]): void;
	live(event: ChannelEvent): void;
	/** see `CompiledFilter` */
	readonly typingChats: readonly string[];
	end(): void;
}

export interface ManualListenOptions {
	store: Pick<Store, 'lastSeq' | 'readEntries'>;
	account: AccountId;
	clock: Clock;
	logger: Logger;
	open: Pick<OpenAccount, 'latest'>;
	request: ManualRequest;
	/** it has had its event */
	done(): void;
}

/**
 * An anonymous consumer: no position, attempt, window or remembered key; nothing of it is stored. It starts at now (or
 * takes the latest matching message) and gives one event, once.
 * @throws ChannelError `invalid_parameter` when the filter's pattern is no regular expression
 */
export function createManualListen(options: ManualListenOptions): ManualListen {
	const { store, account, clock, logger, open, request } = options;
	const filter = compileFilter(request.filter);
	// Providers tell whole seconds: what comes in the second of the listen is not older than it.
	const startedAt = Math.floor(clock.now() / 1_000) * 1_000;
	const abort = new AbortController();

	function offer(event: ChannelEvent): boolean {
		if (abort.signal.aborted || !filter.accepts(event)) return false;
		abort.abort();
		options.done();
		request.deliver(request.wantsRaw === true ? event : withoutRaw(event));
		return true;
	}

	async function latestInJournal(): Promise<ChannelEvent | null> {
		const last = await store.lastSeq(account);
		for (let end = last; end > Math.max(0, last - LATEST_REACH); end -= PAGE) {
			const entries = await store.readEntries(account, Math.max(0, end - PAGE), Math.min(PAGE, end));
			for (const { event } of entries.reverse()) if (event !== null && filter.accepts(event)) return event;
		}
		return null;
	}

	async function latest(): Promise<void> {
		const known = await latestInJournal();
		if (known !== null) {
			offer(known);
			return;
		}
		if (abort.signal.aborted || open.latest === undefined) return;
		const events = await open.latest(LATEST_LIMIT, abort.signal);
		for (const event of events.reverse()) if (offer(event)) return;
	}

	if (request.useLatest) {
		void latest().catch((error: unknown) => {
			// Waiting for the next message is still possible.
			if (!abort.signal.aborted)
				logger.info('the latest message could not be read', { error: String(error) });
		});
	}

	return {
		appended(events) {
			for (const { event, at, recovered } of events) {
				if (!(recovered && at < startedAt) && offer(event)) return;
			}
		},
		live(event) {
			offer(event);
		},
		typingChats: filter.typingChats,
		end() {
			abort.abort();
		},
	};
}
