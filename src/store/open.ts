import { join } from 'node:path';
import type { Clock, Logger, Random, Store, StoreInfo } from '../contract';
import { nextTurn } from '../runtime';
import { CommitQueue, unavailable } from './commit-queue';
import { faultOf, faultText } from './faults';
import { openFile, openMemory, type Medium } from './medium';
import { FILE_NAME } from './place';
import type { Sqlite } from './sql';
import { SqlStore, type StoreCondition } from './sql-store';
import { continueInMemory, fileIdentity, replaceDamaged, type Succession } from './succession';

export interface StoreServices {
	clock: Clock;
	logger: Logger;
	random: Random;
}

export interface FileStoreOptions extends StoreServices {
	/** folder of the file, e.g. `dataFolder()`; created with mode 0700 */
	dir: string;
	/** a file system that several hosts mount: rollback journal and exclusive lock; found out when not given */
	network?: boolean;
	/** in `dir`; default: the store of a process without Redis */
	fileName?: string;
}

export interface OpenStoreOptions extends FileStoreOptions {
	/** default: the file, and memory when it cannot be used */
	mode?: 'file' | 'memory';
}

/** How often another process's lock is waited for at opening, and how long, ms. */
const OPEN_ATTEMPTS = 50;
const OPEN_RETRY_MS = 100;

/**
 * The store of this process: the SQLite file in `dir`, or memory when the place cannot be used; then `info.degraded`
 * says why.
 * @throws ChannelError `store_unavailable` only when another process holds the file locked for itself: then that
 * process has the sessions, and going on in memory would mean connecting a second time. Try again later.
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
	return options.mode === 'memory' ? openMemoryStore(options) : openSqlStore(options);
}

/** As `openStore`. */
export async function openSqlStore(options: FileStoreOptions): Promise<SqlStore> {
	const context = await succession(options);
	const path = pathOf(options);
	try {
		return await openSqliteStore(options);
	} catch (error) {
		const cause = error instanceof Error ? error.cause : undefined;
		if (faultOf(cause) === 'busy') throw error;
		const { medium, degraded } = continueInMemory(context, path, cause ?? error, null);
		return assemble(medium, degraded, context, options);
	}
}

/** Knows everything and forgets everything: for tests, and when there is no place to write. */
export async function openMemoryStore(services: StoreServices): Promise<SqlStore> {
	const context = await succession(services);
	return assemble(openMemory(context.sqlite, services.clock.now()), null, context, services);
}

/**
 * The file, or an error. A damaged file is put aside and begun anew; when the file fails later, the store goes on in
 * memory (`info` and `onDegraded` tell).
 * @throws ChannelError `store_unavailable`
 */
export async function openSqliteStore(options: FileStoreOptions): Promise<SqlStore> {
	const context = await succession(options);
	const path = pathOf(options);
	for (let attempt = 1; ; attempt += 1) {
		try {
			const medium = openFile(context.sqlite, path, options.clock.now(), options.network);
			return assemble(medium, null, context, options);
		} catch (error) {
			const fault = faultOf(error);
			if (fault === 'damaged') {
				const { medium, degraded } = replaceDamaged(context, path, error);
				return assemble(medium, degraded, context, options);
			}
			if (fault !== 'busy' || attempt >= OPEN_ATTEMPTS) {
				throw unavailable(`The store ${path} cannot be opened: ${faultText(error)}.`, error);
			}
			await options.clock.sleep(OPEN_RETRY_MS);
		}
	}
}

function pathOf({ dir, fileName }: FileStoreOptions): string {
	return join(dir, fileName ?? FILE_NAME);
}

async function succession(services: StoreServices): Promise<Succession> {
	const sqlite: Sqlite = await import('node:sqlite');
	return { sqlite, clock: services.clock, logger: services.logger };
}

export function assemble(
	first: Medium,
	degraded: string | null,
	context: Succession,
	services: StoreServices,
): SqlStore {
	const condition = new Condition(first, degraded, services.logger);
	let identity = first.path === null ? null : fileIdentity(first.path);
	const queue = new CommitQueue(
		first,
		(fault, error, failed) => {
			if (failed.path === null) throw error;
			const next = succeed(fault, error, failed, failed.path, identity, context);
			identity = next.medium.path === null ? null : fileIdentity(next.medium.path);
			condition.change(next.medium, next.degraded);
			return next.medium;
		},
		services,
	);
	return new SqlStore(queue, services.clock, condition);
}

function succeed(
	fault: 'damaged' | 'unusable',
	error: unknown,
	failed: Medium,
	path: string,
	identity: string | null,
	context: Succession,
) {
	if (fault === 'unusable') return continueInMemory(context, path, error, failed.sql);
	failed.sql.close();
	if (fileIdentity(path) === identity) return replaceDamaged(context, path, error);
	// Another process has put the damaged file aside already.
	const medium = openFile(context.sqlite, path, context.clock.now());
	return { medium, degraded: `The store file was damaged (${faultText(error)}) and has been begun anew.` };
}

/** `info`, alive: it changes when the medium does. */
class Condition implements StoreCondition {
	info: StoreInfo;
	readonly #callbacks = new Set<(info: StoreInfo) => void>();

	readonly #logger: Logger;

	constructor(medium: Medium, degraded: string | null, logger: Logger) {
		this.info = describe(medium, degraded);
		this.#logger = logger;
	}

	onDegraded(callback: (info: StoreInfo) => void): () => void {
		this.#callbacks.add(callback);
		return () => void this.#callbacks.delete(callback);
	}

	/** Tells in a turn of its own: a listener that throws or asks the store must not disturb the commit under way. */
	change(medium: Medium, degraded: string): void {
		this.info = describe(medium, degraded);
		const { info } = this;
		for (const callback of this.#callbacks) {
			nextTurn()
				.then(() => callback(info))
				.catch((error: unknown) =>
					this.#logger.warn('A listener of the store failed', { error: String(error) }),
				);
		}
	}
}

function describe(medium: Medium, degraded: string | null): StoreInfo {
	return {
		kind: medium.path === null ? 'memory' : 'sqlite',
		durable: medium.path !== null,
		path: medium.path,
		createdAt: medium.createdAt,
		degraded,
	};
}
