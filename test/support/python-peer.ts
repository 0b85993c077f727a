import { spawn } from 'node:child_process';
import { expect } from 'vitest';

/** Debian's interpreter, which the set-up installs; the clients need nothing but the standard library. */
const PYTHON = '/usr/bin/python3';

/** What a client prints as its last line. */
interface PeerReport {
	/** checks it has made */
	steps: number;
	disagreements: unknown[];
}

/**
 * Runs a client in Python against a sandbox, and expects that it ends well and disagrees with nothing.
 * @param sandbox the sandbox's first line, which the client reads from its environment
 * @param killAfterMs it is ended then, and the test fails
 * @returns the checks it has made
 */
export async function runPeer(scenario: string, sandbox: object, killAfterMs: number): Promise<number> {
	const child = spawn(PYTHON, ['-B', scenario], {
		env: { ...process.env, SANDBOX: JSON.stringify(sandbox) },
	});
	const kill = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
	let out = '';
	child.stdout.on('data', (data: Buffer) => (out += data.toString()));
	child.stderr.on('data', (data: Buffer) => (out += data.toString()));
	const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
	clearTimeout(kill);
	expect(code, out).toBe(0);
	const { steps, disagreements } = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as PeerReport;
	expect(disagreements, out).toEqual([]);
	return steps;
}
