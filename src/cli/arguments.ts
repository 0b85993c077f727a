import { parseArgs } from 'node:util';
import { UsageError } from './exit';

/** What a command line says; nothing secret can be given in it. */
export interface Arguments {
	command: string;
	/** words after the command */
	words: string[];
	qr: boolean;
	phone: boolean;
	json: boolean;
	help: boolean;
	version: boolean;
	/** file with fields of a credential */
	settings: string | null;
	/** file to write the result to */
	out: string | null;
}

/** @throws UsageError */
export function readArguments(args: readonly string[]): Arguments {
	try {
		const { values, positionals } = parseArgs({
			args: [...args],
			allowPositionals: true,
			options: {
				qr: { type: 'boolean', default: false },
				phone: { type: 'boolean', default: false },
				json: { type: 'boolean', default: false },
				help: { type: 'boolean', short: 'h', default: false },
				version: { type: 'boolean', short: 'v', default: false },
				settings: { type: 'string' },
				out: { type: 'string' },
			},
		});
		const [command = '', ...words] = positionals;
		const { settings = null, out = null, ...flags } = values;
		return { ...flags, command, words, settings, out };
	} catch (error) {
		// Node's further sentences explain how to begin a word with a dash, which nobody here wants.
		const [problem = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
		throw new UsageError(problem);
	}
}
