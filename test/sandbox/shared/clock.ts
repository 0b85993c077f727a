/** Time as a sandbox sees it: the real one, shifted or stopped, so that a test can live through an hour at once. */
export interface SandboxClock {
	/** Milliseconds since the Unix epoch. */
	now(): number;
	/** Runs `run` once when `delayMs` of this clock have passed; the returned function cancels it. */
	setTimer(delayMs: number, run: () => void): () => void;
	/** Moves the clock forward and runs what became due. Absent when the clock belongs to somebody else. */
	advance?(ms: number): void;
}

interface Timer {
	readonly dueAt: number;
	readonly run: () => void;
	handle: NodeJS.Timeout | undefined;
}

/**
 * The default clock. Running, it follows real time plus what was advanced; stopped, it moves only by
 * `advance`. Real time is taken from the monotonic clock, so a step of the system clock changes nothing.
 */
export class AdvanceableClock implements SandboxClock {
	private readonly timers = new Set<Timer>();
	private readonly started: number;
	private offset: number;
	private stoppedAt: number | undefined;

	constructor(startAt: number = Date.now(), running = true) {
		this.started = performance.now();
		this.offset = startAt;
		this.stoppedAt = running ? undefined : startAt;
	}

	now(): number {
		return this.stoppedAt ?? Math.floor(performance.now() - this.started + this.offset);
	}

	get running(): boolean {
		return this.stoppedAt === undefined;
	}

	setTimer(delayMs: number, run: () => void): () => void {
		const timer: Timer = { dueAt: this.now() + delayMs, run, handle: undefined };
		this.timers.add(timer);
		this.arm(timer);
		return () => {
			this.timers.delete(timer);
			clearTimeout(timer.handle);
		};
	}

	advance(ms: number): void {
		if (this.stoppedAt === undefined) this.offset += ms;
		else this.stoppedAt += ms;
		const due = [...this.timers].sort((a, b) => a.dueAt - b.dueAt);
		for (const timer of due) {
			if (timer.dueAt <= this.now()) this.fire(timer);
			else this.arm(timer);
		}
	}

	/** Holds the clock where it is; timers then fall due through `advance` only. */
	stop(): void {
		this.stoppedAt = this.now();
		for (const timer of this.timers) clearTimeout(timer.handle);
	}

	/** Lets a stopped clock follow real time again, from where it stands. */
	run(): void {
		if (this.stoppedAt === undefined) return;
		this.offset = this.stoppedAt - (performance.now() - this.started);
		this.stoppedAt = undefined;
		for (const timer of this.timers) this.arm(timer);
	}

	private arm(timer: Timer): void {
		clearTimeout(timer.handle);
		if (!this.running) return;
		timer.handle = setTimeout(() => this.fire(timer), Math.max(0, timer.dueAt - this.now()));
	}

	private fire(timer: Timer): void {
		if (!this.timers.delete(timer)) return;
		clearTimeout(timer.handle);
		timer.run();
	}
}

/** Waits on a sandbox clock; an aborted signal ends the wait early, without an error. */
export function sleep(clock: SandboxClock, ms: number, signal?: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal?.aborted === true) return resolve();
		const finish = () => {
			cancel();
			signal?.removeEventListener('abort', finish);
			resolve();
		};
		const cancel = clock.setTimer(ms, finish);
		signal?.addEventListener('abort', finish, { once: true });
	});
}
