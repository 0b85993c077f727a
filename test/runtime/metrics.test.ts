import { afterEach, describe, expect, it } from 'vitest';
import { METRICS, type JsonObject, type Logger } from '../../src/contract';
import {
	exposition,
	MetricRegistry,
	metricsSettings,
	publishMetrics,
	serveMetrics,
	sharedSlot,
	silentLogger,
	type HostLibrary,
	type MetricsServer,
} from '../../src/runtime';
import { readExposition } from './exposition';

const servers: MetricsServer[] = [];
afterEach(async () => {
	await Promise.all(servers.splice(0).map((server) => server.close()));
	sharedSlot('metrics.1').set(undefined);
});

function counted(): MetricRegistry {
	const registry = new MetricRegistry();
	registry.count('messenger_calls_total', { channel: 'max', command: 'message.send', outcome: 'done' });
	registry.count('messenger_calls_total', { outcome: 'done', command: 'message.send', channel: 'max' }, 2);
	registry.count('messenger_calls_total', { channel: 'max', command: 'message.send', outcome: 'flood_wait' });
	const labels = { channel: 'max', where: 'here' };
	for (const seconds of [0.005, 0.02, 0.02, 500])
		registry.observe('messenger_call_duration_seconds', labels, seconds);
	return registry;
}

describe('what was counted', () => {
	it('adds up per set of labels, whatever their order; a bucket holds what is at most its bound', () => {
		const text = exposition(
			counted().families([
				{ name: 'messenger_accounts', labels: { channel: 'max', state: 'live' }, value: 3 },
			]),
		);
		const value = readExposition(text);
		const send = { channel: 'max', command: 'message.send' };
		expect(value('messenger_calls_total', { ...send, outcome: 'done' })).toBe(3);
		expect(value('messenger_calls_total', { ...send, outcome: 'flood_wait' })).toBe(1);
		expect(value('messenger_accounts', { channel: 'max', state: 'live' })).toBe(3);
		const here = { channel: 'max', where: 'here' };
		const bucket = (le: string) => value('messenger_call_duration_seconds_bucket', { ...here, le });
		expect([bucket('0.005'), bucket('0.01'), bucket('0.025'), bucket('120'), bucket('+Inf')]).toEqual([
			1, 1, 3, 3, 4,
		]);
		expect(value('messenger_call_duration_seconds_count', here)).toBe(4);
		expect(value('messenger_call_duration_seconds_sum', here)).toBeCloseTo(500.045);
	});

	it('is written so that any text may be a label', () => {
		const registry = new MetricRegistry();
		registry.count('messenger_connects_total', { channel: 'max', outcome: 'a "b"\n\\c' });
		const text = exposition(registry.families([]));
		expect(text).toContain('messenger_connects_total{channel="max",outcome="a \\"b\\"\\n\\\\c"} 1\n');
		expect(readExposition(text)('messenger_connects_total', { channel: 'max', outcome: 'a "b"\n\\c' })).toBe(
			1,
		);
	});

	it('names every metric, also those without a value', () => {
		const text = exposition(new MetricRegistry().families([]));
		for (const [name, { type }] of Object.entries(METRICS))
			expect(text).toContain(`# TYPE ${name} ${type}\n`);
	});
});

describe('the settings', () => {
	const settings = (values: Record<string, string>) => metricsSettings((name) => values[name]);

	it('are off unless asked for, and on this machine only unless told otherwise', () => {
		expect(settings({})).toBeNull();
		expect(
			settings({ MESSENGER_ACCOUNTS_METRICS: 'false', MESSENGER_ACCOUNTS_METRICS_PORT: 'x' }),
		).toBeNull();
		for (const on of ['true', 'TRUE', '1', 'on'])
			expect(settings({ MESSENGER_ACCOUNTS_METRICS: on })).toEqual({ host: true, server: null });
		expect(settings({ MESSENGER_ACCOUNTS_METRICS_PORT: '9464' })).toEqual({
			host: false,
			server: { port: 9464, host: '127.0.0.1' },
		});
		expect(
			settings({ MESSENGER_ACCOUNTS_METRICS_PORT: '9464', MESSENGER_ACCOUNTS_METRICS_HOST: '0.0.0.0' })
				?.server?.host,
		).toBe('0.0.0.0');
	});
});

describe('a port of our own', () => {
	it('answers a scrape and nothing else', async () => {
		const registry = counted();
		const server = await serveMetrics({ port: 0, host: '127.0.0.1' }, () => registry.families([]));
		servers.push(server);
		const ask = (path: string, method = 'GET') =>
			fetch(`http://127.0.0.1:${String(server.port)}${path}`, { method });
		const scrape = await ask('/metrics');
		expect(scrape.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
		expect(await scrape.text()).toContain('messenger_calls_total{channel="max"');
		expect((await ask('/')).status).toBe(404);
		expect((await ask('/metrics', 'POST')).status).toBe(404);
	});

	it('that is taken is said in the log and is no reason not to work', async () => {
		const registry = counted();
		const first = await serveMetrics({ port: 0, host: '127.0.0.1' }, () => registry.families([]));
		servers.push(first);
		const said = Promise.withResolvers<[string, JsonObject | undefined]>();
		const logger: Logger = { ...silentLogger, warn: (message, meta) => said.resolve([message, meta]) };
		const settings = { host: false, server: { port: first.port, host: '127.0.0.1' } };
		publishMetrics(settings, registry, () => [], logger);
		const [message, meta] = await said.promise;
		expect(message).toContain('MESSENGER_ACCOUNTS_METRICS_PORT');
		expect(meta).toMatchObject({ port: first.port });
	});
});

describe('the host’s own metrics', () => {
	it('are asked for in vain where the host has none: said in the log', () => {
		const said: string[] = [];
		const logger: Logger = { ...silentLogger, warn: (message) => void said.push(message) };
		publishMetrics(
			{ host: true, server: null },
			counted(),
			() => [],
			logger,
			() => null,
		);
		expect(said.join()).toContain('N8N_METRICS=true');
	});

	it('show ours, read anew at each scrape, and the newest copy’s after an update', async () => {
		const metrics = new Map<string, Parameters<HostLibrary['register']['registerMetric']>[0]>();
		const library: HostLibrary = {
			register: {
				getSingleMetric: (name) => metrics.get(name),
				registerMetric: (metric) => void metrics.set(metric.name, metric),
			},
		};
		const before = process.env['N8N_METRICS'];
		// As n8n reads it.
		process.env['N8N_METRICS'] = 'TRUE';
		try {
			const older = counted();
			const publish = (registry: MetricRegistry) =>
				publishMetrics(
					{ host: true, server: null },
					registry,
					() => [],
					silentLogger,
					() => library,
				);
			publish(older);
			expect([...metrics.keys()]).toEqual(Object.keys(METRICS));
			const sum = async (): Promise<number> => {
				const { values } = await metrics.get('messenger_calls_total')!.get();
				return values.reduce((all, { value }) => all + value, 0);
			};
			expect(await sum()).toBe(4);
			older.count('messenger_calls_total', { channel: 'avito' });
			expect(await sum()).toBe(5);
			publish(new MetricRegistry());
			expect(await sum()).toBe(0);
			expect(metrics.size).toBe(Object.keys(METRICS).length);
		} finally {
			if (before === undefined) delete process.env['N8N_METRICS'];
			else process.env['N8N_METRICS'] = before;
		}
	});
});
