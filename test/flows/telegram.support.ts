import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { TelegramSandbox } from '../sandbox/telegram';

/** Debian's interpreter, for which Debian's own Telethon (package python3-telethon) is installed by the set-up. */
const python = '/usr/bin/python3';
const scripts = join(import.meta.dirname, '..', 'sandbox', 'telegram', 'telethon');

/** How one of the Python scripts is started against a sandbox. */
export function telethonCommand(sandbox: TelegramSandbox, script: string, ...args: readonly string[]) {
	const { dcs, proxy, demo, controlAddress } = sandbox;
	const introduction = { dcs, proxy, ...demo, control: `${controlAddress}/_control` };
	return {
		program: python,
		args: ['-B', join(scripts, `${script}.py`), ...args],
		env: { ...process.env, SANDBOX: JSON.stringify(introduction) },
	};
}

/**
 * Runs one of the Python scripts against a sandbox; resolves with what it said, rejects with its traceback.
 * Every line on its standard output is one JSON object.
 */
export async function runTelethon(
	sandbox: TelegramSandbox,
	script: string,
	...args: readonly string[]
): Promise<Record<string, unknown>> {
	const command = telethonCommand(sandbox, script, ...args);
	const child = spawn(command.program, command.args, { env: command.env });
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
