import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Line } from './line';
import type { DeliveryNote, FromProcess, ProcessPlan, ToProcess } from './wire';

const SOURCE = fileURLToPath(new URL('./process.ts', import.meta.url));
const FAST = new URL('./fast-time.mjs', import.meta.url).href;
/** How much of what a process wrote is kept, in lines. */
const KEPT_LINES = 400;

const SPEED = Number(process.env['CHAOS_SPEED'] ?? 1);

/** A read that waits in Redis names its time in the run's milliseconds; Redis lives by real ones. */
function inRedisTime(piece: Buffer): Buffer {
	if (SPEED === 1) return piece;
	const text = piece.toString('latin1');
	const real = text.replace(/(\r\nBLOCK\r\n)\$\d+\r\n(\d+)\r\n/g, (_whole, before: string, ms: string) => {
		const less = String(Math.ceil(Number(ms) / SPEED));
		return `${before}$${less.length}\r\n${less}\r\n`;
	});
	return real === text ? piece : Buffer.from(real, 'latin1');
}

/** The program of every process, in one file: one that is started anew is up in a moment. @param folder where it is put */
export async function buildProgram(folder: string): Promise<string> {
	const outfile = join(folder, 'process.cjs');
	await build({
		...{ entryPoints: [SOURCE], outfile, bundle: true, platform: 'node', format: 'cjs', keepNames: true },
		conditions: ['source'],
		logLevel: 'error',
	});
	return outfile;
}

export interface MemberServices {
	/** what `buildProgram` made */
	readonly program: string;
	/** what the plan says but for the ways to Redis and Avito */
	plan(redisPort: number, avitoPort: number): ProcessPlan;
	delivered(note: DeliveryNote): boolean;
	live(node: string): void;
	avitoHeard(pid: number, piece: Buffer): void;
	/** how long an execution takes, ms */
	executionMs(): number;
}

/** One of the processes of a run, through all its lives: it is started again after each death. */
export class Member {
	readonly redis: Line;
	readonly #avito: Line;
	readonly #services: MemberServices;
	readonly name: string;
	#child: ChildProcess | undefined;
	#sends = new Map<number, (error: string | null) => void>();
	#nextSend = 0;
	#wanted = true;
	isStopped = false;
	lives = 0;
	readonly log: string[] = [];

	private constructor(name: string, redis: Line, services: MemberServices, avito: Line) {
		this.name = name;
		this.redis = redis;
		this.#avito = avito;
		this.#services = services;
	}

	static async start(
		name: string,
		ports: { redis: number; avito: number },
		services: MemberServices,
	): Promise<Member> {
		const redis = await Line.to(ports.redis, inRedisTime);
		const avito = await Line.to(ports.avito, (piece) => {
			services.avitoHeard(member.pid, piece);
			return piece;
		});
		const member: Member = new Member(name, redis, services, avito);
		member.#run();
		return member;
	}

	get pid(): number {
		return this.#child?.pid ?? 0;
	}

	/** Does it run, and is it not stopped? */
	get isUp(): boolean {
		return this.#child !== undefined && !this.isStopped;
	}

	/** Ends it and starts it again. */
	async restart(signal: 'SIGKILL' | 'SIGTERM', pauseMs: number): Promise<void> {
		const child = this.#child;
		if (child === undefined) return;
		const ended = once(child, 'exit');
		child.kill(signal);
		await ended;
		if (!this.#wanted) return;
		setTimeout(() => this.#run(), pauseMs);
	}

	stop(): void {
		this.isStopped = true;
		this.#child?.kill('SIGSTOP');
	}

	wake(): void {
		this.isStopped = false;
		this.#child?.kill('SIGCONT');
	}

	/** @returns null when it was sent, else why not; a process that dies meanwhile answers with that */
	send(send: Omit<Extract<ToProcess, { type: 'send' }>, 'type' | 'id'>): Promise<string | null> {
		const id = (this.#nextSend += 1);
		const { promise, resolve } = Promise.withResolvers<string | null>();
		this.#sends.set(id, resolve);
		this.#tell({ type: 'send', id, ...send });
		return promise;
	}

	async close(): Promise<void> {
		this.#wanted = false;
		const child = this.#child;
		if (child !== undefined) {
			const ended = once(child, 'exit');
			child.kill('SIGKILL');
			await ended;
		}
		await Promise.all([this.redis.close(), this.#avito.close()]);
	}

	#run(): void {
		if (!this.#wanted || this.#child !== undefined) return;
		this.lives += 1;
		const plan = this.#services.plan(this.redis.port, this.#avito.port);
		const child = spawn(process.execPath, ['--import', FAST, this.#services.program], {
			env: { ...process.env, CHAOS_PLAN: JSON.stringify(plan) },
			stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
		});
		this.#child = child;
		this.#note(`life ${this.lives}, process ${String(child.pid)}`);
		child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#note(text.trimEnd()));
		child.on('error', (error) => this.#note(error.message));
		child.on('message', (message: FromProcess) => this.#receive(child, message));
		child.once('exit', (code, signal) => {
			this.#note(`ended with ${signal ?? String(code)}`);
			this.#child = undefined;
			this.isStopped = false;
			const waiting = this.#sends;
			this.#sends = new Map();
			for (const settle of waiting.values()) settle('the process ended');
			if (signal === null && code !== 0 && this.#wanted) this.#run();
		});
	}

	#receive(child: ChildProcess, message: FromProcess): void {
		if (message.type === 'live') this.#services.live(message.node);
		else if (message.type === 'sent') {
			this.#sends.get(message.id)?.(message.error);
			this.#sends.delete(message.id);
		} else {
			const duplicate = this.#services.delivered(message);
			const settled: ToProcess = { type: 'settled', id: message.id, duplicate };
			setTimeout(() => this.#tell(settled, child), duplicate ? 0 : this.#services.executionMs());
		}
	}

	/** To a process that has gone nothing is told. */
	#tell(message: ToProcess, child = this.#child): void {
		if (child?.connected === true) child.send(message, () => undefined);
	}

	#note(text: string): void {
		this.log.push(...text.split('\n'));
		this.log.splice(0, Math.max(0, this.log.length - KEPT_LINES));
	}
}
