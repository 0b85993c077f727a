import { afterAll, beforeAll, beforeEach, inject } from 'vitest';
import type { PostgresAddress } from '../../support/postgres';
import { N8n, type N8nOptions } from './n8n';

declare module 'vitest' {
	interface ProvidedContext {
		/** This package, packed and installed once per run as n8n's installer does it. */
		installedPackage: { name: string; folder: string };
		/** A PostgreSQL cluster for all tests of the run; null where PostgreSQL is not installed. */
		postgres: PostgresAddress | null;
	}
}

/** How much of n8n's log a failed test shows, in characters. */
const SHOWN_LOG = 12_000;

/** Prints, beside every test of this file that fails, what n8n wrote while it ran. */
export function showLogOnFailure(n8n: () => N8n | undefined): void {
	beforeEach(({ onTestFailed }) => {
		const before = n8n()?.log.length ?? 0;
		onTestFailed(() => {
			const written = n8n()?.log.slice(before) ?? '';
			console.error(`n8n wrote:\n${written.slice(-SHOWN_LOG) || '(nothing)'}`);
		});
	});
}

/**
 * One n8n with our package for all tests of a file (starting one costs about ten seconds). Returns how to get at it
 * inside a test. Ended and removed after the file, whatever happens in it.
 */
export function sharedN8n(options: Omit<N8nOptions, 'packages'> = {}): () => N8n {
	let n8n: N8n | undefined;
	beforeAll(async () => {
		n8n = await N8n.start({ ...options, packages: [inject('installedPackage')] });
	});
	afterAll(async () => {
		await n8n?.dispose();
	});
	showLogOnFailure(() => n8n);
	return () => {
		if (!n8n) throw new Error('n8n is started before the tests of the file');
		return n8n;
	};
}
