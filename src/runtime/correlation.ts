import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from '../contract';

/**
 * One id for everything that is done because of one event or one call: it follows the work through every await, is
 * written to each log line as `correlation`, and travels with messages to other processes.
 */
const current = new AsyncLocalStorage<string | undefined>();

/** Does the work under this id; undefined: under the one it has already, if any. */
export function correlated<T>(id: string | undefined, work: () => T): T {
	return id === undefined ? work() : current.run(id, work);
}

/**
 * Does the work under no id. For what outlives the call that happened to start it (a connection, a store, a timer that
 * sets itself again): its later log lines are nobody's.
 */
export function uncorrelated<T>(work: () => T): T {
	return current.run(undefined, work);
}

/** The id of what is being done. */
export function correlation(): string | undefined {
	return current.getStore();
}

/** Adds the id to what is logged, unless the line names one itself. */
export function correlatingLogger(target: Logger): Logger {
	const wrap =
		(level: keyof Logger): Logger['debug'] =>
		(message, meta) => {
			const id = correlation();
			if (id === undefined) target[level](message, meta);
			else target[level](message, { correlation: id, ...meta });
		};
	return { debug: wrap('debug'), info: wrap('info'), warn: wrap('warn'), error: wrap('error') };
}
