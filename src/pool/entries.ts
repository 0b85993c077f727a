import { ChannelError, type Channel, type ChannelDriver, type SessionKey } from '../contract';
import { AccountEntry } from './account/entry';
import type { PoolShared } from './account/shared';
import type { CredentialSource } from './types';

/** The accounts this process knows, by session. Beyond a limit those nobody uses go, least recently used first. */
export class Entries {
	readonly #shared: PoolShared;
	readonly #drivers: ReadonlyMap<Channel, ChannelDriver>;
	readonly #most: number;
	readonly #bySession = new Map<SessionKey, AccountEntry>();
	#closed = false;

	constructor(shared: PoolShared, drivers: readonly ChannelDriver[], most: number) {
		this.#shared = shared;
		this.#drivers = new Map(drivers.map((driver) => [driver.channel, driver]));
		this.#most = most;
	}

	[Symbol.iterator](): IterableIterator<AccountEntry> {
		return this.#bySession.values();
	}

	find(session: SessionKey): AccountEntry | undefined {
		return this.#bySession.get(session);
	}

	driver(channel: Channel): ChannelDriver {
		const driver = this.#drivers.get(channel);
		if (driver !== undefined) return driver;
		throw new ChannelError('not_supported', `No driver for ${channel} is installed`);
	}

	/** The entry a credential leads to, made if there is none. It counts as a read of the credential. */
	of(source: CredentialSource): AccountEntry {
		if (this.#closed) {
			throw new ChannelError('cancelled', 'n8n is shutting down', { retry: { afterMs: 10_000 } });
		}
		const driver = this.driver(source.channel);
		const config = driver.configure(source.data);
		const known = this.#bySession.get(config.session);
		if (known !== undefined) {
			known.reconfigure(source, config);
			return known;
		}
		const entry = new AccountEntry(this.#shared, driver, config, source);
		this.#bySession.set(config.session, entry);
		this.#makeRoom();
		return entry;
	}

	remove(entry: AccountEntry): void {
		this.#bySession.delete(entry.config.session);
	}

	/** From now on there are no new ones; resolves when all that are there have closed. */
	async close(): Promise<void> {
		this.#closed = true;
		await Promise.allSettled([...this].map((entry) => entry.close()));
	}

	/** Those that did not close in time are left alone. */
	clear(): void {
		this.#bySession.clear();
	}

	#makeRoom(): void {
		const surplus = this.#bySession.size - this.#most;
		if (surplus <= 0) return;
		const idle = [...this].filter((entry) => entry.idle);
		idle.sort((a, b) => (a.lastUsed ?? a.since) - (b.lastUsed ?? b.since));
		for (const entry of idle.slice(0, surplus)) {
			this.remove(entry);
			void entry.close();
		}
	}
}
