import type { AccountId, SessionKey } from './channel';

/** What one step of an account costs, under the rules of whoever takes it. */
export interface PaceRequest {
	points: number;
	/** each holds at most `points` within any `windowMs`; '' names the account's own */
	windows: { name: string; points: number; windowMs: number }[];
	/** at least `gapMs` between two points for one chat */
	chat: { id: string; gapMs: number } | null;
	/** pauses that hold this step */
	pauses: string[];
	/** counts it even where it does not fit: it has happened already */
	happened?: boolean;
}

/** What was taken lately, and until when the provider wants to be left alone; ms since 1970. */
export interface PaceMemory {
	/** times of the points within each window asked for, ascending */
	windows: Record<string, number[]>;
	pauses: Record<string, number>;
}

/**
 * The pace of accounts in all processes together. Indivisible: of two processes that both want the last place, one gets
 * it. `owner`: the account, or its session while nobody knows the account.
 */
export interface SharedPace {
	/** @returns ms to wait until it may fit; 0 = taken */
	take(owner: AccountId | SessionKey, request: PaceRequest): Promise<number>;
	/** The provider asked for a pause: nobody goes before, in no process. A shorter one changes nothing. */
	pause(owner: AccountId | SessionKey, name: string, ms: number): Promise<void>;
	recall(owner: AccountId | SessionKey, windows: PaceRequest['windows']): Promise<PaceMemory>;
}
