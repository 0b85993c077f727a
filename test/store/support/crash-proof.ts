import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../support/manual-clock';
import type { Row } from './crash-child';
import { newPlace } from './place';
import { ACCOUNT } from './samples';

/** more than a process of this test can take before it is killed */
const NEVER = 1_000_000;

/** What must hold after every kill, and at the end; `seed` decides where each child dies. */
export function crashProof(kills: number, seed: number): void {
	describe('kill -9 at any step of append → emit → acknowledge', () => {
		let folder: string;
		let program: string;

		beforeAll(async () => {
			folder = mkdtempSync(join(tmpdir(), 'crash-'));
			program = join(folder, 'child.cjs');
			// Compiled once: a child starts in some 50 ms instead of a second.
			await build({
				entryPoints: [join(import.meta.dirname, 'crash-child.ts')],
				outfile: program,
				bundle: true,
				platform: 'node',
				format: 'cjs',
				conditions: ['source'],
				logLevel: 'error',
			});
		});
		afterAll(() => rmSync(folder, { recursive: true, force: true }));

		/** Runs a child until it ends by itself or is killed after so many lines; resolves with what it said. */
		async function run(
			dir: string,
			options: { seed: number; killAtStep?: number; killAfterLines?: number; stopAt: number },
		): Promise<string[]> {
			const args = [
				program,
				dir,
				String(options.seed),
				String(options.killAtStep ?? 0),
				String(options.stopAt),
			];
			const child = spawn(process.execPath, ['--no-warnings', ...args], {
				stdio: ['ignore', 'pipe', 'inherit'],
			});
			const lines: string[] = [];
			const closed = new Promise<NodeJS.Signals | null>((resolve) =>
				child.once('close', (_, signal) => resolve(signal)),
			);
			for await (const line of createInterface({ input: child.stdout })) {
				lines.push(line);
				if (lines.length === options.killAfterLines) child.kill('SIGKILL');
			}
			const signal = await closed;
			if (lines.at(-1) !== 'finished') expect(signal).toBe('SIGKILL');
			return lines;
		}

		it(
			`loses nothing and starts nothing twice in ${kills} kills (seed ${seed})`,
			async () => {
				const place = newPlace();
				const random = seededRandom(seed);
				const appended = new Map<string, number>();
				const done = new Map<string, number[]>();
				const killed = { atStep: 0, afterLines: 0 };

				const take = (lines: readonly string[]): void => {
					expect(lines.filter((line) => line.startsWith('error'))).toEqual([]);
					for (const [kind, name = '', numbers = ''] of lines.map((line) => line.split(' '))) {
						if (kind === 'appended') appended.set(name, Number(numbers));
						if (kind === 'done') done.set(name, numbers.split(',').map(Number));
					}
				};

				const check = async (): Promise<void> => {
					const store = await place.openSqliteStore();
					expect(store.info.degraded).toBeNull();
					const position = (await store.loadConsumer('trigger'))?.position;
					const isPassed = (seq: number) =>
						position !== undefined && (seq <= position.watermark || position.acknowledged.includes(seq));
					const entries = await store.readEntries(ACCOUNT, 0, NEVER);
					const stored = new Map(entries.map(({ eventId, seq }) => [eventId, seq]));
					for (const [eventId, seq] of appended) {
						// A sweep may have removed it, if everybody has passed it.
						if (!stored.has(eventId)) expect([eventId, isPassed(seq)]).toEqual([eventId, true]);
						else expect(stored.get(eventId)).toBe(seq);
					}
					const unsettled = new Set(position?.unsettled.map(({ key }) => key));
					for (const [key, seqs] of done) {
						expect([key, seqs.every(isPassed), unsettled.has(key)]).toEqual([key, true, false]);
					}
					const state = (await store.loadState(ACCOUNT)) as { next: number } | null;
					expect(await store.lastSeq(ACCOUNT)).toBe(state?.next ?? 0);
					await store.close();
				};

				for (let kill = 0; kill < kills; kill += 1) {
					const childSeed = Math.floor(random.next() * 2 ** 31);
					const exact = random.next() < 0.5;
					const point = 1 + Math.floor(random.next() ** 2 * 150);
					take(
						await run(place.dir, {
							seed: childSeed,
							stopAt: NEVER,
							...(exact ? { killAtStep: point } : { killAfterLines: point }),
						}),
					);
					killed[exact ? 'atStep' : 'afterLines'] += 1;
					await check();
				}
				expect(killed.atStep).toBeGreaterThan(0);
				expect(killed.afterLines).toBeGreaterThan(0);

				const last = await run(place.dir, { seed, stopAt: 0 });
				take(last);
				expect(last.at(-1)).toBe('finished');
				await check();

				const store = await place.openSqliteStore();
				const { position } = (await store.loadConsumer('trigger'))!;
				const total = await store.lastSeq(ACCOUNT);
				expect(position).toEqual({ watermark: total, acknowledged: [], unsettled: [] });
				await store.close();
				const rows = readFileSync(join(place.dir, 'rows'), 'utf8')
					.trim()
					.split('\n')
					.map((line) => JSON.parse(line) as Row);
				const started = rows.flatMap(({ eventIds }) => eventIds);
				expect(started.length).toBe(total);
				expect(new Set(started)).toEqual(new Set(Array.from({ length: total }, (_, n) => `e${n}`)));
				expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
				expect(place.raw().prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
			},
			kills * 2_000 + 20_000,
		);
	});
}
