import type { Clock, Logger, Random, Store } from '../../contract';
import { backoffMs } from '../../runtime';

/** Entries passed without an execution are written together: after this long, ms … */
const GATHER_MS = 1_000;
/** … or when so many have gathered. After a crash they are only judged again. */
const GATHER_MOST = 500;
const RETRY = { firstMs: 1_000, maxMs: 60_000 };

/** Writes a consumer's progress: cheaply for what its filter passes, at once for what was settled, again when it failed. */
export interface Acknowledger {
	/** Done without an execution. */
	pass(seqs: readonly number[]): void;
	/** An emit settled; takes along what has gathered. */
	settled(seqs: readonly number[], key: string | undefined): void;
	/** Writes what has gathered now and starts no further timers. */
	end(): void;
	/** Resolves when no write is under way. */
	idle(): Promise<void>;
}

interface Write {
	seqs: readonly number[];
	key: string | undefined;
}

export interface AcknowledgerOptions {
	store: Pick<Store, 'acknowledge'>;
	consumer: string;
	clock: Clock;
	random: Random;
	logger: Logger;
}

export function createAcknowledger(options: AcknowledgerOptions): Acknowledger {
	const { store, consumer, clock, random, logger } = options;
	let gathered: number[] = [];
	let cancelGather: (() => void) | null = null;
	let failed: Write[] = [];
	let failures = 0;
	let cancelRetry: (() => void) | null = null;
	let ended = false;
	const underWay = new Set<Promise<void>>();

	function write(request: Write): void {
		const running = store.acknowledge(consumer, request.seqs, request.key).then(
			() => {
				failures = 0;
			},
			(error: unknown) => keepForLater(request, error),
		);
		underWay.add(running);
		void running.finally(() => underWay.delete(running));
	}

	function keepForLater(request: Write, error: unknown): void {
		logger.warn('a position could not be written', { consumer, error: String(error) });
		if (ended) return;
		failed.push(request);
		if (cancelRetry !== null) return;
		failures += 1;
		cancelRetry = clock.after(backoffMs(failures, RETRY, random), retry);
	}

	function retry(): void {
		cancelRetry = null;
		const again = failed;
		failed = [];
		for (const request of again) write(request);
	}

	function takeGathered(): number[] {
		cancelGather?.();
		cancelGather = null;
		const taken = gathered;
		gathered = [];
		return taken;
	}

	function flush(): void {
		const seqs = takeGathered();
		if (seqs.length > 0) write({ seqs, key: undefined });
	}

	return {
		pass(seqs) {
			for (const seq of seqs) gathered.push(seq);
			if (gathered.length >= GATHER_MOST || ended) flush();
			else if (gathered.length > 0) cancelGather ??= clock.after(GATHER_MS, flush);
		},
		settled(seqs, key) {
			const passed = takeGathered();
			write({ seqs: passed.length === 0 ? seqs : [...passed, ...seqs], key });
		},
		end() {
			ended = true;
			cancelRetry?.();
			retry();
			flush();
		},
		async idle() {
			while (underWay.size > 0) await Promise.all(underWay);
		},
	};
}
