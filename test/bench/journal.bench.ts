/**
 * Journal appends per second in group commit, beside the plainest SQLite that stores the same rows: one prepared
 * INSERT into the same table, the same rows per transaction, nothing else (no ids remembered, no fencing, no state, no
 * promises). Both in one run, in turns, so that the ratio does not depend on the machine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { JournalEvent } from '../../src/contract';
import { silentLogger, systemClock, systemRandom } from '../../src/runtime';
import { openSqliteStore } from '../../src/store';
import { ACCOUNT, journalEvent } from '../store/support/samples';

const EVENTS_PER_ROUND = 20_000;
const ROUNDS = 5;
/** appends that wait for their commit at the same time */
const CONCURRENT = 500;

export interface JournalBenchResult {
	/** single-event appends per second, each with its own promise and state */
	appendsPerSecond: number;
	/** the same, 20 events per append */
	batchedEventsPerSecond: number;
	/** rows per second of the bare INSERT */
	rawRowsPerSecond: number;
	/** appendsPerSecond / rawRowsPerSecond */
	ratio: number;
	/** the bar: ≥ 20,000 appended events per second in group commit */
	meetsBar: boolean;
}

export async function journalBench(): Promise<JournalBenchResult> {
	const dir = mkdtempSync(join(tmpdir(), 'journal-bench-'));
	try {
		const services = { clock: systemClock, random: systemRandom, logger: silentLogger };
		const store = await openSqliteStore({ ...services, dir });
		const raw = openRaw(join(dir, 'raw.sqlite'));
		const rates = { single: [] as number[], batched: [] as number[], raw: [] as number[] };
		for (let round = 0; round < ROUNDS; round += 1) {
			const single = eventsOf(`s${round}`);
			rates.single.push(
				await perSecond(async () => {
					for (const group of chunks(single, CONCURRENT)) {
						await Promise.all(
							group.map((event, n) =>
								store.append(ACCOUNT, { token: 1, events: [event], state: { round, n } }),
							),
						);
					}
				}),
			);
			const rows = eventsOf(`r${round}`).map((event) => ({ event, text: JSON.stringify(event.event) }));
			rates.raw.push(
				await perSecond(() => {
					for (const group of chunks(rows, CONCURRENT)) raw.insert(group);
				}),
			);
			const batched = eventsOf(`b${round}`);
			rates.batched.push(
				await perSecond(async () => {
					for (const group of chunks(batched, CONCURRENT)) {
						await Promise.all(
							chunks(group, 20).map((events) =>
								store.append(ACCOUNT, { token: 1, events, state: { round } }),
							),
						);
					}
				}),
			);
		}
		await store.close();
		raw.close();
		const appendsPerSecond = median(rates.single);
		const rawRowsPerSecond = median(rates.raw);
		return {
			appendsPerSecond,
			batchedEventsPerSecond: median(rates.batched),
			rawRowsPerSecond,
			ratio: Math.round((100 * appendsPerSecond) / rawRowsPerSecond) / 100,
			meetsBar: appendsPerSecond >= 20_000,
		};
	} finally {
		rmSync(dir, { recursive: true });
	}
}

function eventsOf(prefix: string): JournalEvent[] {
	return Array.from({ length: EVENTS_PER_ROUND }, (_, n) =>
		journalEvent(`avito:94000001:${prefix}-${n}`, {
			chatId: `u2i-chat-${n % 200}`,
			at: 1_767_225_600_000 + n,
		}),
	);
}

function openRaw(path: string) {
	const database = new DatabaseSync(path);
	database.exec(`
		PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;
		CREATE TABLE entries (
			account TEXT NOT NULL, seq INTEGER NOT NULL, event_id TEXT NOT NULL, chat_id TEXT NOT NULL, at INTEGER NOT NULL,
			recorded_at INTEGER NOT NULL, recovered INTEGER NOT NULL, late INTEGER NOT NULL, held_by TEXT,
			held_until INTEGER, event TEXT, PRIMARY KEY (account, seq)
		);
	`);
	const insert = database.prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
	let seq = 0;
	return {
		insert(rows: readonly { event: JournalEvent; text: string }[]): void {
			database.exec('BEGIN IMMEDIATE');
			for (const { event, text } of rows) {
				seq += 1;
				insert.run(ACCOUNT, seq, event.eventId, event.chatId, event.at, event.at, 0, 0, null, null, text);
			}
			database.exec('COMMIT');
		},
		close: () => database.close(),
	};
}

async function perSecond(work: () => Promise<void> | void): Promise<number> {
	const startedAt = systemClock.monotonic();
	await work();
	return Math.round((EVENTS_PER_ROUND * 1_000) / (systemClock.monotonic() - startedAt));
}

function chunks<T>(list: readonly T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(list.length / size) }, (_, n) =>
		list.slice(n * size, (n + 1) * size),
	);
}

function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

if (import.meta.url === `file://${process.argv[1] ?? ''}`) {
	void journalBench().then((result) => console.log(JSON.stringify(result, null, '\t')));
}
