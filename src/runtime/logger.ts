import type { JsonObject, Logger } from '../contract';
import { redact, redactText } from './redact';

/**
 * Would this logger show a debug line? n8n's tells its level; one that does not is taken to show everything. There is a
 * debug line for each message, and cleaning what nobody will see is most of what it costs.
 */
export function showsDebug(logger: Logger): boolean {
	const { level } = logger as { level?: unknown };
	return typeof level !== 'string' || level === 'debug';
}

/** Wraps a host's logger (n8n's, or the console of a program) so that nothing secret passes. */
export function redactingLogger(target: Logger, fixed: JsonObject = {}): Logger {
	const wrap =
		(level: keyof Logger) =>
		(message: string, meta: JsonObject = {}): void => {
			target[level](redactText(message), redact({ ...fixed, ...meta }));
		};
	return { debug: wrap('debug'), info: wrap('info'), warn: wrap('warn'), error: wrap('error') };
}

export const silentLogger: Logger = {
	debug: () => undefined,
	info: () => undefined,
	warn: () => undefined,
	error: () => undefined,
};
