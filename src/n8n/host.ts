import type { Logger as N8nLogger } from 'n8n-workflow';
import type { Clock, Random } from '../contract';
import type { Pool } from '../pool';
import { resumeWait } from './wait/resume';

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

/** Pools that know how to resume a waiting execution: also one whose waits are older than this process. */
const instructed = new WeakSet<Pool>();

/** The pool of this process; the first call loads it. It writes its log through n8n's. */
export async function host(logger?: N8nLogger): Promise<Host> {
	const current = await source(logger);
	if (!instructed.has(current.pool)) {
		instructed.add(current.pool);
		current.pool.onWaitMatched(resumeWait);
	}
	return current;
}

/** Puts another pool behind the nodes (a program of one's own, a test). @returns puts the former one back */
export function replaceHost(replacement: HostSource): () => void {
	const former = source;
	source = replacement;
	return () => {
		source = former;
	};
}
