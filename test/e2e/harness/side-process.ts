import { freePort } from './ports';
import { N8nProcess, type ProcessEnd } from './process';
import { until } from './until';

const READY_TIMEOUT_MS = 60_000;

/** What queue mode runs beside the main process: `n8n worker` or `n8n webhook`. */
export class N8nSideProcess {
	private constructor(private readonly process: N8nProcess) {}

	/** Runs the executions a main has put into Redis. */
	static async worker(environment: Record<string, string>, logFile: string): Promise<N8nSideProcess> {
		const port = await freePort();
		const own = {
			...environment,
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(port),
			N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
			// All share a folder here: a worker that starts would take what another one runs for its own, left by a crash.
			N8N_EVENTBUS_LOGWRITER_LOGBASENAME: `n8nEventLog-${String(port)}`,
		};
		return await N8nSideProcess.#start(own, port, { logFile, command: ['worker', '--concurrency=5'] });
	}

	/** Takes calls of production webhooks and of waiting executions, and nothing else. */
	static async webhook(
		environment: Record<string, string>,
		port: number,
		logFile: string,
	): Promise<N8nSideProcess> {
		const own = { ...environment, N8N_PORT: String(port) };
		return await N8nSideProcess.#start(own, port, { logFile, command: ['webhook'] });
	}

	static async #start(
		environment: Record<string, string>,
		port: number,
		options: { logFile: string; command: readonly string[] },
	): Promise<N8nSideProcess> {
		const own = { ...environment, N8N_RUNNERS_BROKER_PORT: String(await freePort()) };
		const child = new N8nProcess(own, options);
		const side = new N8nSideProcess(child);
		await until(
			async () => {
				if (child.endedWith) throw new Error(`it ended:\n${child.log.slice(-4_000)}`);
				const answer = await fetch(`http://127.0.0.1:${port}/healthz/readiness`);
				return answer.ok;
			},
			{ what: `n8n ${options.command[0] ?? ''} to start`, timeoutMs: READY_TIMEOUT_MS },
		).catch(async (error: unknown) => {
			await side.end('SIGKILL');
			throw error;
		});
		return side;
	}

	get log(): string {
		return this.process.log;
	}

	get pid(): number {
		return this.process.pid;
	}

	/** @param signal SIGTERM: it finishes what it does; SIGKILL: as when its container is lost */
	async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<ProcessEnd> {
		this.process.signal(signal);
		return await this.process.ended;
	}
}
