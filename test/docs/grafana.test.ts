import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { METRICS, type MetricName } from '../../src/contract';

const FOLDER = join(import.meta.dirname, '../../docs/grafana');

interface Dashboard {
	panels: { id: number; title: string; targets: { expr: string; refId: string }[] }[];
	templating: { list: { query: string | { query: string } }[] };
}

const dashboards = readdirSync(FOLDER).map(
	(file) => [file, JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Dashboard] as const,
);

/** Of a histogram its three series, of everything else the one. */
function seriesOf(name: MetricName): string[] {
	return METRICS[name].type === 'histogram'
		? ['_bucket', '_sum', '_count'].map((part) => name + part)
		: [name];
}

const SERIES = new Set((Object.keys(METRICS) as MetricName[]).flatMap(seriesOf));
const namesIn = (query: string): string[] => query.match(/\bmessenger_[a-z_]+/g) ?? [];

describe.each(dashboards)('the dashboard %s', (_file, dashboard) => {
	const queries = dashboard.panels.flatMap(({ title, targets }) =>
		targets.map(({ expr }) => ({ title, expr })),
	);

	it('asks for metrics that exist, and each query for one', () => {
		const wrong = queries.filter(({ expr }) => {
			const names = namesIn(expr);
			return names.length === 0 || names.some((name) => !SERIES.has(name));
		});
		expect(wrong).toEqual([]);
		const lists = dashboard.templating.list.map(({ query }) =>
			typeof query === 'string' ? query : query.query,
		);
		expect(lists.flatMap(namesIn).filter((name) => !SERIES.has(name))).toEqual([]);
	});

	it('takes rates of what only grows, and of nothing else', () => {
		const kind = (series: string) =>
			(Object.keys(METRICS) as MetricName[]).find((name) => seriesOf(name).includes(series));
		const wrong = queries.filter(({ expr }) =>
			namesIn(expr).some((series) => {
				const name = kind(series);
				const grows = name !== undefined && METRICS[name].type !== 'gauge';
				const isRate = new RegExp(`(?:rate|increase)\\(${series}\\b`).test(expr);
				return grows !== isRate;
			}),
		);
		expect(wrong).toEqual([]);
	});

	it('shows every metric there is', () => {
		const shown = new Set(queries.flatMap(({ expr }) => namesIn(expr)));
		const hidden = (Object.keys(METRICS) as MetricName[]).filter(
			(name) => !seriesOf(name).some((series) => shown.has(series)),
		);
		expect(hidden).toEqual([]);
	});

	it('has balanced brackets in every query, and no panel twice', () => {
		for (const { expr } of queries)
			for (const [open, close] of ['()', '{}', '[]'])
				expect(expr.split(open!).length, expr).toBe(expr.split(close!).length);
		const ids = dashboard.panels.map(({ id }) => id);
		expect(new Set(ids).size).toBe(ids.length);
	});
});

describe.each(['docs/scaling.md', 'docs/scaling.ru.md'])('%s', (file) => {
	it('lists every metric', () => {
		const page = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
		expect(Object.keys(METRICS).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
	});
});
