import { METRICS } from '../../contract';
import { hostModule } from '../tracing';
import type { Family } from './registry';

/** What prom-client's registry needs of a metric (versions 14 and 15). */
interface HostMetric {
	name: string;
	help: string;
	type: Family['type'];
	aggregator: 'sum';
	get(): Promise<{
		name: string;
		help: string;
		type: Family['type'];
		aggregator: 'sum';
		values: { metricName: string; labels: Record<string, string>; value: number }[];
	}>;
	reset(): void;
}

export interface HostLibrary {
	register: { getSingleMetric(name: string): unknown; registerMetric(metric: HostMetric): void };
}

/** The library n8n writes its own metrics with, the very copy whose default registry its `/metrics` shows. */
export function hostLibrary(): HostLibrary | null {
	const library = hostModule<Partial<HostLibrary>>('prom-client');
	const register = library?.register;
	const usable =
		typeof register?.registerMetric === 'function' && typeof register.getSingleMetric === 'function';
	return usable ? { register } : null;
}

/** Ours appear among the host's, read anew at each scrape. Metrics somebody else has under our names are left alone. */
export function registerWithHost({ register }: HostLibrary, families: () => readonly Family[]): void {
	let shown: readonly Family[] | null = null;
	/** One reading for all metrics of a scrape, which asks for them in one turn. */
	const ofThisScrape = (): readonly Family[] => {
		if (shown === null) {
			shown = families();
			queueMicrotask(() => (shown = null));
		}
		return shown;
	};
	for (const [name, { type, help }] of Object.entries(METRICS)) {
		if (register.getSingleMetric(name) !== undefined) continue;
		const about = { name, help, type, aggregator: 'sum' } as const;
		register.registerMetric({
			...about,
			get: () => {
				const samples = ofThisScrape().find((family) => family.name === name)?.samples ?? [];
				const values = samples.map((sample) => ({
					metricName: sample.name,
					labels: { ...sample.labels },
					value: sample.value,
				}));
				return Promise.resolve({ ...about, values });
			},
			reset: () => undefined,
		});
	}
}
