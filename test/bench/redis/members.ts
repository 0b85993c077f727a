import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { RedisServer } from '../../redis/support/redis-server';
import type { Order, Usage } from './member';

const PROGRAM = join(import.meta.dirname, 'member.ts');

interface Answer {
	id?: number;
	answer?: unknown;
	error?: string;
	emitted?: string;
}

/** A process of the group, from the outside. */
export class Member {
	readonly #child: ChildProcess;
	readonly #pending = new Map<number, (answer: Answer) => void>();
	#orders = 0;
	onEmitted: (account: string) => void = () => undefined;

	private constructor(child: ChildProcess) {
		this.#child = child;
		child.on('message', (message: Answer) => {
			if (message.emitted !== undefined) this.onEmitted(message.emitted);
			if (message.id === undefined) return;
			this.#pending.get(message.id)?.(message);
			this.#pending.delete(message.id);
		});
	}

	static async start(redis: RedisServer, prefix: string, role: string): Promise<Member> {
		const execArgv = ['--conditions=source', '--import', './test/bench/typescript.mjs', '--expose-gc'];
		const child = fork(PROGRAM, [String(redis.port), prefix, role], { execArgv });
		await once(child, 'message');
		return new Member(child);
	}

	async tell<T>(order: Omit<Order, 'id'>): Promise<T> {
		const id = (this.#orders += 1);
		const answered = new Promise<Answer>((resolve) => this.#pending.set(id, resolve));
		this.#child.send({ ...order, id });
		const { answer, error } = await answered;
		if (error !== undefined) throw new Error(error);
		// The order says what comes back.
		return answer as T;
	}

	usage(): Promise<Usage> {
		return this.tell<Usage>({ do: 'usage' });
	}

	/** @param signal SIGKILL: it dies without a word */
	async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
		const gone = once(this.#child, 'exit');
		this.#child.kill(signal);
		await gone;
	}
}

export async function withRedis<T>(work: (redis: RedisServer, client: Redis) => Promise<T>): Promise<T> {
	const redis = await RedisServer.start();
	const client = redis.client();
	try {
		return await work(redis, client);
	} finally {
		client.disconnect();
		await redis.stop();
	}
}

export function accountsOf(count: number, first = 0): string[] {
	return Array.from({ length: count }, (_, index) => String(first + index + 1));
}

export interface RedisUse {
	/** as clients sent them; what a script does is one */
	commands: number;
	/** processor of the Redis server, ms */
	cpuMs: number;
}

/** Totals since the server began; the difference of two is what happened between. */
export async function redisUse(client: Redis): Promise<RedisUse> {
	const info = await client.info('everything');
	const number = (name: string): number =>
		Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? NaN);
	return {
		commands: sentCommands(info),
		cpuMs: (number('used_cpu_sys') + number('used_cpu_user')) * 1_000,
	};
}

/** The total counts what scripts call, too: that is taken off, as far as only scripts call it here. */
function sentCommands(info: string): number {
	const lines = info.matchAll(/^cmdstat_([\w|]+):calls=(\d+)/gm);
	return [...lines].reduce(
		(sum, [, name = '', calls]) => sum + (IN_SCRIPTS.test(name) ? 0 : Number(calls)),
		0,
	);
}

const IN_SCRIPTS = /^(?:time|h\w+|z\w+|x(?:add|len|range|trim)|p?expire|pttl|exists|incr\w*)$/;
