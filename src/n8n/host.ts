import type { Logger as N8nLogger } from 'n8n-workflow';
import type { Clock, Random } from '../contract';
import type { Pool } from '../pool';

/** What the bridge takes from the rooms below. */
export interface Host {
	pool: Pool;
	clock: Clock;
	random: Random;
}

type HostSource = (logger?: N8nLogger) => Host | Promise<Host>;

const installed: HostSource = async (logger) => {
	// Lazy on purpose: requiring a node file must load neither a library nor the pool.
	const [{ getPool }, { systemClock, systemRandom }] = await Promise.all([
		import('../app'),
		import('../runtime'),
	]);
	return { pool: getPool(logger), clock: systemClock, random: systemRandom };
};

let source: HostSource = installed;

/** The pool of this process; the first call loads it. It writes its log through n8n's. */
export async function host(logger?: N8nLogger): Promise<Host> {
	return source(logger);
}

/** Puts another pool behind the nodes (a program of one's own, a test). @returns puts the former one back */
export function replaceHost(replacement: HostSource): () => void {
	const former = source;
	source = replacement;
	return () => {
		source = former;
	};
}
