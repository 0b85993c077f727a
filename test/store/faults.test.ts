import { execFileSync } from 'node:child_process';
import {
	chmodSync,
	closeSync,
	existsSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import * as sqlite from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readerLeaseName, type Store, type StoreInfo } from '../../src/contract';
import { openMemory, openFile } from '../../src/store/medium';
import { assemble } from '../../src/store/open';
import { nextTurn } from '../../src/runtime';
import { settle, until } from '../support/manual-clock';
import type { FaultReport } from './support/fault-child';
import { newPlace } from './support/place';
import { ACCOUNT, consumer, intent, journalEvent, LIMITS, message } from './support/samples';

/** Appends long events until the store is degraded; every promise must have been kept. */
async function appendUntilDegraded(store: Store): Promise<number> {
	for (let n = 0; n < 2_000; n += 1) {
		const event = message(`long-${n}`, 'long text '.repeat(300));
		await store.append(ACCOUNT, { token: 50, events: [journalEvent(`long-${n}`, { event })], state: { n } });
		if (store.info.degraded !== null) return n + 1;
	}
	throw new Error('the place never failed');
}

describe('a place that fails at run time', () => {
	it('goes on in memory with everything it knows when the disk is full', async () => {
		const place = newPlace();
		const medium = openFile(sqlite, place.path, place.clock.now());
		medium.sql.exec('PRAGMA max_page_count = 60');
		const store = assemble(medium, null, { sqlite, ...place.services }, place.services);
		const told: StoreInfo[] = [];
		store.onDegraded(() => {
			throw new Error('a listener that fails');
		});
		store.onDegraded((info) => told.push(info));
		const undo = store.onDegraded(() => told.push(store.info));
		undo();

		await store.saveConsumer(consumer('c1', { lastAttachedAt: place.clock.now() }));
		const lease = await store.acquireLease(readerLeaseName(ACCOUNT), 'host/1/main', 1_000);
		await store.append(ACCOUNT, { token: 50, events: [journalEvent('e1'), journalEvent('e2')] });
		await store.acknowledge('c1', [2]);
		await store.recordEmit('c1', { key: 'k1', seqs: [1], attempt: 1, at: 5 });
		await store.reserveIntent(intent('i1'));
		await store.putSecret(ACCOUNT, 'token', 'v1.x');
		expect(store.info).toMatchObject({ kind: 'sqlite', durable: true, path: place.path, degraded: null });

		const count = await appendUntilDegraded(store);
		await settle();
		expect(store.info).toMatchObject({ kind: 'memory', durable: false, path: null });
		expect(store.info.degraded).toMatch(/Nothing survives a restart.*full/);
		expect(told).toEqual([store.info]);

		expect(await store.lastSeq(ACCOUNT)).toBe(2 + count);
		expect(await store.readEntries(ACCOUNT, 0, 10_000)).toHaveLength(2 + count);
		expect((await store.loadConsumer('c1'))?.position).toEqual({
			watermark: 0,
			acknowledged: [2],
			unsettled: [{ key: 'k1', seqs: [1], attempt: 1, at: 5 }],
		});
		expect(await store.loadIntent('i1')).not.toBeNull();
		expect(await store.getSecret(ACCOUNT, 'token')).toBe('v1.x');
		expect(await store.loadState(ACCOUNT)).toEqual({ n: count - 1 });
		expect((await store.append(ACCOUNT, { token: 50, events: [journalEvent('e1')] })).duplicates).toEqual([
			'e1',
		]);
		if (!lease.acquired) throw new Error('not acquired');
		expect(await store.renewLeases([lease.lease], 1_000)).toEqual([]);
		expect(await store.acquireLease('other', 'host/1/main', 1)).toMatchObject({
			lease: { token: expect.toSatisfy((token: number) => token > 50) as number },
		});
		await store.sweep(LIMITS);
		await store.close();

		// What was acknowledged as long as the file was good is in it.
		const again = await place.openSqliteStore();
		expect(await again.lastSeq(ACCOUNT)).toBe(2 + count - 1);
		expect(await again.loadState(ACCOUNT)).toEqual({ n: count - 2 });
	});

	it('rejects nothing of a group in which the disk became full', async () => {
		const place = newPlace();
		const medium = openFile(sqlite, place.path, place.clock.now());
		medium.sql.exec('PRAGMA max_page_count = 60');
		const store = assemble(medium, null, { sqlite, ...place.services }, place.services);
		const results = await Promise.all(
			Array.from({ length: 200 }, (_, n) => {
				const event = message(`e${n}`, 'long text '.repeat(300));
				return store.append(ACCOUNT, { token: 1, events: [journalEvent(`e${n}`, { event })] });
			}),
		);
		expect(results.map(({ appended }) => appended[0]?.seq)).toEqual(
			Array.from({ length: 200 }, (_, n) => n + 1),
		);
		expect(store.info.durable).toBe(false);
		await store.close();
	});

	it('tells a caller when memory fails too', async () => {
		const place = newPlace();
		const medium = openMemory(sqlite, place.clock.now());
		medium.sql.exec('PRAGMA max_page_count = 60');
		const store = assemble(medium, null, { sqlite, ...place.services }, place.services);
		const events = Array.from({ length: 200 }, (_, n) =>
			journalEvent(`e${n}`, { event: message(`e${n}`, 'long text '.repeat(300)) }),
		);
		await expect(store.append(ACCOUNT, { token: 1, events })).rejects.toMatchObject({
			code: 'store_unavailable',
		});
		expect(await store.lastSeq(ACCOUNT)).toBe(0);
		await store.close();
	});
});

