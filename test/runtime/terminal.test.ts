import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';

const PROGRAM = join(import.meta.dirname, 'terminal.child.ts');

it('a program that only waits for time is not over when its input is', async () => {
	const args = ['--conditions=source', '--import', 'tsx', PROGRAM];
	const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
	child.stdin.end('word\n');
	const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
	expect(said).toBe('word\n');
	expect(code).toBe(3);
});
