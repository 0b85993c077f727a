import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { correlation } from './correlation';

/** The part of `@opentelemetry/api` that is used. */
interface TracingApi {
	trace: {
		getTracer(name: string): {
			startActiveSpan<T>(
				name: string,
				options: { attributes: Record<string, string | number>; kind: number },
				work: (span: Span) => T,
			): T;
		};
	};
}

interface Span {
	setStatus(status: { code: number }): unknown;
	setAttribute(name: string, value: string | number): unknown;
	end(): void;
}

const TRACER = 'n8n-nodes-messenger-accounts';
/** `SpanStatusCode.ERROR` and `SpanKind` of OpenTelemetry API 1.x */
const STATUS_ERROR = 2;
const KINDS = { internal: 0, server: 1, client: 2 } as const;
export type SpanKind = keyof typeof KINDS;

/** Where every copy of OpenTelemetry API 1.x keeps what was switched on in the process. */
const SWITCHED_ON = Symbol.for('opentelemetry.js.api.1');

let found: TracingApi | null | undefined;

/**
 * A span around the work, with the id of `correlation()` as `messenger.correlation`; nothing where no tracing is
 * switched on (n8n: `N8N_OTEL_ENABLED=true`). The library is the host's own: it is looked for from the program that was
 * started, and never shipped.
 */
export function traced<T>(
	name: string,
	attributes: Record<string, string | number>,
	work: () => Promise<T>,
	kind: SpanKind = 'internal',
): Promise<T> {
	const api = SWITCHED_ON in globalThis ? tracingApi() : null;
	if (api === null) return work();
	const id = correlation();
	const known = id === undefined ? attributes : { ...attributes, 'messenger.correlation': id };
	const options = { attributes: known, kind: KINDS[kind] };
	return api.trace.getTracer(TRACER).startActiveSpan(name, options, async (span) => {
		try {
			return await work();
		} catch (error) {
			span.setStatus({ code: STATUS_ERROR });
			span.setAttribute('error.type', codeOf(error));
			throw error;
		} finally {
			span.end();
		}
	});
}

function tracingApi(): TracingApi | null {
	if (found === undefined) found = hostModule<TracingApi>('@opentelemetry/api');
	return found;
}

/** A library of the program that was started (n8n), the very copy it uses itself; null = it has none. */
export function hostModule<T>(name: string): T | null {
	const program = process.argv[1];
	if (program === undefined) return null;
	try {
		return createRequire(realpathSync(program))(name) as T;
	} catch {
		return null;
	}
}

function codeOf(error: unknown): string {
	const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
	return typeof code === 'string' ? code : 'unexpected';
}
