import {
	ChannelError,
	readerLeaseName,
	sessionLeaseName,
	type ChannelEvent,
	type WaitRecord,
} from '../contract';
import { backoffMs, BoundedMap } from '../runtime';
import { isOwnedElsewhere } from './account/elsewhere';
import type { AccountEntry } from './account/entry';
import type { PoolShared } from './account/shared';
import { parseOutcome, toWire } from './between/questions';
import type { ResumeWait, WaitRequest } from './types';

type NewWait = WaitRequest['wait'];

/** Registering a wait in another process: as long as opening the account may take there, ms. */
const ADD_MS = 60_000;
/** Resuming is a request of that process to its own server, which gives up after 15 s. ms */
const RESUME_MS = 20_000;
/** The reader need only read a list. ms */
const RELOAD_MS = 5_000;
/** Between two looks at who owns a session that is just changing hands, ms. */
const CHANGING = { firstMs: 100, maxMs: 1_000 };
/** A question is sent right after its wait was registered; its message id follows within this time, ms. */
const ASKED_KEEP_MS = 600_000;
const ASKED_MOST = 1_000;

/**
 * Pending *send and wait* questions, wherever they were asked. A wait stands in the store and is watched by the reader of
 * its account, which stays open for it.
 */
export class Waits {
	readonly #shared: () => PoolShared;
	/** asked here, watched anywhere: their message ids are yet to come */
	readonly #asked = new BoundedMap<WaitRecord>(ASKED_MOST, ASKED_KEEP_MS);
	#resume: ResumeWait = () => Promise.resolve('retry');

	constructor(shared: () => PoolShared) {
		this.#shared = shared;
	}

	onMatched(resume: ResumeWait): void {
		this.#resume = resume;
	}

	/** Registers a wait with whoever owns the session: this process if nobody does. */
	async add(entry: AccountEntry, wait: NewWait): Promise<void> {
		const { clock, random } = this.#shared();
		const late = clock.monotonic() + ADD_MS;
		for (let attempt = 1; ; attempt += 1) {
			try {
				this.#remember(await this.addHere(entry, wait));
				return;
			} catch (error) {
				const account = await this.#addAtOwner(entry, wait, error);
				if (account !== null) {
					this.#remember({ ...wait, accountId: account, createdAt: clock.now() });
					return;
				}
				if (clock.monotonic() >= late) throw error;
			}
			await clock.sleep(backoffMs(attempt, CHANGING, random));
		}
	}

	/** For the process that owns the session. Adding it again replaces it. */
	async addHere(entry: AccountEntry, wait: NewWait): Promise<WaitRecord> {
		const shared = this.#shared();
		const unuse = entry.use();
		try {
			const connection = await entry.opened();
			const { accountId } = connection.open;
			const record = { ...wait, accountId, createdAt: shared.clock.now() };
			const seat = shared.seats.of(shared, accountId);
			await seat.join(connection, entry.config);
			// Another session of this account may read for it, in another process.
			if (!(await seat.addWait(record))) await this.#storeForReader(record);
			return record;
		} finally {
			unuse();
		}
	}

	async setMessage(waitId: string, messageId: string): Promise<void> {
		const shared = this.#shared();
		const wait = this.#asked.get(waitId, shared.clock.now());
		if (wait === undefined) return;
		const complete = { ...wait, messageId };
		const hub = shared.seats.find(wait.accountId)?.hub;
		if (hub !== undefined) await hub.setWaitMessage(waitId, messageId);
		else if (await this.#isPending(wait)) await this.#storeForReader(complete);
	}

	/**
	 * What a hub calls when a reply matched. n8n resumes an execution through its webhook server, which a worker does not
	 * have: a process that has one is asked, if this package runs in any.
	 */
	readonly resume: ResumeWait = async (wait, event) =>
		(await this.#resumeWhereServed(wait, event)) ?? (await this.#resume(wait, event));

	/** For a process that asked this one, because it serves webhooks. */
	resumeHere(wait: WaitRecord, event: ChannelEvent): ReturnType<ResumeWait> {
		return this.#resume(wait, event);
	}

	#remember(wait: WaitRecord): void {
		this.#asked.set(wait.id, wait, this.#shared().clock.now());
	}

	/** @returns the account, or null when nobody owns the session any more. @throws `error` unless it is owned elsewhere */
	async #addAtOwner(entry: AccountEntry, wait: NewWait, error: unknown): Promise<string | null> {
		const remote = isOwnedElsewhere(error) ? await this.#shared().remote() : null;
		if (remote === null) throw error;
		const { session } = entry.config;
		const question = toWire({ ask: 'addWait', session, wait });
		try {
			const answer = await remote.ask({ lease: sessionLeaseName(session) }, question, ADD_MS);
			const account = answer?.['account'];
			return typeof account === 'string' ? account : null;
		} catch (refused) {
			if (isOwnedElsewhere(refused)) return null;
			throw refused;
		}
	}

	async #storeForReader(wait: WaitRecord): Promise<void> {
		const shared = this.#shared();
		const store = await shared.store();
		await store.saveWait(wait);
		const remote = await shared.remote();
		const lease = readerLeaseName(wait.accountId);
		const question = toWire({ ask: 'reloadWaits', account: wait.accountId });
		// Whoever becomes the reader next reads them anyway.
		await remote?.ask({ lease }, question, RELOAD_MS).catch(() => null);
	}

	/** An answer may have been quicker than the question's own id. */
	async #isPending(wait: WaitRecord): Promise<boolean> {
		const pending = await (await this.#shared().store()).listWaits(wait.accountId);
		return pending.some(({ id }) => id === wait.id);
	}

	async #resumeWhereServed(
		wait: WaitRecord,
		event: ChannelEvent,
	): Promise<Awaited<ReturnType<ResumeWait>> | null> {
		const shared = this.#shared();
		if (roleOf(shared.processName) !== 'worker') return null;
		try {
			const remote = await shared.remote();
			const others = (await remote?.processes()) ?? [];
			const server = others.find((name) => ['main', 'webhook'].includes(roleOf(name)));
			if (remote === null || server === undefined) return null;
			const question = toWire({ ask: 'resume', wait, event });
			return parseOutcome(await remote.ask({ process: server }, question, RESUME_MS));
		} catch (error) {
			if (!ChannelError.is(error)) throw error;
			return null;
		}
	}
}

/** `host/pid/role/start id` */
function roleOf(processName: string): string {
	return processName.split('/')[2] ?? '';
}
