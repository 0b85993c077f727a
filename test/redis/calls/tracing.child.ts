/**
 * A program with OpenTelemetry switched on that calls a session "in another process" over the Redis on the port given:
 * prints the spans of both sides. Both are this one process, but nothing leads from one to the other except Redis.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { openRedisCalls, openRedisStore, redisSettings } from '../../../src/redis';
import { correlated, silentLogger, systemClock, systemRandom, traced } from '../../../src/runtime';

interface Finished {
	name: string;
	spanContext(): { traceId: string; spanId: string };
	parentSpanContext?: { traceId: string; spanId: string; isRemote?: boolean };
}

// The libraries n8n's own tracing is made of.
const require = createRequire(createRequire(import.meta.url).resolve('n8n-core'));
const api = require('@opentelemetry/api') as {
	ROOT_CONTEXT: object;
	trace: { setGlobalTracerProvider(provider: unknown): boolean };
	context: { setGlobalContextManager(manager: unknown): boolean };
};
const sdk = require('@opentelemetry/sdk-trace-base') as {
	BasicTracerProvider: new (options: object) => unknown;
	InMemorySpanExporter: new () => { getFinishedSpans(): Finished[] };
	SimpleSpanProcessor: new (exporter: unknown) => unknown;
};

/** What is active follows the work through every await: `ContextManager` of the API, as its Node SDK implements it. */
const active = new AsyncLocalStorage<object>();
const manager = {
	active: () => active.getStore() ?? api.ROOT_CONTEXT,
	with: (context: object, work: (...args: unknown[]) => unknown, self: unknown, ...args: unknown[]) =>
		active.run(context, () => work.apply(self, args)),
	bind: (_context: object, target: unknown) => target,
	enable: () => manager,
	disable: () => manager,
};

async function main(): Promise<void> {
	const exporter = new sdk.InMemorySpanExporter();
	const processor = new sdk.SimpleSpanProcessor(exporter);
	api.context.setGlobalContextManager(manager);
	api.trace.setGlobalTracerProvider(new sdk.BasicTracerProvider({ spanProcessors: [processor] }));

	const environment: Record<string, string> = {
		EXECUTIONS_MODE: 'queue',
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: process.argv[2] ?? '',
		MESSENGER_ACCOUNTS_REDIS_PREFIX: 'tracing',
	};
	const settings = redisSettings((name) => environment[name]);
	if (settings === null) throw new Error('queue mode chooses Redis');
	const services = { settings, clock: systemClock, random: systemRandom, logger: silentLogger };
	const store = await openRedisStore({ ...services, guardMs: 0 });
	await store.acquireLease('session:s1', 'owner', 60_000);
	const nobody = {
		call: () => null,
		yield: () => Promise.resolve(false),
		hint: () => Promise.resolve(false),
		answer: () => Promise.resolve(null),
		told: () => undefined,
	};
	const owner = await openRedisCalls(services, 'owner', {
		...nobody,
		call: () => traced('served', {}, () => Promise.resolve({ items: [] })),
	});
	const caller = await openRedisCalls(services, 'caller', nobody);
	const call = () =>
		caller.call('s1', {
			command: { name: 'account.getSelf', input: {} },
			options: { signal: new AbortController().signal, timeoutMs: 20_000 },
			policy: {
				permissions: ['read'],
				allowedChats: [],
				budget: { points: 10, windowMs: 60_000, chatGapMs: 0 },
				firstContactsPerDay: 5,
				loopLimit: 10,
				loopWindowMs: 120_000,
				allowDangerousRaw: false,
			},
		});
	await correlated('id-1', () => traced('asked', {}, call));
	// Without a trace there is none to go on with.
	await call();
	await Promise.all([caller.close(), owner.close()]);
	await store.close();
	const spans = exporter.getFinishedSpans().map((span) => ({
		name: span.name,
		...span.spanContext(),
		parent: span.parentSpanContext?.spanId ?? null,
	}));
	console.log(JSON.stringify(spans));
}

void main();
