/** A program with OpenTelemetry switched on, as n8n is one with `N8N_OTEL_ENABLED=true`: prints the spans it made. */
import { createRequire } from 'node:module';
import { ChannelError } from '../../src/contract';
import { correlated, hostModule, providerRequest, silentLogger, systemClock } from '../../src/runtime';

interface Finished {
	name: string;
	attributes: Record<string, unknown>;
	status: { code: number };
}

// The libraries n8n's own tracing is made of.
const require = createRequire(createRequire(import.meta.url).resolve('n8n-core'));
const api = require('@opentelemetry/api') as {
	trace: { setGlobalTracerProvider(provider: unknown): boolean };
};
const sdk = require('@opentelemetry/sdk-trace-base') as {
	BasicTracerProvider: new (options: object) => unknown;
	InMemorySpanExporter: new () => { getFinishedSpans(): Finished[] };
	SimpleSpanProcessor: new (exporter: unknown) => unknown;
};

async function main(): Promise<void> {
	const exporter = new sdk.InMemorySpanExporter();
	const processor = new sdk.SimpleSpanProcessor(exporter);
	api.trace.setGlobalTracerProvider(new sdk.BasicTracerProvider({ spanProcessors: [processor] }));
	const about = { channel: 'max' as const, logger: silentLogger, clock: systemClock };
	await correlated('812/node/0/0/0', async () => {
		await providerRequest({ ...about, request: 'opcode 64' }, () => Promise.resolve(1));
		const refused = (): Promise<never> => Promise.reject(new ChannelError('flood_wait', 'Slower'));
		await providerRequest({ ...about, request: 'opcode 65' }, refused).catch(() => undefined);
	});
	const spans = exporter
		.getFinishedSpans()
		.map(({ name, attributes, status }) => ({ name, attributes, status }));
	console.log(
		JSON.stringify({
			spans,
			sameLibrary: hostModule('@opentelemetry/api') === api,
			unknown: hostModule('a-library-nobody-has'),
		}),
	);
}

void main();
