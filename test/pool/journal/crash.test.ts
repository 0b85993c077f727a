import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/contract';
import { createNodeMemories } from '../../../src/pool/consumer';
import { createJournalHub, type JournalHub } from '../../../src/pool/journal';
import type { ConsumerOptions } from '../../../src/pool/types';
import { silentLogger } from '../../../src/runtime';
import { openSqliteStore } from '../../../src/store';
import { consumerOptions } from '../../support/consumer-options';
import { ManualClock, seededRandom, settle, until } from '../../support/manual-clock';
import { ACCOUNT, event, Executions, mortal, ProcessClock, Provider, type Row } from './support';

const CHATS = ['c1', 'c2', 'c3'];
const PROCESSES = 4;

interface Process {
	hub: JournalHub;
	store: Store;
	clock: ProcessClock;
	life: { alive: boolean; calls: number; dieAt: number; doneBefore: boolean };
}

/** Runs processes that die at a random store call, one after another on one file, and a last one that lives. */
async function run(
	seed: number,
	parts: Partial<ConsumerOptions>,
	failures: number,
	history = 0,
): Promise<{ rows: Row[]; sent: string[]; peak: number; left: unknown }> {
	const random = seededRandom(seed);
	const clock = new ManualClock();
	const dir = mkdtempSync(join(tmpdir(), 'crash-'));
	const provider = new Provider(clock);
	const executions = new Executions();
	executions.auto = () => ({ kind: 'finished', ok: random.next() >= failures });
	const sent: string[] = [];
	let token = 0;

	async function begin(dieAt: number): Promise<Process> {
		const processClock = new ProcessClock(clock);
		const store = await openSqliteStore({ clock, random, logger: silentLogger, dir });
		const life = { alive: true, calls: 0, dieAt, doneBefore: random.next() < 0.5 };
		const hub = createJournalHub({
			store: mortal(store, life),
			account: ACCOUNT,
			label: 'shop',
			token: (token += 1),
			clock: processClock,
			random,
			logger: silentLogger,
			open: provider,
			memories: createNodeMemories(),
			onWaitMatched: () => Promise.resolve('gone'),
		});
		hub.attach({
			identity: { instance: 'i', workflow: 'w', node: 'n' },
			options: consumerOptions(parts),
			deliver: executions.deliver,
			report: () => undefined,
		});
		return { hub, store, clock: processClock, life };
	}

	async function bury(dead: Process): Promise<void> {
		dead.clock.alive = false;
		dead.life.alive = false;
		provider.drop();
		await settle(5);
		await dead.store.close();
	}

	function say(): void {
		const count = 1 + Math.floor(random.next() * 3);
		const items = Array.from({ length: count }, () => {
			const id = `m${sent.length + 1}`;
			sent.push(id);
			return event({ id, chat: CHATS[Math.floor(random.next() * CHATS.length)] ?? 'c1' });
		});
		void provider.write(...items).catch(() => undefined);
	}

	async function live(process: Process, rounds: number): Promise<void> {
		for (let round = 0; round < rounds && process.life.alive; round += 1) {
			if (random.next() < 0.1) executions.refuseNext += 1;
			say();
			await clock.advance(Math.floor(random.next() * 2_000), 2);
			await settle(Math.floor(random.next() * 6));
		}
	}

	for (let index = 0; index < history; index += 1) {
		say();
		await clock.advance(500, 1);
	}
	// The first one comes so far that its trigger is remembered: from then on nothing may be lost.
	const first = await begin(Infinity);
	await until(() => first.hub.stats().state === 'live', 'the first process');
	await until(async () => (await first.store.listConsumers(ACCOUNT)).length === 1, 'the consumer');
	first.life.dieAt = first.life.calls + 1 + Math.floor(random.next() * 40);
	await live(first, 12);
	await bury(first);
	for (let index = 1; index < PROCESSES; index += 1) {
		say();
		const process = await begin(1 + Math.floor(random.next() * 45));
		await live(process, 12);
		await bury(process);
	}
	const last = await begin(Infinity);
	await live(last, 5);
	const idOf = async () => (await last.store.listConsumers(ACCOUNT))[0]?.id ?? '';
	const positionOf = async () => (await last.store.loadConsumer(await idOf()))?.position;
	const caughtUp = async (): Promise<boolean> => {
		await clock.advance(5_000);
		const position = await positionOf();
		return position?.watermark === (await last.store.lastSeq(ACCOUNT)) && executions.running.length === 0;
	};
	await until(caughtUp, `seed ${seed} to catch up`, 200);
	const left = await positionOf();
	await last.hub.stop();
	await last.store.close();
	rmSync(dir, { recursive: true, force: true });
	expect(last.clock.pending, 'timers left behind').toBe(0);
	return { rows: executions.rows, sent, peak: executions.peak, left };
}

