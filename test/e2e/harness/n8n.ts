import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { N8nApi } from './api';
import { countExecutions, databaseOf, storedExecutions, type StoredExecution } from './database';
import { n8nEnvironment } from './environment';
import { nodeBinary } from './host';
import { placePackage } from './packed';
import { freePort } from './ports';
import { N8nProcess, type ProcessEnd, type ProcessMemory } from './process';
import { N8nSession } from './session';
import { N8nSideProcess } from './side-process';
import { until } from './until';

/** First start on a slow machine: database migrations alone take ten seconds and more. */
const READY_TIMEOUT_MS = 120_000;
/** n8n's own limit for a clean stop is 30 s; a little more, then it is killed. */
const STOP_TIMEOUT_MS = 40_000;

/** How an n8n is started. */
export interface N8nOptions {
	/** Installed packages to put into its community packages folder. */
	readonly packages?: ReadonlyArray<{ readonly name: string; readonly folder: string }>;
	/** Environment on top of the harness's own. */
	readonly environment?: Record<string, string>;
	/** Signs in as the owner, creating it at the first start. @default true */
	readonly signIn?: boolean;
	/** Where its data lies and stays. @default a temporary folder, removed with `dispose` */
	readonly userFolder?: string;
	/** @default a free one */
	readonly port?: number;
	/** The name in the addresses it shows; it listens on 127.0.0.1 in any case. @default 127.0.0.1 */
	readonly host?: string;
	/** Called with each line n8n writes. */
	readonly onLine?: (line: string) => void;
}

interface Plan {
	readonly userFolder: string;
	readonly isTemporary: boolean;
	readonly port: number;
	readonly environment: Record<string, string>;
	readonly signsIn: boolean;
	readonly onLine: (line: string) => void;
}

/**
 * A real n8n in a folder of its own, with SQLite unless its environment says otherwise: `start`, `stop`, `kill` and
 * start again on the same folder and port, as often as a test likes. `dispose` ends it and removes the folder.
 */
export class N8n {
	readonly api: N8nApi;
	readonly baseUrl: string;
	private readonly session: N8nSession;
	private running: N8nProcess | undefined;
	private earlierLog = '';

	private constructor(private readonly plan: Plan) {
		this.baseUrl = `http://127.0.0.1:${plan.port}`;
		this.session = new N8nSession(this.baseUrl);
		this.api = new N8nApi(this.session);
	}

	/** Prepares an n8n without starting it. */
	static async prepare(options: N8nOptions = {}): Promise<N8n> {
		const { packages = [], signIn = true, onLine = () => undefined } = options;
		const userFolder = options.userFolder ?? (await mkdtemp(join(tmpdir(), 'n8n-home-')));
		const port = options.port ?? (await freePort());
		const address = {
			userFolder,
			host: options.host ?? '127.0.0.1',
			port,
			brokerPort: await freePort(),
		};
		const environment = { ...n8nEnvironment(address, dirname(nodeBinary())), ...options.environment };
		for (const each of packages) await placePackage(each, userFolder);
		const isTemporary = options.userFolder === undefined;
		return new N8n({ userFolder, isTemporary, port, environment, signsIn: signIn, onLine });
	}

	/** Prepares and starts one. */
	static async start(options: N8nOptions = {}): Promise<N8n> {
		const n8n = await N8n.prepare(options);
		try {
			await n8n.start();
		} catch (error) {
			await n8n.dispose();
			throw error;
		}
		return n8n;
	}

	/** Starts it (again) and waits until it serves. Throws with the end of its log if it does not come up. */
	async start(): Promise<void> {
		if (this.running && !this.running.endedWith) throw new Error('this n8n is running');
		this.earlierLog = this.log;
		await this.session.disconnect();
		const { environment, userFolder, onLine } = this.plan;
		const child = new N8nProcess(environment, { logFile: join(userFolder, 'n8n.log'), onLine });
		this.running = child;
		await this.becomesReady(child);
		if (this.plan.signsIn) await this.api.signIn();
	}

	/** Starts a worker beside it, in queue mode: same folder, key and environment. It ends with `end`. */
	async startWorker(): Promise<N8nSideProcess> {
		return await N8nSideProcess.worker(this.plan.environment, join(this.userFolder, 'worker.log'));
	}

	/** Starts a process beside it that only takes webhooks, in queue mode: same folder, key and environment. */
	async startWebhookProcess(port: number): Promise<N8nSideProcess> {
		return await N8nSideProcess.webhook(this.plan.environment, port, join(this.userFolder, 'webhook.log'));
	}

	/** Ends it with SIGTERM and waits; the way n8n's own service stops. Killed if it takes longer than n8n allows. */
	async stop(): Promise<ProcessEnd | undefined> {
		return await this.end('SIGTERM');
	}

	/** `kill -9`: it gets no chance to write or close anything. */
	async kill(): Promise<ProcessEnd | undefined> {
		return await this.end('SIGKILL');
	}

	async restart(): Promise<void> {
		await this.stop();
		await this.start();
	}

	/** Ends it and removes its folder, if that is a temporary one. */
	async dispose(): Promise<void> {
		await this.stop();
		await this.session.disconnect();
		if (this.plan.isTemporary)
			await rm(this.plan.userFolder, { recursive: true, force: true, maxRetries: 5 });
	}

	/** All executions of a workflow from its database, oldest first; also while it does not run. */
	storedExecutions(workflowId: string): StoredExecution[] {
		return storedExecutions(this.#database, workflowId);
	}

	/** How many executions of a workflow stand in each state in its database. */
	countExecutions(workflowId: string): ReturnType<typeof countExecutions> {
		return countExecutions(this.#database, workflowId);
	}

	/** What it has written in all its runs. */
	get log(): string {
		return this.earlierLog + (this.running?.log ?? '');
	}

	/** Resolves when the present run ends, for whatever reason. */
	get ended(): Promise<ProcessEnd> {
		if (!this.running) throw new Error('this n8n was not started');
		return this.running.ended;
	}

	get userFolder(): string {
		return this.plan.userFolder;
	}

	get port(): number {
		return this.plan.port;
	}

	get pid(): number {
		if (!this.running) throw new Error('this n8n was not started');
		return this.running.pid;
	}

	/** Memory of the main process now and at its peak. */
	memory(): ProcessMemory {
		if (!this.running) throw new Error('this n8n was not started');
		return this.running.memory();
	}

	get #database() {
		return databaseOf(this.userFolder, this.plan.environment);
	}

	private async end(signal: NodeJS.Signals): Promise<ProcessEnd | undefined> {
		const child = this.running;
		if (!child) return undefined;
		child.signal(signal);
		const killed = setTimeout(() => child.signal('SIGKILL'), STOP_TIMEOUT_MS);
		const end = await child.ended;
		clearTimeout(killed);
		await this.session.disconnect();
		return end;
	}

	private async becomesReady(child: N8nProcess): Promise<void> {
		const failed = (why: string) => new Error(`n8n ${why}; its log ends:\n${child.log.slice(-4_000)}`);
		await until(
			async () => {
				if (child.endedWith) return true;
				// While starting, n8n answers every path with 200 and a sentence: only JSON means ready.
				const { text } = await this.session.raw('GET', '/rest/settings');
				return text.startsWith('{"data"');
			},
			{ what: 'n8n to start', timeoutMs: READY_TIMEOUT_MS },
		).catch(async (cause: unknown) => {
			await this.kill();
			throw Object.assign(failed('did not become ready'), { cause });
		});
		if (child.endedWith) throw failed(`ended while starting (${JSON.stringify(child.endedWith)})`);
	}
}
