import type { CallResult } from '../../contract';
import type { PolicyCall, PolicyStep } from './call';
import { idempotency } from './idempotency';
import { firstContacts, loopGuard } from './limits';

export type { PolicyCall, RunningSend } from './call';
export { assertAllowed, assertPermitted, natureOf, onlyAllowedChats } from './guards';
export { FIRST_CONTACTS_STOPPED } from './limits';
export { LoopBreaker } from './loop-breaker';
export { OwnSends } from './own-sends';

/**
 * Everything wrapped around a call, outermost first. The budget is not here: a driver takes it per request, because one
 * command may be many. Idempotency comes first, so that a repeat of a finished send costs nothing.
 */
const POLICIES: readonly PolicyStep[] = [idempotency, loopGuard, firstContacts];

export function throughPolicies(call: PolicyCall, run: () => Promise<CallResult>): Promise<CallResult> {
	return POLICIES.reduceRight<() => Promise<CallResult>>((next, step) => () => step(call, next), run)();
}
