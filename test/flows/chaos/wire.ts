import type { Channel } from '../../../src/contract';
import type { AcknowledgeMode } from '../../../src/pool';

/** An account as a process of the run knows it; the credential's fields reach the provider by this process' own way. */
export interface AccountPlan {
	readonly id: string;
	readonly channel: Channel;
	readonly data: Record<string, unknown>;
}

/** A trigger node on an account. */
export interface TriggerPlan {
	readonly node: string;
	readonly account: string;
	readonly acknowledge: AcknowledgeMode;
}

/** What a process is started with. */
export interface ProcessPlan {
	readonly role: 'main' | 'worker';
	readonly redisPort: number;
	readonly prefix: string;
	/** where it keeps its copy of what Redis holds, through all its lives */
	readonly dir: string;
	/** whose clock says when a lease ends; Redis' own does not go faster */
	readonly leaseTime: 'server' | 'clock';
	readonly accounts: readonly AccountPlan[];
	readonly triggers: readonly TriggerPlan[];
}

/** One event of a delivery, as far as the run cares. */
export interface Told {
	readonly id: string;
	readonly text: string;
	readonly chat: string;
	readonly late: boolean;
}

export interface DeliveryNote {
	readonly type: 'deliver';
	readonly id: number;
	readonly node: string;
	readonly key: string;
	readonly attempt: number;
	readonly events: readonly Told[];
}

/** From a process to the director. */
export type FromProcess =
	| { readonly type: 'live'; readonly node: string }
	| DeliveryNote
	| { readonly type: 'sent'; readonly id: number; readonly error: string | null };

/** From the director to a process. */
export type ToProcess =
	| { readonly type: 'settled'; readonly id: number; readonly duplicate: boolean }
	| {
			readonly type: 'send';
			readonly id: number;
			readonly account: string;
			readonly chat: string;
			readonly text: string;
			readonly key: string;
	  };
