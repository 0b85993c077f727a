/**
 * A process that is killed: it takes messages from an endless provider, journals them, hands them on and acknowledges.
 * What it was told is done goes to standard output at once (a write to a pipe survives SIGKILL); "n8n" is a file of
 * rows with a unique key, each written with fsync. Arguments: folder, seed, step at which it kills itself (0 = never),
 * message number at which it stops taking new ones and only finishes.
 */
import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEntry, Store } from '../../../src/contract';
import { silentLogger, systemClock, systemRandom } from '../../../src/runtime';
import { openSqliteStore } from '../../../src/store';
import { seededRandom } from '../../support/manual-clock';
import { ACCOUNT, consumer, journalEvent } from './samples';

const [dir = '', seed = '1', killAtStep = '0', stopAt = '0'] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const CONSUMER = 'trigger';
const WINDOW = 4;

let steps = 0;
function step(): void {
	steps += 1;
	if (steps === Number(killAtStep)) process.kill(process.pid, 'SIGKILL');
}

function say(line: string): void {
	writeSync(1, `${line}\n`);
}

/** n8n's execution table: a key that is there already is not started again. */
function openRows() {
	const path = join(dir, 'rows');
	const keys = new Set(existsSync(path) ? rowsOf(path).map(({ key }) => key) : []);
	return {
		insert(key: string, eventIds: string[]): void {
			if (keys.has(key)) return;
			keys.add(key);
			const file = openSync(path, 'a');
			appendFileSync(file, `${JSON.stringify({ key, eventIds })}\n`);
			step();
			fsyncSync(file);
			closeSync(file);
		},
	};
}

export interface Row {
	key: string;
	eventIds: string[];
}

function rowsOf(path: string): Row[] {
	return readFileSync(path, 'utf8')
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as Row);
}

async function hand(store: Store, rows: ReturnType<typeof openRows>, key: string, entries: JournalEntry[]) {
	const seqs = entries.map(({ seq }) => seq);
	step();
	rows.insert(
		key,
		entries.map(({ eventId }) => eventId),
	);
	step();
	await store.acknowledge(CONSUMER, seqs, key);
	say(`done ${key} ${seqs.join(',')}`);
	step();
}

/** Takes 1 to 3 messages at a time, a few batches at once, as several chats and webhooks would. */
async function receive(store: Store, token: number): Promise<void> {
	const state = (await store.loadState(ACCOUNT)) as { next: number } | null;
	let next = state?.next ?? 0;
	while (next < Number(stopAt)) {
		const batches: Promise<void>[] = [];
		for (let batch = 0; batch < 1 + Math.floor(random.next() * 3); batch += 1) {
			const size = Math.min(Number(stopAt) - next, 1 + Math.floor(random.next() * 3));
			const events = Array.from({ length: size }, (_, n) =>
				journalEvent(`e${next + n}`, { chatId: `chat-${(next + n) % 5}` }),
			);
			next += size;
			step();
			batches.push(
				store.append(ACCOUNT, { token, events, state: { next } }).then(({ appended, duplicates }) => {
					if (duplicates.length > 0) say(`error state behind its events: ${duplicates.join()}`);
					for (const { seq, eventId } of appended) say(`appended ${eventId} ${seq}`);
					step();
				}),
			);
		}
		await Promise.all(batches);
	}
}

async function main(): Promise<void> {
	const store = await openSqliteStore({
		clock: systemClock,
		random: systemRandom,
		logger: silentLogger,
		dir,
	});
	const rows = openRows();
	if ((await store.loadConsumer(CONSUMER)) === null)
		await store.saveConsumer(consumer(CONSUMER, { lastAttachedAt: systemClock.now() }));
	const position = (await store.loadConsumer(CONSUMER))!.position;
	step();
	for (const emit of position.unsettled) {
		const entries = await store.readEntriesBySeq(ACCOUNT, emit.seqs);
		if (entries.length !== emit.seqs.length) say(`error entries of ${emit.key} are missing`);
		await hand(store, rows, emit.key, entries);
	}

	let receiving = true;
	const received = receive(store, 1).finally(() => {
		receiving = false;
	});
	const settled = new Set([...position.acknowledged, ...position.unsettled.flatMap(({ seqs }) => seqs)]);
	let after = position.watermark;
	const inFlight = new Set<Promise<void>>();
	for (;;) {
		const over = !receiving;
		const entries = await store.readEntries(ACCOUNT, after, 20);
		if (entries.length === 0) {
			if (over) break;
			await systemClock.sleep(1);
			continue;
		}
		after = entries.at(-1)!.seq;
		const fresh = entries.filter(({ seq }) => !settled.has(seq));
		while (fresh.length > 0) {
			const batch = fresh.splice(0, 1 + Math.floor(random.next() * 3));
			const key = `key-${batch.map(({ eventId }) => eventId).join('-')}-1`;
			const emitted = store
				.recordEmit(CONSUMER, { key, seqs: batch.map(({ seq }) => seq), attempt: 1, at: systemClock.now() })
				.then(() => hand(store, rows, key, batch));
			inFlight.add(emitted);
			void emitted.finally(() => inFlight.delete(emitted));
			if (inFlight.size >= WINDOW) await Promise.race(inFlight);
			if (random.next() < 0.02) {
				await store.sweep({ maxAgeMs: 1e9, maxEntries: 1e6, idsMs: 1e9, consumersMs: 1e9 });
			}
		}
	}
	await received;
	await Promise.all(inFlight);
	await store.close();
	say('finished');
}

void main();
