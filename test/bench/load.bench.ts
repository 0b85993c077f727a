/** What the package costs n8n at its start, in a bare process: every node and credential required and instantiated. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packAndInstall } from '../e2e/harness/packed';
import { ensureBuild, root } from '../setup/index.mjs';
import { median } from './report';

const run = promisify(execFile);
const ROUNDS = 7;

export interface LoadBenchResult {
	/** median */
	milliseconds: number;
	heapMb: number;
	/** the bar: ≤ 60 ms and ≤ 8 MB */
	meetsBar: boolean;
}

export async function loadBench(): Promise<LoadBenchResult> {
	await ensureBuild();
	const installed = await packAndInstall();
	const hostModules = mkdtempSync(join(tmpdir(), 'n8n-modules-'));
	try {
		mkdirSync(hostModules, { recursive: true });
		symlinkSync(join(root, 'node_modules', 'n8n-workflow'), join(hostModules, 'n8n-workflow'), 'dir');
		const script = join(root, 'test', 'package', 'load.mjs');
		const rounds: { ms: number; heapMb: number }[] = [];
		for (let round = 0; round < ROUNDS; round += 1) {
			const { stdout } = await run(process.execPath, ['--expose-gc', script, installed.folder], {
				env: { ...process.env, NODE_PATH: hostModules },
			});
			rounds.push(JSON.parse(stdout) as { ms: number; heapMb: number });
		}
		const milliseconds = median(rounds.map(({ ms }) => ms));
		const heapMb = median(rounds.map((each) => each.heapMb));
		return { milliseconds, heapMb, meetsBar: milliseconds <= 60 && heapMb <= 8 };
	} finally {
		await installed.remove();
		rmSync(hostModules, { recursive: true, force: true });
	}
}
