import type { Family } from './registry';

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Prometheus' text exposition format, version 0.0.4. Written here rather than taken from a library: the format is these
 * lines, while prom-client would be shipped with its default metrics, summaries and a copy of OpenTelemetry's API, none of
 * which is used. Where n8n serves its own metrics, ours go into its copy of that library, see `host.ts`.
 */
export function exposition(families: readonly Family[]): string {
	return families.map(familyText).join('\n');
}

function familyText({ name, help, type, samples }: Family): string {
	const lines = samples.map(
		(sample) => `${sample.name}${labelText(sample.labels)} ${numberText(sample.value)}`,
	);
	const about = [
		`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
		`# TYPE ${name} ${type}`,
	];
	return [...about, ...lines, ''].join('\n');
}

function labelText(labels: Family['samples'][number]['labels']): string {
	const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
	return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
	return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
	if (Number.isNaN(value)) return 'NaN';
	if (Number.isFinite(value)) return String(value);
	return value > 0 ? '+Inf' : '-Inf';
}
