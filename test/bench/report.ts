/** The middle value: one noisy neighbour does not move it. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	const upper = sorted[middle] ?? NaN;
	return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** A row of `docs/benchmarks.md`. */
export interface Row {
	what: string;
	figure: string;
	/** what it is measured against, in the same run */
	beside: string;
	bar: string;
	/** undefined: a figure without a bar */
	met?: boolean;
}

export function table(rows: readonly Row[]): string {
	const lines = rows.map(({ what, figure, beside, bar, met }) => {
		const verdict = met === undefined ? '' : met ? ' met' : ' **missed**';
		return `| ${what} | ${figure} | ${beside} | ${bar}${verdict} |`;
	});
	return ['| What | Figure | Beside (same run) | Bar |', '|---|---|---|---|', ...lines].join('\n');
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
export const ratio = (value: number): string => value.toFixed(2);
