import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
	isFurther,
	type AccountCopy,
	type AccountId,
	type JsonObject,
	type MirroredVerbs,
	type MirrorPlace,
	type NamedCopy,
	type PositionedConsumer,
	type StagedCopy,
	type StoreInfo,
	type StoreMirror,
	type WaitRecord,
} from '../contract';
import type { CommitQueue } from './commit-queue';
import * as consumers from './consumers';
import * as intents from './intents';
import { copyEntry, lastSeq, writeState } from './journal';
import { sourceOf } from './leave';
import { openMemoryStore, openSqlStore, type FileStoreOptions } from './open';
import { MIRROR_FILE_NAME } from './place';
import { rememberSession } from './sessions';
import { insertInto, upsertInto, type Sql } from './sql';
import type { SqlStore } from './sql-store';
import { PUT_VALUE, putSecret } from './values';
import * as waits from './waits';

/** The second copy of what this process keeps in Redis: a file beside the one of a process without Redis. */
export function mirrorPlace(options: FileStoreOptions): MirrorPlace {
	return {
		exists: () => existsSync(join(options.dir, MIRROR_FILE_NAME)),
		open: async () => {
			const mirror = new SqlMirror(await openSqlStore({ ...options, fileName: MIRROR_FILE_NAME }), options);
			await mirror.unstageAll();
			return mirror;
		},
		openMemory: async () => new SqlMirror(await openMemoryStore(options), options),
	};
}

/** In `meta`, by account: in which life of Redis it was copied last. */
const EPOCH = 'epoch:';
/** In `meta`, by account: with which reader's token its line of states began. None: the state is of an earlier version. */
const BEGUN = 'begun:';
/** Before the name of a copy that is being made; no account's id begins like this. */
const STAGED = 'copying:';
/** `account, staged`: what is there already stays, but for the newest time of a chat. */
const TAKE_STAGED = [
	`INSERT INTO entries SELECT ?, seq, event_id, chat_id, at, recorded_at, recovered, late, held_by, held_until, event
		FROM entries WHERE account = ? ON CONFLICT DO NOTHING`,
	`INSERT INTO seen SELECT ?, event_id, seq, recorded_at FROM entries WHERE account = ? ON CONFLICT DO NOTHING`,
	`INSERT INTO seen SELECT ?, event_id, seq, recorded_at FROM seen WHERE account = ? ON CONFLICT DO NOTHING`,
	`INSERT INTO chats SELECT ?, chat_id, newest_at FROM chats WHERE account = ?
		ON CONFLICT DO UPDATE SET newest_at = excluded.newest_at WHERE excluded.newest_at > chats.newest_at`,
];
const PUT_META = upsertInto('meta', ['name'], ['value']);
const KEEP_META = `${insertInto('meta', ['name', 'value'])} ON CONFLICT DO NOTHING`;
const PUT_SEEN = `INSERT INTO seen (account, event_id, seq, recorded_at) VALUES (?, ?, 0, ?) ON CONFLICT DO NOTHING`;

class SqlMirror implements StoreMirror {
	readonly verbs: MirroredVerbs;
	readonly #store: SqlStore;
	readonly #queue: CommitQueue;
	readonly #clock: FileStoreOptions['clock'];

	constructor(store: SqlStore, { clock }: FileStoreOptions) {
		this.#store = store;
		this.verbs = store;
		this.#queue = store.queue;
		this.#clock = clock;
	}

	get info(): StoreInfo {
		return this.#store.info;
	}

	epochOf = (account: AccountId) => this.#queue.read((sql) => epochOf(sql, account));

	begunOf = (account: AccountId) => this.#queue.read((sql) => Number(metaOf(sql, BEGUN + account) ?? 0));