function rowsOf(rows: readonly Row[], id: string): Row[] {
	return rows.filter((row) => row.ids.includes(id));
}

/** Where each event was first emitted, per chat, in the order of the rows. */
function firstSeen(rows: readonly Row[]): Map<string, string[]> {
	const chats = new Map<string, string[]>();
	for (const item of rows.flatMap((row) => row.events)) {
		const chat = chats.get(item.external_chat_id) ?? [];
		if (!chat.includes(item.event_id)) chat.push(item.event_id);
		chats.set(item.external_chat_id, chat);
	}
	return chats;
}

const SEEDS = Array.from({ length: 12 }, (_, index) => index + 1);
const BATCH = { silenceMs: 500, maxWaitMs: 2_000, maxMessages: 4 };
const byNumber = (a: string, b: string): number => Number(a.slice(1)) - Number(b.slice(1));

describe('a process that dies at any store call', () => {
	it.each(SEEDS)('loses nothing and starts nothing twice with "immediately" (seed %i)', async (seed) => {
		const { rows, sent, peak, left } = await run(seed, { acknowledge: 'immediately' }, 0.2);
		expect(rows.flatMap((row) => row.ids).sort(byNumber)).toEqual(sent);
		expect(rows.every((row) => row.attempt === 1)).toBe(true);
		expect(peak).toBeLessThanOrEqual(5);
		for (const ids of firstSeen(rows).values()) expect(ids).toEqual([...ids].sort(byNumber));
		expect(left).toMatchObject({ acknowledged: [], unsettled: [] });
	});

	it.each(SEEDS)('repeats knowingly with "finished" (seed %i)', async (seed) => {
		const { rows, sent, peak } = await run(100 + seed, { acknowledge: 'finished' }, 0.2);
		expect([...new Set(rows.flatMap((row) => row.ids))].sort(byNumber)).toEqual(sent);
		expect(peak).toBeLessThanOrEqual(5);
		for (const id of sent) {
			const attempts = rowsOf(rows, id).map((row) => row.attempt);
			expect(new Set(attempts).size, `${id} twice with one attempt`).toBe(attempts.length);
			expect(attempts).toEqual([...attempts].sort((a, b) => a - b));
			expect(attempts.length).toBeLessThanOrEqual(PROCESSES + 1);
		}
		for (const row of rows) expect(row.events.every((item) => item.meta.attempt === row.attempt)).toBe(true);
		for (const ids of firstSeen(rows).values()) expect(ids).toEqual([...ids].sort(byNumber));
	});

	it.each(SEEDS.slice(0, 6))(
		'gives an event up after three attempts with "succeeded" (seed %i)',
		async (seed) => {
			const { rows, sent } = await run(200 + seed, { acknowledge: 'succeeded' }, 0.5);
			expect([...new Set(rows.flatMap((row) => row.ids))].sort(byNumber)).toEqual(sent);
			expect(Math.max(...rows.map((row) => row.attempt))).toBeLessThanOrEqual(3);
			for (const id of sent) {
				const attempts = rowsOf(rows, id).map((row) => row.attempt);
				expect(new Set(attempts).size).toBe(attempts.length);
			}
		},
	);

	it.each(SEEDS)('replays exactly the recorded batch (seed %i)', async (seed) => {
		const acknowledge = seed % 2 === 0 ? 'immediately' : 'finished';
		const { rows, sent } = await run(300 + seed, { acknowledge, batch: BATCH }, 0.2);
		expect([...new Set(rows.flatMap((row) => row.ids))].sort(byNumber)).toEqual(sent);
		for (const id of sent) {
			const members = new Set(rowsOf(rows, id).map((row) => row.ids.join()));
			expect(members.size, `${id} in different batches`).toBe(1);
			if (acknowledge === 'immediately') expect(rowsOf(rows, id)).toHaveLength(1);
		}
		expect(rows.some((row) => row.ids.length > 1)).toBe(true);
		for (const row of rows) expect(new Set(row.events.map((item) => item.external_chat_id)).size).toBe(1);
	});

	it.each(SEEDS)('hands a start at a chosen time over once (seed %i)', async (seed) => {
		const batch = seed % 3 === 0 ? BATCH : null;
		const start = { from: 'time' as const, at: 0 };
		const { rows, sent, left } = await run(400 + seed, { batch, start, window: 3 }, 0.2, 15);
		expect(rows.flatMap((row) => row.ids).sort(byNumber)).toEqual(sent);
		for (const ids of firstSeen(rows).values()) expect(ids).toEqual([...ids].sort(byNumber));
		expect(left).toMatchObject({ acknowledged: [], unsettled: [] });
	});
});
