import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { nodeBinary } from './host';
import { until } from './until';

const reaper = fileURLToPath(new URL('./reaper.ts', import.meta.url));

/** A process that starts a child in a group of its own, has it reaped, prints the child's id and goes on. */
const parent = `
import { spawn } from 'node:child_process';
import { reapWithMe } from ${JSON.stringify(reaper)};
const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
reapWithMe(child.pid);
console.log(child.pid);
setInterval(() => undefined, 1000);
`;

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

it('ends what we started even when we are killed', async () => {
	const args = ['--import', 'tsx', '--input-type=module', '--eval', parent];
	const killed = spawn(nodeBinary(), args, { stdio: ['ignore', 'pipe', 'inherit'] });
	const [line] = (await once(killed.stdout, 'data')) as [Buffer];
	const orphan = Number(line.toString());
	expect(isAlive(orphan)).toBe(true);

	killed.kill('SIGKILL');

	await until(() => !isAlive(orphan), { what: 'the orphan to be ended' });
});
