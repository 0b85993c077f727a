import type { GaugeReading, Logger } from '../../contract';
import { environmentValue } from '../environment';
import { sharedSlot } from '../shared-slot';
import { hostLibrary, registerWithHost, type HostLibrary } from './host';
import type { Family, MetricRegistry } from './registry';
import { serveMetrics } from './server';

export { hostLibrary, registerWithHost, type HostLibrary } from './host';
export { MetricRegistry, type Family } from './registry';
export { serveMetrics, type MetricsServer } from './server';
export { exposition } from './text';

/** After an update two copies of this package share a process: one of them shows what the newest has counted. */
interface Shown {
	families: () => readonly Family[];
}

const slot = sharedSlot<Shown>('metrics.1');

const IN_HOST = 'MESSENGER_ACCOUNTS_METRICS';
const PORT = 'MESSENGER_ACCOUNTS_METRICS_PORT';
const ADDRESS = 'MESSENGER_ACCOUNTS_METRICS_HOST';

export interface MetricsSettings {
	/** into n8n's own `/metrics` */
	host: boolean;
	/** on a port of our own; null = none */
	server: { port: number; host: string } | null;
}

/**
 * Off unless asked for: `MESSENGER_ACCOUNTS_METRICS=true` puts ours into n8n's `/metrics` (which `N8N_METRICS=true` switches on),
 * `MESSENGER_ACCOUNTS_METRICS_PORT` serves them on a port of their own, `MESSENGER_ACCOUNTS_METRICS_HOST` (127.0.0.1) says where.
 */
export function metricsSettings(
	value: (name: string) => string | undefined = environmentValue,
): MetricsSettings | null {
	const port = Number(value(PORT) ?? NaN);
	const server =
		Number.isInteger(port) && port > 0 && port < 65_536
			? { port, host: value(ADDRESS) ?? '127.0.0.1' }
			: null;
	const host = ['true', '1', 'on', 'yes'].includes(value(IN_HOST)?.trim().toLowerCase() ?? '');
	return server === null && !host ? null : { host, server };
}

/**
 * Shows what `registry` counted and `gauges` reads. A second call in this process (a newer copy, a pool after a pool) takes
 * the place of the first; nothing is opened twice. What cannot be shown is said in the log and is no reason not to work.
 */
export function publishMetrics(
	settings: MetricsSettings,
	registry: MetricRegistry,
	gauges: () => readonly GaugeReading[],
	logger: Logger,
	library: () => HostLibrary | null = hostLibrary,
): void {
	const families = (): Family[] => registry.families(gauges());
	const known = slot.get();
	if (known !== undefined) {
		known.families = families;
		return;
	}
	const shown: Shown = { families };
	slot.set(shown);
	if (settings.host) showInHost(shown, logger, library());
	if (settings.server === null) return;
	const { port, host } = settings.server;
	serveMetrics(settings.server, () => shown.families()).then(
		() => {
			logger.info('metrics are served', { host, port });
		},
		(error: unknown) => {
			logger.warn(
				'metrics cannot be served: MESSENGER_ACCOUNTS_METRICS_PORT needs a port of its own for each process',
				{
					host,
					port,
					error: String(error),
				},
			);
		},
	);
}

function showInHost(shown: Shown, logger: Logger, library: HostLibrary | null): void {
	if (/^(?:true|1)$/i.test(environmentValue('N8N_METRICS') ?? '') && library !== null) {
		registerWithHost(library, () => shown.families());
		return;
	}
	logger.warn(
		'MESSENGER_ACCOUNTS_METRICS=true needs n8n’s own metrics: set N8N_METRICS=true, or MESSENGER_ACCOUNTS_METRICS_PORT to serve ours',
	);
}
