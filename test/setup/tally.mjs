// Counting: what one step of `npm test` adds to the line at its end.

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally `failed` includes `skipped` */

/**
 * Reads Vitest's JSON report. A skipped or todo test counts as failed: nothing is left out silently. A run that
 * ended badly without a failed test (a file that does not load, an unhandled error) counts as one failure.
 * @param {{ numPassedTests?: number, numFailedTests?: number, numPendingTests?: number, numTodoTests?: number } | undefined} report
 * @param {number} exitCode of the Vitest process
 * @returns {Tally}
 */
export function tallyOf(report, exitCode) {
	const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
	const passed = report?.numPassedTests ?? 0;
	const failed = (report?.numFailedTests ?? 0) + skipped;
	const endedBadly = exitCode !== 0 || passed + failed === 0;
	return { passed, failed: failed === 0 && endedBadly ? 1 : failed, skipped };
}

/** The line at the very end. @param {Tally[]} tallies */
export function summarise(tallies) {
	const sum = (/** @type {keyof Tally} */ key) => tallies.reduce((total, tally) => total + tally[key], 0);
	return `${sum('passed')} passed, ${sum('failed')} failed`;
}
