import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** What a command line program has of the world. Results go out by `write`, everything else by `tell`. */
export interface Terminal {
	/** without node and script */
	readonly args: readonly string[];
	/** a person sits there; else the answers come line by line from a pipe */
	readonly interactive: boolean;
	readonly columns: number;
	write(text: string): void;
	tell(text: string): void;
	/** One line; `hidden`: what is typed is not shown. null = the input has ended. */
	ask(question: string, options?: { hidden?: boolean }): Promise<string | null>;
	/** Ctrl+C. @returns undo */
	onInterrupt(callback: () => void): () => void;
	/** Ends reading; the process ends with this code when nothing is left to do. */
	end(code: number): void;
}

/** ms; the longest a timer of Node's can wait */
const LONGEST_MS = 2_147_483_647;

/** The terminal this process was started in. Keeps the process until `end`: a clock's timers do not. */
export function processTerminal(): Terminal {
	const { stdin, stdout, stderr } = process;
	const interactive = stdin.isTTY && stderr.isTTY;
	const lines: string[] = [];
	const waiting: ((line: string | null) => void)[] = [];
	let hidden = false;
	let ended = false;
	let reader: ReturnType<typeof createInterface> | undefined;
	const hold = setInterval(() => undefined, LONGEST_MS);

	// What readline echoes goes through here, and nowhere while a secret is typed.
	const echo = new Writable({
		write(chunk: Buffer, _encoding, done) {
			if (!hidden) stderr.write(chunk);
			done();
		},
	});

	function read(): void {
		if (reader !== undefined) return;
		reader = createInterface({ input: stdin, output: echo, terminal: interactive });
		reader.on('line', (line) => {
			const next = waiting.shift();
			if (next === undefined) lines.push(line);
			else next(line);
		});
		reader.on('SIGINT', () => process.emit('SIGINT'));
		reader.on('close', () => {
			ended = true;
			for (const next of waiting.splice(0)) next(null);
		});
	}

	return {
		args: process.argv.slice(2),
		interactive,
		columns: stdout.columns ?? 80,
		write: (text) => void stdout.write(text),
		tell: (text) => void stderr.write(text),
		async ask(question, options = {}) {
			stderr.write(question);
			read();
			hidden = options.hidden === true;
			try {
				const known = lines.shift();
				if (known !== undefined) return known;
				if (ended) return null;
				return await new Promise<string | null>((resolve) => waiting.push(resolve));
			} finally {
				if (hidden && interactive) stderr.write('\n');
				hidden = false;
			}
		},
		onInterrupt(callback) {
			process.once('SIGINT', callback);
			process.once('SIGTERM', callback);
			return () => {
				process.off('SIGINT', callback);
				process.off('SIGTERM', callback);
			};
		},
		end(code) {
			clearInterval(hold);
			reader?.close();
			stdin.unref?.();
			process.exitCode = code;
		},
	};
}
