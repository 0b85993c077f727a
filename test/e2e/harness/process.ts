import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, readFileSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { n8nScript, nodeBinary } from './host';
import { reapWithMe } from './reaper';

/** How much of the log is kept in memory, in characters; the whole is in the log file. */
const KEPT_LOG = 2_000_000;

/** How n8n's process ended. */
export interface ProcessEnd {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
}

/** Memory of n8n's main process, in bytes. */
export interface ProcessMemory {
	readonly rssBytes: number;
	/** The most it has held since it started. */
	readonly peakRssBytes: number;
}

/**
 * One run of n8n as a child process in its own process group (n8n starts a code runner beside itself): its log, its
 * memory, its end. It never outlives this process.
 */
export class N8nProcess {
	readonly ended: Promise<ProcessEnd>;
	private readonly child: ChildProcess;
	private readonly logFile: WriteStream;
	private text = '';
	private end: ProcessEnd | undefined;

	constructor(
		environment: Record<string, string>,
		private readonly options: {
			logFile: string;
			onLine?: (line: string) => void;
			/** n8n's own words for what to run. @default ['start'] */
			command?: readonly string[];
		},
	) {
		this.logFile = createWriteStream(options.logFile, { flags: 'a' });
		this.child = spawn(nodeBinary(), [n8nScript(), ...(options.command ?? ['start'])], {
			cwd: dirname(options.logFile),
			env: environment,
			stdio: ['ignore', 'pipe', 'pipe'],
			detached: true,
		});
		const callOff = this.child.pid === undefined ? () => undefined : reapWithMe(this.child.pid);
		for (const stream of [this.child.stdout, this.child.stderr]) {
			stream?.setEncoding('utf8').on('data', (chunk: string) => this.keep(chunk));
		}
		this.ended = new Promise((resolve) => {
			const settle = (end: ProcessEnd) => {
				this.end ??= end;
				callOff();
				this.killGroup();
				this.logFile.end();
				resolve(this.end);
			};
			this.child.once('error', (error) => {
				this.keep(`${error.message}\n`);
				settle({ code: null, signal: null });
			});
			this.child.once('exit', (code, signal) => settle({ code, signal }));
		});
	}

	/** n8n's process id. */
	get pid(): number {
		if (this.child.pid === undefined) throw new Error('n8n could not be started');
		return this.child.pid;
	}

	/** How it ended, or undefined while it runs. */
	get endedWith(): ProcessEnd | undefined {
		return this.end;
	}

	/** What n8n has written, the last two million characters. */
	get log(): string {
		return this.text;
	}

	/** Sends a signal to n8n's main process alone, as an operator or the kernel would. */
	signal(signal: NodeJS.Signals): void {
		if (this.end === undefined) this.child.kill(signal);
	}

	/** What the main process holds in memory. Linux only: elsewhere the figures are NaN. */
	memory(): ProcessMemory {
		const field = (name: string, status: string) =>
			Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN) * 1024;
		try {
			const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
			return { rssBytes: field('VmRSS', status), peakRssBytes: field('VmHWM', status) };
		} catch {
			return { rssBytes: Number.NaN, peakRssBytes: Number.NaN };
		}
	}

	/** What is left of the group when the main process has gone (after `kill -9`, the code runner). */
	private killGroup(): void {
		if (this.child.pid === undefined) return;
		try {
			process.kill(-this.child.pid, 'SIGKILL');
		} catch {
			// Nobody is left in the group: what was wanted.
		}
	}

	private keep(chunk: string): void {
		this.logFile.write(chunk);
		this.text = (this.text + chunk).slice(-KEPT_LOG);
		for (const line of chunk.split('\n')) if (line !== '') this.options.onLine?.(line);
	}
}
