import {
	METRICS,
	type CounterName,
	type GaugeReading,
	type HistogramName,
	type Labels,
	type Meter,
	type MetricName,
} from '../../contract';

/** One metric with all its values at one moment, as Prometheus reads it. Plain: copies of this package share it. */
export interface Family {
	name: string;
	type: 'gauge' | 'counter' | 'histogram';
	help: string;
	samples: { name: string; labels: Labels; value: number }[];
}

interface Distribution {
	labels: Labels;
	/** per bucket, not cumulated; the last is beyond all bounds */
	counts: number[];
	sum: number;
}

/** Remembers what was counted; gauges are read when somebody asks. */
export class MetricRegistry implements Meter {
	readonly #counters = new Map<CounterName, Map<string, { labels: Labels; value: number }>>();
	readonly #histograms = new Map<HistogramName, Map<string, Distribution>>();

	count(name: CounterName, labels: Labels, by = 1): void {
		const series = seriesOf(this.#counters, name);
		const key = keyOf(labels);
		const known = series.get(key);
		if (known === undefined) series.set(key, { labels, value: by });
		else known.value += by;
	}

	observe(name: HistogramName, labels: Labels, seconds: number): void {
		const { buckets } = METRICS[name];
		const series = seriesOf(this.#histograms, name);
		const key = keyOf(labels);
		let known = series.get(key);
		if (known === undefined) {
			known = { labels, counts: new Array<number>(buckets.length + 1).fill(0), sum: 0 };
			series.set(key, known);
		}
		const place = buckets.findIndex((bound) => seconds <= bound);
		const index = place === -1 ? buckets.length : place;
		known.counts[index] = (known.counts[index] ?? 0) + 1;
		known.sum += seconds;
	}

	/** All metrics there are, also those without a value yet: a query must not fail because nothing has happened. */
	families(gauges: readonly GaugeReading[]): Family[] {
		return (Object.keys(METRICS) as MetricName[]).map((name) => {
			const { type, help } = METRICS[name];
			return { name, type, help, samples: this.#samples(name, gauges) };
		});
	}

	#samples(name: MetricName, gauges: readonly GaugeReading[]): Family['samples'] {
		if (isHistogram(name)) {
			const series = [...(this.#histograms.get(name)?.values() ?? [])];
			return series.flatMap((distribution) => histogramSamples(name, distribution));
		}
		if (isCounter(name)) {
			const series = [...(this.#counters.get(name)?.values() ?? [])];
			return series.map(({ labels, value }) => ({ name, labels, value }));
		}
		return gauges
			.filter((gauge) => gauge.name === name)
			.map(({ labels, value }) => ({ name, labels, value }));
	}
}

function histogramSamples(name: HistogramName, { labels, counts, sum }: Distribution): Family['samples'] {
	let below = 0;
	const buckets = [...METRICS[name].buckets, Infinity].map((bound, index) => {
		below += counts[index] ?? 0;
		const le = bound === Infinity ? '+Inf' : String(bound);
		return { name: `${name}_bucket`, labels: { ...labels, le }, value: below };
	});
	return [
		...buckets,
		{ name: `${name}_sum`, labels, value: sum },
		{ name: `${name}_count`, labels, value: below },
	];
}

function isHistogram(name: MetricName): name is HistogramName {
	return METRICS[name].type === 'histogram';
}

function isCounter(name: MetricName): name is CounterName {
	return METRICS[name].type === 'counter';
}

function seriesOf<Name, Value>(all: Map<Name, Map<string, Value>>, name: Name): Map<string, Value> {
	let series = all.get(name);
	if (series === undefined) {
		series = new Map<string, Value>();
		all.set(name, series);
	}
	return series;
}

function keyOf(labels: Labels): string {
	return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
