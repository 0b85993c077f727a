import type { AccountConfig, AccountStateChange, StoreInfo } from '../../contract';
import { FIRST_CONTACTS_STOPPED } from '../policy';
import { accountStateEvent, type NewsLimiter } from './account-events';
import { OUTAGE_MS, REPORT_EVERY_MS, type Attendance } from './attendance';
import type { Connection } from './connection';
import type { PoolShared } from './shared';
import { stateError, type Standing } from './standing';

const DAY_MS = 86_400_000;
/** A session that ended stays seated this long, so that triggers hear that it ended. ms */
const LAST_EVENT_MS = 2_000;

export interface StateNewsOptions {
	shared: PoolShared;
	limiter: NewsLimiter;
	standing: Standing;
	attendance: Attendance;
	config(): AccountConfig;
	connection(): Connection | undefined;
	/** The session is over for good and its triggers have heard it. */
	ended(): Promise<void>;
}

/** What becomes of a change of an account's state: its standing, an *account_state* event, a report to its triggers. */
export class StateNews {
	readonly #options: StateNewsOptions;
	/** since when an open account has no connection to its provider; null = it has */
	#awaySince: number | null = null;

	constructor(options: StateNewsOptions) {
		this.#options = options;
	}

	/** Told in the background: a store that is away right then must not become an error nobody catches. */
	tell(change: AccountStateChange): void {
		this.#told(change).catch((error: unknown) => {
			this.#options.shared.logger.warn('the state of an account could not be written down', {
				state: change.state,
				error: String(error),
			});
		});
	}

	/** E.g. the store went on in memory: triggers run, but nothing survives a restart. Told once a day. */
	degraded({ degraded: reason, passing = false }: StoreInfo): void {
		if (reason !== null && !passing) this.tell({ state: 'degraded', reason, atMostEveryMs: DAY_MS });
	}

	async #told(change: AccountStateChange): Promise<void> {
		const { shared, standing, limiter } = this.#options;
		const { clock, random, seats } = shared;
		const now = clock.now();
		if (change.error !== undefined) standing.note(change.error);
		const connection = this.#options.connection();
		const account = connection?.open.accountId;
		if (change.state === 'limited' && connection !== undefined && account !== undefined)
			await connection.store.putValue(account, FIRST_CONTACTS_STOPPED, now + DAY_MS, DAY_MS);
		if (change.state === 'ended') standing.end(change.error);
		this.#tellTriggers(change, now);
		const every = change.atMostEveryMs ?? (change.state === 'live' ? 0 : REPORT_EVERY_MS);
		if (account !== undefined && limiter.allows(change.state, now, every)) {
			const event = accountStateEvent(this.#options.config(), account, change, clock, random);
			const seat = seats.find(account);
			if (change.state === 'ended') await seat?.announceLast(event, LAST_EVENT_MS);
			else await seat?.announce(event);
		}
		if (change.state === 'ended') await this.#options.ended();
	}

	/** What a person must act on becomes a failed execution too; an outage only once it is no blip. */
	#tellTriggers(change: AccountStateChange, now: number): void {
		if (change.state === 'live') this.#awaySince = null;
		if (change.state === 'disconnected') this.#awaySince ??= now;
		const lasting = change.state !== 'disconnected' || now - (this.#awaySince ?? now) >= OUTAGE_MS;
		if (change.state === 'live' || change.state === 'settings_changed' || !lasting) return;
		this.#options.attendance.tell(change.error ?? stateError(change));
	}
}
