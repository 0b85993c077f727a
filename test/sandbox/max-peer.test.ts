import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startFromCli } from './max';

/** Debian's interpreter, which the set-up installs; the client needs nothing but the standard library. */
const python = '/usr/bin/python3';
const scenario = join(import.meta.dirname, 'max', 'peer', 'scenario.py');

/** A second opinion: a client written from the protocol's notes alone, in another language, without a look at this code. Not one that others use. */
it('a client in Python finds over every front what the notes promise', async () => {
	const sandbox = await startFromCli(['--port', '0', '--policy', 'loginLimit=0']);
	try {
		const child = spawn(python, ['-B', scenario], {
			env: { ...process.env, SANDBOX: JSON.stringify(sandbox.summary) },
		});
		const kill = setTimeout(() => child.kill('SIGKILL'), 270_000);
		let out = '';
		child.stdout.on('data', (data: Buffer) => (out += data.toString()));
		child.stderr.on('data', (data: Buffer) => (out += data.toString()));
		const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
		clearTimeout(kill);
		expect(code, out).toBe(0);
		const said = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
		expect(said['disagreements'], out).toEqual([]);
		expect(said['steps']).toBeGreaterThan(1_250);
	} finally {
		await sandbox.close();
	}
}, 300_000);