describe('a process whose place fails it', () => {
	let folder: string;
	let program: string;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'faults-'));
		// Another user must be able to read it.
		chmodSync(folder, 0o755);
		program = join(folder, 'child.cjs');
		await build({
			entryPoints: [join(import.meta.dirname, 'support/fault-child.ts')],
			outfile: program,
			bundle: true,
			platform: 'node',
			format: 'cjs',
			conditions: ['source'],
			logLevel: 'error',
		});
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	const parse = (output: string): FaultReport => JSON.parse(output) as FaultReport;

	it('goes on in memory when writing fails with an I/O error', () => {
		const place = newPlace();
		// The limit is in blocks of 512 bytes; beyond it write() fails with EFBIG.
		const script = 'ulimit -f 600; exec "$0" --no-warnings "$1" "$2"';
		const report = parse(
			execFileSync('sh', ['-c', script, process.execPath, program, place.dir], { encoding: 'utf8' }),
		);
		expect(report.before).toEqual({ kind: 'sqlite', degraded: null });
		expect(report.after).toMatchObject({ kind: 'memory', durable: false });
		expect(report.after.degraded).toContain('disk I/O error');
		expect(report).toMatchObject({ told: 1, contiguous: true, lastSeq: report.appended });
		expect(report.appended).toBeGreaterThan(20);
	});

	it('goes on in memory, with what the file tells, when folder and file are read-only', async () => {
		const place = newPlace();
		const store = await place.openSqliteStore();
		await store.append(ACCOUNT, { token: 1, events: [journalEvent('e1')], state: { pts: 7 } });
		await store.close();
		chmodSync(place.path, 0o444);
		chmodSync(place.dir, 0o555);
		// Root may write anywhere, so it becomes somebody else.
		const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
		const report = parse(
			execFileSync(process.execPath, ['--no-warnings', program, place.dir], { encoding: 'utf8', ...user }),
		);
		chmodSync(place.dir, 0o755);
		expect(report.before.kind).toBe('memory');
		expect(report.before.degraded).toMatch(/Nothing survives a restart.*(EACCES|EPERM|readonly)/);
		expect(report.known).toEqual({ pts: 7 });
		expect(report).toMatchObject({ told: 0, contiguous: true, lastSeq: 1 + report.appended });
		expect(readdirSync(place.dir)).toEqual(['messenger-accounts.sqlite']);
	});
});

describe('a place that is no good from the start', () => {
	it('is memory when the folder cannot be made; asked for the file alone it is an error', async () => {
		const place = newPlace();
		writeFileSync(join(place.dir, 'file'), '');
		const dir = join(place.dir, 'file', 'folder');
		const store = await place.openStore({ dir });
		expect(store.info).toMatchObject({ kind: 'memory', durable: false, path: null });
		expect(store.info.degraded).toContain(dir);
		await expect(place.openSqliteStore({ dir })).rejects.toMatchObject({ code: 'store_unavailable' });
	});

	it('makes folder and files for nobody but their owner', async () => {
		const place = newPlace();
		const dir = join(place.dir, 'new', 'folder');
		const store = await place.openSqliteStore({ dir });
		await store.putValue(ACCOUNT, 'n', 1);
		const mode = (path: string) => statSync(path).mode & 0o777;
		expect(mode(dir)).toBe(0o700);
		const files = readdirSync(dir);
		expect(files.sort()).toEqual(['', '-shm', '-wal'].map((end) => `messenger-accounts.sqlite${end}`));
		for (const file of files) expect([file, mode(join(dir, file))]).toEqual([file, 0o600]);
	});
});

