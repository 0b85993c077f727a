import { assertNever } from '../../contract';
import type { AcknowledgeMode, Settlement } from '../types';

/** An event that fails, or whose execution is interrupted, is tried this often, then given up visibly. */
export const MAX_ATTEMPTS = 3;

/** What follows a settlement. */
export type NextStep =
	/** done for this consumer */
	| { step: 'acknowledge' }
	/** no execution came to be: the same key once more, after a back-off */
	| { step: 'same_key' }
	/** it ran and failed: knowingly again, with the next attempt in key and item */
	| { step: 'next_attempt'; attempt: number }
	/** failed for the last time: acknowledged, and told as an account_state */
	| { step: 'give_up' };

/**
 * | settlement       | immediately | finished    | succeeded                               |
 * |------------------|-------------|-------------|-----------------------------------------|
 * | finished, ok     | acknowledge | acknowledge | acknowledge                             |
 * | finished, failed | acknowledge | acknowledge | again                                   |
 * | interrupted      | acknowledge | again       | again                                   |
 * | duplicate        | acknowledge | acknowledge | again: a row exists, its end is unknown |
 * | not created      | same key    | same key    | same key                                |
 *
 * again: next attempt, after the third: give up
 */
export function afterSettlement(mode: AcknowledgeMode, attempt: number, settlement: Settlement): NextStep {
	switch (settlement.kind) {
		case 'not_created':
			return { step: 'same_key' };
		case 'finished':
			return settlement.ok ? { step: 'acknowledge' } : afterFailure(mode, attempt);
		case 'interrupted':
			return mode === 'immediately' ? { step: 'acknowledge' } : again(attempt);
		case 'duplicate':
			return afterFailure(mode, attempt);
		default:
			return assertNever(settlement);
	}
}

function afterFailure(mode: AcknowledgeMode, attempt: number): NextStep {
	return mode === 'succeeded' ? again(attempt) : { step: 'acknowledge' };
}

/** Not for ever: it may be the message itself that ends whoever runs it. */
function again(attempt: number): NextStep {
	return attempt < MAX_ATTEMPTS ? { step: 'next_attempt', attempt: attempt + 1 } : { step: 'give_up' };
}

/**
 * What happens to an emit that was under way when the process died. *Immediately*: the same key, so n8n drops what has
 * started and replaces a row that was still waiting to start. Otherwise it runs again knowingly; where only a success
 * counts, a message that keeps killing the process is given up after the third attempt too.
 */
export function afterRestart(mode: AcknowledgeMode, attempt: number): NextStep {
	switch (mode) {
		case 'immediately':
			return { step: 'same_key' };
		case 'finished':
			return { step: 'next_attempt', attempt: attempt + 1 };
		case 'succeeded':
			return afterFailure(mode, attempt);
		default:
			return assertNever(mode);
	}
}