	staleAccounts = (epoch: string) =>
		this.#queue.read((sql) =>
			sql
				.all<{ name: string; value: string }>(`SELECT name, value FROM meta WHERE name LIKE '${EPOCH}%'`)
				.filter(({ value }) => value !== epoch)
				.map(({ name }) => name.slice(EPOCH.length)),
		);

	stage: StoreMirror['stage'] = (copy, entries, seen) =>
		this.#queue.write((sql) => {
			for (const entry of entries) copyEntry(sql, STAGED + copy, entry);
			for (const { eventId, recordedAt } of seen) sql.run(PUT_SEEN, STAGED + copy, eventId, recordedAt);
		});

	unstage = (copy: StagedCopy) => this.#queue.write((sql) => unstage(sql, STAGED + copy));

	/** What was staged by a process that died. */
	unstageAll = () =>
		this.#queue.write((sql) => {
			const names = `SELECT DISTINCT account FROM seen WHERE account LIKE '${STAGED}%'`;
			for (const { account } of sql.all<{ account: string }>(names)) unstage(sql, account);
		});

	takeAccount = (copy: AccountCopy, staged: StagedCopy, own: ReadonlySet<string>) =>
		this.#queue.write((sql) => takeAccount(sql, this.#clock.now(), copy, STAGED + staged, own));

	takeAppended = (account: AccountId, epoch: string, appended: Parameters<StoreMirror['takeAppended']>[2]) =>
		this.#queue.write((sql) => {
			const { token, entries, known, state } = appended;
			if (epochOf(sql, account) !== epoch) return false;
			const next = lastSeq(sql, account) + 1;
			if ((entries[0]?.seq ?? next) !== next) return false;
			if (!known.every((id) => isSeen(sql, account, id))) return false;
			for (const entry of entries) copyEntry(sql, account, entry);
			if (state !== undefined) putState(sql, account, state, token);
			return true;
		});

	takeEntries: StoreMirror['takeEntries'] = (account, epoch, entries) =>
		this.#queue.write((sql) => {
			if (epochOf(sql, account) !== epoch) return;
			for (const entry of entries) copyEntry(sql, account, entry);
		});

	takeState = (account: AccountId, epoch: string, state: JsonObject | null, token: number) =>
		this.#queue.write((sql) => {
			if (epochOf(sql, account) === epoch) putState(sql, account, state, token);
		});

	takeConsumer = (epoch: string, consumer: PositionedConsumer) =>
		this.#queue.write((sql) => {
			if (epochOf(sql, consumer.accountId) === epoch) putConsumer(sql, consumer);
		});

	takeOthers: StoreMirror['takeOthers'] = (account, epoch, others, own) =>
		this.#queue.write((sql) => {
			if (epochOf(sql, account) !== epoch) return;
			const listed = new Set(others.consumers.map(({ id }) => id));
			for (const { id } of consumers.listConsumers(sql, account))
				if (!listed.has(id) && !own.has(id)) consumers.forgetConsumer(sql, id);
			for (const consumer of others.consumers) if (!own.has(consumer.id)) putConsumer(sql, consumer);
			putWaits(sql, account, others.waits);
			putNamed(sql, others.named);
		});

	keepSends: StoreMirror['keepSends'] = (only, epoch) =>
		this.#queue.write((sql) => {
			const all = sql.all<{ account: string }>('SELECT account FROM accounts').map(({ account }) => account);
			for (const account of only === null ? all : [only]) {
				if (epochOf(sql, account) !== epoch) continue;
				for (const { id } of consumers.listConsumers(sql, account)) consumers.forgetConsumer(sql, id);
				sql.run('DELETE FROM entries WHERE account = ?', account);
				sql.run('DELETE FROM seen WHERE account = ?', account);
				putWaits(sql, account, []);
				putState(sql, account, null, 0);
			}
		});

	read: StoreMirror['read'] = (look) =>
		this.#queue.read((sql) => look(sourceOf(sql, this.info.path ?? 'memory', this.#clock.now())));

	close = () => this.#store.close();
}

