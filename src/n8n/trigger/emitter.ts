import type { INodeExecutionData, IRun, ITriggerFunctions } from 'n8n-workflow';
import type { Clock } from '../../contract';
import type { Settlement } from '../../pool';
import { refusesDonePromise, settledBy, settledByRejection } from './settle';

/**
 * Least time between two executions where n8n gives no sign of their end: ten a second, a quarter of what it manages
 * by default, so that a backlog cannot pile up executions without bound.
 */
const UNSIGNALLED_GAP_MS = 100;

type EmitContext = Pick<ITriggerFunctions, 'emit' | 'helpers'>;

/** Hands executions to n8n, each with a fresh done-promise: the only sign of what is unfinished. */
export class Emitter {
	readonly #context: EmitContext;
	readonly #clock: Clock;
	#unsignalled = false;
	#nextFreeAt = 0;

	constructor(context: EmitContext, clock: Clock) {
		this.#context = context;
		this.#clock = clock;
	}

	/** Resolves when the execution has settled. Never rejects. */
	async emit(items: INodeExecutionData[], key: string, output = 0): Promise<Settlement> {
		const data = onOutput(items, output);
		if (this.#unsignalled) return this.#emitUnsignalled(data, key);
		const done = this.#context.helpers.createDeferredPromise<IRun | undefined>();
		try {
			// A property of the context, looked up now: n8n may have replaced it since the trigger started.
			this.#context.emit(data, undefined, done as Parameters<EmitContext['emit']>[2], key);
			return settledBy(await done.promise);
		} catch (error) {
			if (!refusesDonePromise(error)) return settledByRejection(error);
			this.#unsignalled = true;
			return this.#emitUnsignalled(data, key);
		}
	}

	/** Without a sign from n8n an execution counts as finished once its place in the pace is over. */
	async #emitUnsignalled(data: INodeExecutionData[][], key: string): Promise<Settlement> {
		const startAt = Math.max(this.#clock.monotonic(), this.#nextFreeAt);
		this.#nextFreeAt = startAt + UNSIGNALLED_GAP_MS;
		try {
			await this.#clock.sleep(startAt - this.#clock.monotonic());
			this.#context.emit(data, undefined, undefined, key);
			await this.#clock.sleep(UNSIGNALLED_GAP_MS);
			return { kind: 'finished', ok: true };
		} catch (error) {
			return { kind: 'not_created', error };
		}
	}
}

/** Items on one output of several: nothing on those before it. */
export function onOutput(items: INodeExecutionData[], output: number): INodeExecutionData[][] {
	return [...Array.from({ length: output }, (): INodeExecutionData[] => []), items];
}
