import type { ITriggerFunctions } from 'n8n-workflow';
import type { Clock, ErrorCode } from '../../contract';
import type { TriggerReport } from '../../pool';
import { toNodeError } from '../errors';

/** A person reads executions now and then: the same trouble again within an hour says nothing new. */
const SAME_CODE_MS = 60 * 60 * 1000;

/**
 * Shows trouble of a running trigger as a failed execution (which also starts the error workflow) and keeps the trigger
 * alive. Never `emitError`: from n8n 2.40 on, an outage of half a minute reported that way ends the trigger for good.
 */
export class Reporter {
	readonly #context: Pick<ITriggerFunctions, 'getNode' | 'logger'> &
		Partial<Pick<ITriggerFunctions, 'saveFailedExecution'>>;
	readonly #clock: Clock;
	readonly #enabled: boolean;
	readonly #lastAt = new Map<ErrorCode, number>();

	constructor(context: ITriggerFunctions, clock: Clock, enabled: boolean) {
		this.#context = context;
		this.#clock = clock;
		this.#enabled = enabled;
	}

	report({ error, account }: TriggerReport): void {
		const node = this.#context.getNode();
		this.#context.logger.warn(`${node.name}: ${error.message}`, { code: error.code, account });
		const now = this.#clock.monotonic();
		const last = this.#lastAt.get(error.code);
		if (!this.#enabled || (last !== undefined && now - last < SAME_CODE_MS)) return;
		this.#lastAt.set(error.code, now);
		// n8n 1.x has no such function: there the log and the account_state event have to do.
		if (typeof this.#context.saveFailedExecution === 'function')
			this.#context.saveFailedExecution(toNodeError(node, error));
	}
}
