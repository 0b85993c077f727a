import { freePort } from './ports';
import { N8nProcess, type ProcessEnd } from './process';
import { until } from './until';

const READY_TIMEOUT_MS = 60_000;

/** `n8n worker` in queue mode: runs the executions a main has put into Redis. */
export class N8nWorker {
	private constructor(private readonly process: N8nProcess) {}

	static async start(environment: Record<string, string>, logFile: string): Promise<N8nWorker> {
		const port = await freePort();
		const own = {
			...environment,
			N8N_RUNNERS_BROKER_PORT: String(await freePort()),
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(port),
			N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
		};
		const child = new N8nProcess(own, { logFile, command: ['worker', '--concurrency=5'] });
		const worker = new N8nWorker(child);
		await until(
			async () => {
				if (child.endedWith) throw new Error(`the worker ended:\n${child.log.slice(-4_000)}`);
				const answer = await fetch(`http://127.0.0.1:${port}/healthz/readiness`);
				return answer.ok;
			},
			{ what: 'the worker to start', timeoutMs: READY_TIMEOUT_MS },
		).catch(async (error: unknown) => {
			await worker.end('SIGKILL');
			throw error;
		});
		return worker;
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
