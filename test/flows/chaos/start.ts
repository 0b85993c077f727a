import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reapWithMe } from '../../e2e/harness/reaper';
import type { RunOptions, RunReport } from './report';

const PROGRAM = fileURLToPath(new URL('./run.ts', import.meta.url));
const FAST = new URL('./fast-time.mjs', import.meta.url).href;

/**
 * Makes a chaos run in a process group of its own, of which nothing is left afterwards, however it ends.
 * @param speed how many times as fast as outside its time goes
 */
export async function startChaos(options: RunOptions, speed: number): Promise<RunReport> {
	const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
	const child = spawn(
		process.execPath,
		['--conditions=source', '--import', FAST, '--import', 'tsx', PROGRAM],
		{
			env: {
				...process.env,
				CHAOS_SPEED: String(speed),
				CHAOS_ORIGIN: String(Date.now()),
				CHAOS_OPTIONS: JSON.stringify(options),
				TMPDIR: folder,
			},
			stdio: ['ignore', 'pipe', 'inherit'],
			detached: true,
		},
	);
	const { pid } = child;
	if (pid === undefined) throw new Error('the run could not be started');
	const callOff = reapWithMe(pid);
	try {
		let output = '';
		for await (const piece of child.stdout.setEncoding('utf8')) output += String(piece);
		const last = output.trim().split('\n').at(-1) ?? '';
		if (last === '') throw new Error('the run ended without a report');
		return JSON.parse(last) as RunReport;
	} finally {
		callOff();
		try {
			process.kill(-pid, 'SIGKILL');
		} catch {
			// Nobody is left in the group: what was wanted.
		}
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	}
}

/** Prints how it went, with its seed; what the processes wrote only where something was violated. */
export function tellOf({ logs, violations, ...figures }: RunReport): void {
	console.log(`chaos: ${JSON.stringify(figures)}`);
	for (const { rule, what } of violations.slice(0, 50)) console.error(`${rule}: ${what}`);
	for (const [name, lines] of Object.entries(logs)) console.error(`${name} wrote:\n${lines.join('\n')}`);
}
