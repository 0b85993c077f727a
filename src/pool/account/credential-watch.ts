import { createHash } from 'node:crypto';
import { ChannelError, type Clock, type Logger } from '../../contract';
import type { CredentialSource } from '../types';

/** Each read costs n8n an expression isolate: once a minute for all triggers of a credential. */
const READ_MS = 60_000;
/** After a session ended, people edit the credential and wait: look sooner, backing off to the usual pace. */
const EAGER_MS = 5_000;

export interface CredentialChange {
	changed(data: unknown): void;
	/** not found twice in a row */
	gone(): void;
}

interface Watched {
	source: CredentialSource;
	hash: string;
	missing: number;
	watchers: Set<CredentialChange>;
	pauseMs: number;
	cancel: () => void;
}

/** One reader per credential and process. A read that fails for any other reason changes nothing. */
export class CredentialWatch {
	readonly #clock: Clock;
	readonly #logger: Logger;
	readonly #watched = new Map<string, Watched>();

	constructor(clock: Clock, logger: Logger) {
		this.#clock = clock;
		this.#logger = logger;
	}

	watch(source: CredentialSource, watcher: CredentialChange): () => void {
		const key = credentialKey(source);
		const known = this.#watched.get(key);
		const watched = known ?? this.#start(key, source);
		watched.source = source;
		watched.watchers.add(watcher);
		return () => {
			watched.watchers.delete(watcher);
			if (watched.watchers.size > 0 || this.#watched.get(key) !== watched) return;
			watched.cancel();
			this.#watched.delete(key);
		};
	}

	/** Every execution's own read counts as one. */
	observe(source: CredentialSource): void {
		const watched = this.#watched.get(credentialKey(source));
		if (watched !== undefined) this.#compare(watched, source.data);
	}

	/** A session ended for good: look more often until the credential changes. */
	hurry(source: CredentialSource): void {
		const watched = this.#watched.get(credentialKey(source));
		if (watched === undefined || watched.pauseMs <= EAGER_MS) return;
		watched.pauseMs = EAGER_MS;
		this.#schedule(watched);
	}

	stop(): void {
		for (const watched of this.#watched.values()) watched.cancel();
		this.#watched.clear();
	}

	#start(key: string, source: CredentialSource): Watched {
		const watched: Watched = {
			source,
			hash: hashOf(source.data),
			missing: 0,
			watchers: new Set(),
			pauseMs: READ_MS,
			cancel: () => undefined,
		};
		this.#watched.set(key, watched);
		this.#schedule(watched);
		return watched;
	}

	#schedule(watched: Watched): void {
		watched.cancel();
		watched.cancel = this.#clock.after(watched.pauseMs, () => {
			watched.pauseMs = Math.min(READ_MS, watched.pauseMs * 2);
			void this.#read(watched);
		});
	}

	async #read(watched: Watched): Promise<void> {
		try {
			const data = await watched.source.read();
			if (data !== null) this.#compare(watched, data);
			else if (++watched.missing >= 2) for (const watcher of [...watched.watchers]) watcher.gone();
		} catch (error) {
			this.#logger.debug('a credential could not be read again', { error: errorCode(error) });
		}
		if (watched.watchers.size > 0) this.#schedule(watched);
	}

	#compare(watched: Watched, data: unknown): void {
		watched.missing = 0;
		const hash = hashOf(data);
		if (hash === watched.hash) return;
		watched.hash = hash;
		watched.source = { ...watched.source, data };
		for (const watcher of [...watched.watchers]) watcher.changed(data);
	}
}

export function credentialKey(source: CredentialSource): string {
	return `${source.channel}:${source.id}:${source.entry ?? ''}`;
}

/** Only the hash is kept: the secret itself stays where it was read. */
export function hashOf(data: unknown): string {
	return createHash('sha256')
		.update(JSON.stringify(data) ?? '')
		.digest('hex');
}

function errorCode(error: unknown): string {
	return ChannelError.is(error) ? error.code : error instanceof Error ? error.name : 'unknown';
}
