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
		getActiveSpan(): Span | undefined;
		/** a span of another process: nothing is recorded on it here */
		wrapSpanContext(context: SpanContext): Span;
		setSpan(context: Context, span: Span): Context;
	};
	context: {
		active(): Context;
		with<T>(context: Context, work: () => T): T;
	};
}

/** Opaque: only handed on. */
type Context = object;

interface SpanContext {
	/** 32 hex digits */
	traceId: string;
	/** 16 hex digits */
	spanId: string;
	traceFlags: number;
	isRemote?: boolean;
}

interface Span {
	spanContext(): SpanContext;
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
	const api = switchedOn();
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

/** W3C Trace Context, level 1: version 00, trace, parent, flags. Ids of zeros only are none. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/**
 * What another process needs to go on with the trace of this moment, as the header `traceparent` of W3C Trace Context;
 * undefined where there is none.
 */
export function traceparent(): string | undefined {
	const context = switchedOn()?.trace.getActiveSpan()?.spanContext();
	if (context === undefined) return undefined;
	const flags = (context.traceFlags & 0xff).toString(16).padStart(2, '0');
	const parent = `00-${context.traceId}-${context.spanId}-${flags}`;
	return TRACEPARENT.test(parent) ? parent : undefined;
}

/** Does the work as part of another process' trace: spans made in it are children of the one named. */
export function continuingTrace<T>(parent: string | undefined, work: () => T): T {
	const [, traceId, spanId, flags] = (parent === undefined ? null : TRACEPARENT.exec(parent)) ?? [];
	const api = traceId === undefined ? null : switchedOn();
	if (api === null || traceId === undefined || spanId === undefined) return work();
	const traceFlags = Number.parseInt(flags ?? '', 16);
	const span = api.trace.wrapSpanContext({ traceId, spanId, traceFlags, isRemote: true });
	return api.context.with(api.trace.setSpan(api.context.active(), span), work);
}

function switchedOn(): TracingApi | null {
	return SWITCHED_ON in globalThis ? tracingApi() : null;
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
