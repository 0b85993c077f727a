import type {
	AccountId,
	AccountPolicy,
	CallOptions,
	CallResult,
	Clock,
	CommandTable,
	IntentHandle,
	JsonObject,
	Random,
	Store,
} from '../../contract';
import type { LoopBreaker } from './loop-breaker';
import type { OwnSends } from './own-sends';

/** A send under way, or not noted yet. */
export interface RunningSend {
	/** its parameters as the caller gave them */
	rawInput: JsonObject;
	result: Promise<CallResult>;
}

/** One call on its way through the policies: parsed, on an open account, not yet run. */
export interface PolicyCall {
	account: AccountId;
	policy: AccountPolicy;
	name: string;
	spec: CommandTable<unknown>[string];
	/** parsed by the spec's schema */
	input: unknown;
	/** as the caller gave it, for the parameters' hash */
	rawInput: JsonObject;
	options: CallOptions;
	signal: AbortSignal;
	store: Store;
	clock: Clock;
	random: Random;
	loopBreaker: LoopBreaker;
	ownSends: OwnSends;
	/** sends of this process under way, by key: a repeat joins the first */
	running: Map<string, RunningSend>;
	/** set by the idempotency policy for commands with effect `send` */
	intent: IntentHandle | null;
}

/** Wraps the rest of the call. May refuse, wait, answer by itself, or change what comes back. */
export type PolicyStep = (call: PolicyCall, next: () => Promise<CallResult>) => Promise<CallResult>;