describe('a damaged file', () => {
	const SPOILT = 'this is no database, '.repeat(1_000);
	const asides = (dir: string) => readdirSync(dir).filter((name) => /\.corrupt-[^/]*Z$/.test(name));

	it.each([
		['text', SPOILT],
		['a few bytes', 'SQLi'],
	])('that is %s is put aside and begun anew, once', async (_what, content) => {
		const place = newPlace();
		writeFileSync(place.path, content);
		const store = await place.openStore();
		const [aside = ''] = asides(place.dir);
		expect(readFileSync(join(place.dir, aside), 'utf8')).toBe(content);
		expect(store.info).toMatchObject({ kind: 'sqlite', durable: true, path: place.path });
		expect(store.info.degraded).toContain(aside);
		await store.append(ACCOUNT, { token: 1, events: [journalEvent('e1')] });
		await store.close();
		const again = await place.openStore();
		expect(again.info.degraded).toBeNull();
		expect(await again.lastSeq(ACCOUNT)).toBe(1);
		expect(asides(place.dir)).toEqual([aside]);
	});

	it('counts as empty when it is empty', async () => {
		const place = newPlace();
		writeFileSync(place.path, '');
		const store = await place.openStore();
		expect(store.info.degraded).toBeNull();
	});

	/** A store with much in it, closed, and then spoilt. */
	async function spoilt(spoil: (path: string) => void) {
		const place = newPlace();
		const store = await place.openSqliteStore();
		await store.saveConsumer(consumer('c1', { lastAttachedAt: place.clock.now() }));
		await store.rememberSession('session-a', ACCOUNT);
		for (let n = 0; n < 20; n += 1) {
			const events = Array.from({ length: 50 }, (_, m) => journalEvent(`e${n * 50 + m + 1}`));
			await store.append(ACCOUNT, { token: 1, events, state: { n } });
		}
		await store.acknowledge(
			'c1',
			Array.from({ length: 900 }, (_, n) => n + 1),
		);
		await store.putSecret(ACCOUNT, 'token', 'v1.x');
		await store.close();
		spoil(place.path);
		return place;
	}

	/** Never fewer than what anybody has passed: else new messages would count as passed. */
	async function expectSound(store: Store) {
		const last = await store.lastSeq(ACCOUNT);
		const position = (await store.loadConsumer('c1'))?.position;
		expect(last).toBeGreaterThanOrEqual(position?.watermark ?? 0);
		const { appended } = await store.append(ACCOUNT, { token: 1, events: [journalEvent('new')] });
		expect(appended.map(({ seq }) => seq)).toEqual([last + 1]);
		expect((await store.readEntries(ACCOUNT, last, 10)).map(({ eventId }) => eventId)).toEqual(['new']);
	}

	it('that fails while it is used is replaced by a new one with what could be read', async () => {
		const place = await spoilt((path) => {
			const pages = statSync(path).size / 4_096;
			const file = openSync(path, 'r+');
			for (let page = 60; page < pages - 20; page += 1)
				writeSync(file, Buffer.alloc(4_096, 0xa5), 0, 4_096, page * 4_096);
			closeSync(file);
		});
		const store = await place.openStore();
		expect(store.info.degraded).toBeNull();
		const told: StoreInfo[] = [];
		store.onDegraded((info) => told.push(info));
		const entries = await store.readEntries(ACCOUNT, 0, 10_000);
		await settle();
		expect(told).toHaveLength(1);
		expect(store.info).toMatchObject({ kind: 'sqlite', durable: true, path: place.path });
		expect(store.info.degraded).toContain('.corrupt-');
		expect(entries.length).toBeGreaterThan(0);
		expect(entries.length).toBeLessThan(1_000);
		expect(await store.lastSeq(ACCOUNT)).toBe(1_000);
		await expectSound(store);
		await store.close();
		const again = await place.openStore();
		expect(again.info.degraded).toBeNull();
		expect((await again.append(ACCOUNT, { token: 1, events: [journalEvent('new')] })).duplicates).toEqual([
			'new',
		]);
	});

	it.each([0.1, 0.3, 0.5, 0.7, 0.9, 0.99])(
		'cut off at %d of its length never stops the store',
		async (part) => {
			const place = await spoilt((path) => truncateSync(path, Math.floor(statSync(path).size * part)));
			const store = await place.openStore();
			// Whatever is asked first may be what finds the damage.
			await store.readEntries(ACCOUNT, 0, 10_000);
			await expectSound(store);
			expect(store.info.durable).toBe(true);
			expect(store.info.degraded).toContain('.corrupt-');
		},
	);

	it('is kept aside no longer than entries are, and not beyond a forget', async () => {
		const place = newPlace();
		const breakIn = async () => {
			writeFileSync(place.path, SPOILT);
			const store = await place.openStore();
			expect(asides(place.dir)).toHaveLength(1);
			return store;
		};
		const first = await breakIn();
		await place.clock.advance(LIMITS.maxAgeMs);
		await first.sweep(LIMITS);
		expect(asides(place.dir)).toHaveLength(1);
		await place.clock.advance(1);
		await first.sweep(LIMITS);
		expect(asides(place.dir)).toEqual([]);
		await first.close();
		const second = await breakIn();
		await second.forget(ACCOUNT);
		expect(asides(place.dir)).toEqual([]);
	});

	it('is replaced once when two processes use it', async () => {
		const place = await spoilt((path) => truncateSync(path, Math.floor(statSync(path).size / 2)));
		const first = await place.openSqliteStore();
		const second = await place.openSqliteStore();
		await Promise.all([first.readEntries(ACCOUNT, 0, 10_000), second.readEntries(ACCOUNT, 0, 10_000)]);
		await first.append(ACCOUNT, { token: 1, events: [journalEvent('one')] });
		await second.append(ACCOUNT, { token: 1, events: [journalEvent('two')] });
		expect(asides(place.dir)).toHaveLength(1);
		const last = (await first.readEntries(ACCOUNT, 0, 10_000)).slice(-2).map(({ eventId }) => eventId);
		expect(last).toEqual(['one', 'two']);
	});
});

