import { describe, expect, it } from 'vitest';
import { summarise, tallyOf } from './tally.mjs';

describe('counting what a test run adds to the last line', () => {
	it('takes passed and failed as they are', () => {
		expect(tallyOf({ numPassedTests: 5, numFailedTests: 2 }, 1)).toEqual({
			passed: 5,
			failed: 2,
			skipped: 0,
		});
	});

	it('counts a skipped or todo test as failed', () => {
		const report = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 };
		expect(tallyOf(report, 0)).toEqual({ passed: 5, failed: 2, skipped: 2 });
	});

	it.each([
		['ended badly though every test passed', { numPassedTests: 5, numFailedTests: 0 }, 1],
		['ran no test', { numPassedTests: 0, numFailedTests: 0 }, 0],
		['left no report', undefined, 1],
	])('counts one failure for a run that %s', (_name, report, exitCode) => {
		expect(tallyOf(report, exitCode).failed).toBe(1);
	});

	it('ends with one line', () => {
		const tallies = [tallyOf({ numPassedTests: 5 }, 0), tallyOf({ numPassedTests: 1, numFailedTests: 2 }, 1)];
		expect(summarise(tallies)).toBe('6 passed, 2 failed');
	});
});
