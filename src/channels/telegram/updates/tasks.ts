import type { Random } from '../../../contract';
import { backoffMs } from '../../../runtime';
import type { EngineRequest } from './types';

const BACKOFF = { firstMs: 1_000, maxMs: 64_000 };

/** Requests of one kind under way at a time. Ten channel differences is what Telegram's own clients allow themselves. */
const AT_ONCE: Readonly<Record<EngineRequest['kind'], number>> = {
	state: 1,
	difference: 1,
	dialogs: 1,
	channelDifference: 10,
	channelDialog: 3,
	historyAfter: 3,
	historyBefore: 3,
};

interface Task {
	request: EngineRequest;
	running: boolean;
	/** ms */
	notBefore: number;
	failures: number;
}

/** What the engine still wants to ask for: one request per key at a time, bounded per kind, slower after each failure. */
export class Tasks {
	readonly #tasks = new Map<string, Task>();
	readonly #random: Random;

	constructor(random: Random) {
		this.#random = random;
	}

	has(key: string): boolean {
		return this.#tasks.has(key);
	}

	get(key: string): EngineRequest | undefined {
		return this.#tasks.get(key)?.request;
	}

	/** Nothing happens when the same thing is wanted already. */
	add(request: EngineRequest): void {
		if (this.#tasks.has(request.key)) return;
		this.#tasks.set(request.key, { request, running: false, notBefore: 0, failures: 0 });
	}

	/** The answer came and there is more to ask: the next page. */
	again(request: EngineRequest): void {
		this.#tasks.set(request.key, { request, running: false, notBefore: 0, failures: 0 });
	}

	done(key: string): void {
		this.#tasks.delete(key);
	}

	/** @returns how often it failed in a row */
	failed(key: string, now: number, afterMs: number | undefined): number {
		const task = this.#tasks.get(key);
		if (task === undefined) return 0;
		task.running = false;
		task.failures += 1;
		task.notBefore = now + (afterMs ?? backoffMs(task.failures, BACKOFF, this.#random));
		return task.failures;
	}

	/** What may be asked now; from here on it counts as under way. */
	due(now: number): EngineRequest[] {
		if (this.#tasks.size === 0) return [];
		const running = new Map<string, number>();
		for (const task of this.#tasks.values()) if (task.running) count(running, task);
		const requests: EngineRequest[] = [];
		for (const task of this.#tasks.values()) {
			const { kind } = task.request;
			if (task.running || task.notBefore > now || (running.get(kind) ?? 0) >= AT_ONCE[kind]) continue;
			task.running = true;
			count(running, task);
			requests.push(task.request);
		}
		return requests;
	}

	/** ms at which something that waits may be asked; null = nothing waits for time (but perhaps for its turn) */
	nextAt(now: number): number | null {
		let next: number | null = null;
		for (const { running, notBefore } of this.#tasks.values()) {
			if (!running && notBefore > now) next = next === null ? notBefore : Math.min(next, notBefore);
		}
		return next;
	}

	/** Is everything answered? What keeps failing does not count: an account must not wait for one broken channel. */
	settled(patience: number): boolean {
		for (const { request, failures } of this.#tasks.values()) {
			if (failures < patience || request.kind === 'difference' || request.kind === 'state') return false;
		}
		return true;
	}
}

function count(running: Map<string, number>, { request }: Task): void {
	running.set(request.kind, (running.get(request.kind) ?? 0) + 1);
}
