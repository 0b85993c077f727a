import { afterEach, beforeEach, expect } from 'vitest';
import { AdvanceableClock, startMaxSandbox, type MaxSandbox } from '..';
import type { RawClient } from './client';

/**
 * A fake MAX of its own for each test of a file, on a clock that stands still. What a client did wrong fails the test.
 * @param set told the sandbox and its clock before each test
 * @returns clients put in here are closed after the test
 */
export function sandboxForEach(set: (sandbox: MaxSandbox, clock: AdvanceableClock) => void): RawClient[] {
	const clients: RawClient[] = [];
	let sandbox: MaxSandbox;
	beforeEach(async () => {
		const clock = new AdvanceableClock(Date.UTC(2026, 9, 1), false);
		sandbox = await startMaxSandbox({ clock, seed: 5 });
		set(sandbox, clock);
	});
	afterEach(async () => {
		for (const client of clients.splice(0)) client.close();
		expect(sandbox.control.failures()).toEqual([]);
		await sandbox.close();
	});
	return clients;
}
