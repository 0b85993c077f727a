import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runPeer } from '../support/python-peer';
import { startFromCli } from './avito';

const scenario = join(import.meta.dirname, 'avito', 'peer', 'scenario.py');

/** A second opinion: a client written from the public notes alone, in another language, without a look at this code. */
it('a client in Python finds every operation as the notes give it, member by member', async () => {
	const sandbox = await startFromCli(['--port', '0']);
	try {
		expect(await runPeer(scenario, sandbox.summary, 110_000)).toBeGreaterThan(850);
	} finally {
		await sandbox.close();
	}
}, 120_000);
