import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { TelegramSandbox } from '../sandbox/telegram';

/** Debian's interpreter, for which Debian's own Telethon (package python3-telethon) is installed by the set-up. */
const python = '/usr/bin/python3';
const scripts = join(import.meta.dirname, '..', 'sandbox', 'telegram', 'telethon');

/**
 * Runs one of the Python scripts against a sandbox; resolves with what it said, rejects with its traceback.
 * Every line on its standard output is one JSON object.
 */
export async function runTelethon(
	sandbox: TelegramSandbox,
	script: string,
	...args: readonly string[]
): Promise<Record<string, unknown>> {
	const { dcs, proxy, demo, controlAddress } = sandbox;
	const child = spawn(python, ['-B', join(scripts, `${script}.py`), ...args], {
		env: {
			...process.env,
			SANDBOX: JSON.stringify({ dcs, proxy, ...demo, control: `${controlAddress}/_control` }),
		},
	});
	const kill = setTimeout(() => child.kill('SIGKILL'), 60_000);
	let out = '';
	let err = '';
	child.stdout.on('data', (data: Buffer) => (out += data.toString()));
	child.stderr.on('data', (data: Buffer) => (err += data.toString()));
	const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
	clearTimeout(kill);
	const said: Record<string, unknown> = {};
	for (const line of out.split('\n')) if (line !== '') Object.assign(said, JSON.parse(line));
	if (code !== 0) throw new Error(`${script} ended with ${code}\n${out}\n${err.slice(-4000)}`);
	return said;
}
