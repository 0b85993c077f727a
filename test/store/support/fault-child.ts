/**
 * A process with a store whose place fails it (argument: folder). It appends until the store is degraded and says at
 * the end, as one line of JSON, what it found and what it still knows.
 */
import { silentLogger, systemClock, systemRandom } from '../../../src/runtime';
import { openStore } from '../../../src/store';
import { ACCOUNT, journalEvent, message } from './samples';

export interface FaultReport {
	before: { kind: string; degraded: string | null };
	after: { kind: string; durable: boolean; degraded: string | null };
	known: unknown;
	told: number;
	appended: number;
	lastSeq: number;
	contiguous: boolean;
}

async function main(): Promise<void> {
	const [dir = ''] = process.argv.slice(2);
	const store = await openStore({ clock: systemClock, random: systemRandom, logger: silentLogger, dir });
	const before = { kind: store.info.kind, degraded: store.info.degraded };
	const known = await store.loadState(ACCOUNT);
	let told = 0;
	store.onDegraded(() => {
		told += 1;
	});
	let appended = 0;
	for (let round = 0; round < 400; round += 1) {
		if (store.info.degraded !== null && round > 10) break;
		const results = await Promise.all(
			Array.from({ length: 5 }, (_, n) => {
				const id = `child-${round}-${n}`;
				const event = message(id, 'long text '.repeat(200));
				return store.append(ACCOUNT, { token: 1, events: [journalEvent(id, { event })], state: { round } });
			}),
		);
		appended += results.flatMap((result) => result.appended).length;
	}
	await new Promise((resolve) => setImmediate(resolve));
	const entries = await store.readEntries(ACCOUNT, 0, 1_000_000);
	const report: FaultReport = {
		before,
		after: { kind: store.info.kind, durable: store.info.durable, degraded: store.info.degraded },
		known,
		told,
		appended,
		lastSeq: await store.lastSeq(ACCOUNT),
		contiguous: entries.every(({ seq }, index) => index === 0 || seq === entries[index - 1]!.seq + 1),
	};
	await store.close();
	console.log(JSON.stringify(report));
}

void main();
