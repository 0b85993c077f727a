import { expect } from 'vitest';

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (NaN|[+-]Inf|[-+0-9.e]+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

type Labels = Record<string, string>;

/**
 * Reads Prometheus' text format as strictly as its documentation: every line is a comment, empty or a sample; a metric's
 * TYPE comes once and before its samples. @returns looks up one value; undefined = there is no such series
 */
export function readExposition(text: string): (name: string, labels: Labels) => number | undefined {
	const series = new Map<string, number>();
	const types = new Map<string, string>();
	expect(text.endsWith('\n')).toBe(true);
	for (const line of text.split('\n')) {
		const type = /^# TYPE (\S+) (gauge|counter|histogram)$/.exec(line);
		if (type !== null) {
			expect(types.has(type[1]!), `TYPE of ${String(type[1])} twice`).toBe(false);
			types.set(type[1]!, type[2]!);
		}
		if (line === '' || line.startsWith('# ')) continue;
		const [, name = '', labelText = '', value = ''] = LINE.exec(line) ?? [];
		expect(name, line).not.toBe('');
		expect(types.has(name) || types.has(name.replace(/_(?:bucket|sum|count)$/, '')), line).toBe(true);
		const key = keyOf(name, readLabels(labelText, line));
		expect(series.has(key), `${line} twice`).toBe(false);
		series.set(key, Number(value.replace('Inf', 'Infinity')));
	}
	return (name, labels) => series.get(keyOf(name, labels));
}

function readLabels(text: string, line: string): Labels {
	const labels: Labels = {};
	LABEL.lastIndex = 0;
	while (LABEL.lastIndex < text.length) {
		const found = LABEL.exec(text);
		expect(found, line).not.toBeNull();
		labels[found![1]!] = found![2]!.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));
	}
	return labels;
}

function keyOf(name: string, labels: Labels): string {
	return JSON.stringify([name, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