function takeAccount(
	sql: Sql,
	now: number,
	copy: AccountCopy,
	staged: string,
	own: ReadonlySet<string>,
): void {
	const { account, epoch } = copy;
	const continues = epochOf(sql, account) === epoch;
	sql.run('INSERT INTO accounts (account) VALUES (?) ON CONFLICT DO NOTHING', account);
	// Old numbers mean nothing in a new life; in the same one, what has been appended meanwhile stays.
	if (!continues) sql.run('DELETE FROM entries WHERE account = ?', account);
	const newest = continues ? Math.max(copy.lastSeq, lastSeq(sql, account)) : copy.lastSeq;
	sql.run('UPDATE accounts SET last_seq = ? WHERE account = ?', newest, account);
	const listed = new Set(copy.consumers.map(({ id }) => id));
	for (const { id } of consumers.listConsumers(sql, account))
		if (!listed.has(id)) consumers.forgetConsumer(sql, id);
	for (const consumer of copy.consumers) {
		if (continues && own.has(consumer.id)) moveOn(sql, consumer);
		else putConsumer(sql, consumer);
	}
	putWaits(sql, account, copy.waits);
	if (copy.hasAllSends) sql.run('DELETE FROM intents WHERE account = ?', account);
	for (const intent of copy.intents) {
		const { state, context, result } = intent;
		const { created, intent: known } = intents.reserveIntent(sql, now, intent);
		if (created || isFurther(state, known.state))
			intents.updateIntent(sql, now, intent.key, { state, context, result });
	}
	for (const session of copy.sessions) rememberSession(sql, session, account);
	putNamed(sql, copy.named);
	for (const statement of TAKE_STAGED) sql.run(statement, account, staged);
	putState(sql, account, null, 0);
	if (copy.state !== null) putState(sql, account, copy.state, copy.begun);
	sql.run(PUT_META, EPOCH + account, epoch);
}

function unstage(sql: Sql, staged: string): void {
	for (const table of ['entries', 'seen', 'chats']) sql.run(`DELETE FROM ${table} WHERE account = ?`, staged);
}

function putNamed(sql: Sql, named: NamedCopy | null): void {
	if (named === null) return;
	for (const owner of named.owners) {
		sql.run('DELETE FROM named_values WHERE owner = ?', owner);
		sql.run('DELETE FROM secrets WHERE owner = ?', owner);
	}
	for (const { owner, name, value, expiresAt } of named.values)
		sql.run(PUT_VALUE, owner, name, expiresAt, JSON.stringify(value));
	for (const { owner, name, sealed } of named.secrets) putSecret(sql, owner, name, sealed);
}

function putConsumer(sql: Sql, { position, ...record }: PositionedConsumer): void {
	consumers.saveConsumer(sql, record);
	consumers.resetPosition(sql, record.id, position.watermark);
	consumers.acknowledge(sql, record.id, position.acknowledged);
	for (const emit of position.unsettled) consumers.recordEmit(sql, record.id, emit);
}

/** What was written through while the copy was being read stays. */
function moveOn(sql: Sql, consumer: PositionedConsumer): void {
	const { position, ...record } = consumer;
	const known = consumers.loadConsumer(sql, record.id);
	if (known === null || known.accountId !== record.accountId) {
		putConsumer(sql, consumer);
		return;
	}
	consumers.saveConsumer(sql, record);
	if (position.watermark > known.position.watermark) {
		consumers.resetPosition(sql, record.id, position.watermark);
		consumers.acknowledge(sql, record.id, known.position.acknowledged);
		for (const emit of known.position.unsettled) consumers.recordEmit(sql, record.id, emit);
	}
	consumers.acknowledge(sql, record.id, position.acknowledged);
}

function putWaits(sql: Sql, account: AccountId, records: readonly WaitRecord[]): void {
	sql.run('DELETE FROM waits WHERE account = ?', account);
	for (const wait of records) waits.saveWait(sql, wait);
}

/** @param begun token with which a line of states begins, where there is none yet */
function putState(sql: Sql, account: AccountId, state: JsonObject | null, begun: number): void {
	writeState(sql, account, state);
	if (state === null) sql.run('DELETE FROM meta WHERE name = ?', BEGUN + account);
	else sql.run(KEEP_META, BEGUN + account, String(begun));
}

function epochOf(sql: Sql, account: AccountId): string | null {
	return metaOf(sql, EPOCH + account);
}

function metaOf(sql: Sql, name: string): string | null {
	return sql.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', name)?.value ?? null;
}

function isSeen(sql: Sql, account: AccountId, eventId: string): boolean {
	return sql.get('SELECT 1 FROM seen WHERE account = ? AND event_id = ?', account, eventId) !== undefined;
}