describe('another process that holds the lock', () => {
	it('is waited for without stopping the event loop', async () => {
		const place = newPlace();
		const store = await place.openSqliteStore();
		const other = place.raw();
		other.exec('BEGIN IMMEDIATE');
		let appended = false;
		const appending = store.append(ACCOUNT, { token: 1, events: [journalEvent('e1')] }).then(() => {
			appended = true;
		});
		await until(() => place.clock.pending > 0, 'the first retry');
		for (let turn = 0; turn < 5; turn += 1) {
			await nextTurn();
			await place.clock.advance(100);
		}
		expect(appended).toBe(false);
		other.exec('COMMIT');
		await place.clock.advance(200);
		await appending;
		expect(store.info.degraded).toBeNull();
		expect(await store.lastSeq(ACCOUNT)).toBe(1);
	});

	it('is not waited for for ever: the caller is told and the store stays what it is', async () => {
		const place = newPlace();
		const store = await place.openSqliteStore();
		const other = place.raw();
		other.exec('BEGIN IMMEDIATE');
		const outcome = store.append(ACCOUNT, { token: 1, events: [journalEvent('e1')] }).then(
			() => 'appended',
			(error: unknown) => error,
		);
		await until(() => place.clock.pending > 0, 'the first retry');
		while (place.clock.pending > 0) await place.clock.advance(5_000);
		expect(await outcome).toMatchObject({ code: 'store_unavailable', retry: { afterMs: 5_000 } });
		other.exec('COMMIT');
		await store.append(ACCOUNT, { token: 1, events: [journalEvent('e2')] });
		expect(await store.lastSeq(ACCOUNT)).toBe(1);
		expect(store.info).toMatchObject({ kind: 'sqlite', degraded: null });
	});

	it('for itself alone (network file system) is a reason to wait, never to go on in memory', async () => {
		const place = newPlace();
		const holder = await place.openSqliteStore({ network: true });
		await holder.append(ACCOUNT, { token: 1, events: [journalEvent('e1')] });
		expect(existsSync(`${place.path}-shm`)).toBe(false);
		const outcome = place.openStore({ network: true }).then(
			() => 'opened',
			(error: unknown) => error,
		);
		let ended = false;
		void outcome.finally(() => {
			ended = true;
		});
		while (!ended) await place.clock.advance(100);
		expect(await outcome).toMatchObject({ code: 'store_unavailable' });
		await holder.close();
		const next = await place.openStore({ network: true });
		expect(await next.lastSeq(ACCOUNT)).toBe(1);
	});

	it('takes over a file that was shared before, and back', async () => {
		const place = newPlace();
		for (const network of [false, true, false]) {
			const store = await place.openSqliteStore({ network });
			const seq = await store.lastSeq(ACCOUNT);
			await store.append(ACCOUNT, { token: 1, events: [journalEvent(`e${seq}`)] });
			await store.close();
		}
		expect(await (await place.openSqliteStore()).lastSeq(ACCOUNT)).toBe(3);
	});
});
