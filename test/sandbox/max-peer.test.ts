import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runPeer } from '../support/python-peer';
import { startFromCli } from './max';

const scenario = join(import.meta.dirname, 'max', 'peer', 'scenario.py');

/** A second opinion: a client written from the protocol's notes alone, in another language, without a look at this code. Not one that others use. */
it('a client in Python finds over every front what the notes promise', async () => {
	const sandbox = await startFromCli(['--port', '0', '--policy', 'loginLimit=0']);
	try {
		expect(await runPeer(scenario, sandbox.summary, 270_000)).toBeGreaterThan(1_250);
	} finally {
		await sandbox.close();
	}
}, 300_000);
