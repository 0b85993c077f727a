import type { JsonObject, Logger } from '../contract';
import { redact, redactText } from './redact';

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
