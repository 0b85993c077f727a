import { run } from '../../src/cli/run';
import type { Terminal } from '../../src/runtime';

export interface Ran {
	code: number;
	out: string;
	told: string;
	/** questions whose answer was not shown */
	hidden: string[];
}

/** Runs the program with somebody who answers in turn; an answer may depend on what was told so far. */
export async function runs(
	args: string[],
	answers: (string | (() => string))[] = [],
	{ watch, interactive = false }: { watch?: (told: string) => void; interactive?: boolean } = {},
): Promise<Ran> {
	const ran: Ran = { code: -1, out: '', told: '', hidden: [] };
	const left = [...answers];
	const terminal: Terminal = {
		args,
		interactive,
		columns: 80,
		write: (text) => void (ran.out += text),
		tell: (text) => {
			ran.told += text;
			watch?.(ran.told);
		},
		ask: (question, options) => {
			if (options?.hidden === true) ran.hidden.push(question);
			const next = left.shift();
			return Promise.resolve(next === undefined ? null : typeof next === 'string' ? next : next());
		},
		onInterrupt: () => () => undefined,
		end: () => undefined,
	};
	ran.code = await run(terminal);
	return ran;
}
