import type { AccountId } from '../contract';

/**
 * Numbers of the lives of Redis before, and what was put back under which new ones: executions that were under way when it
 * came back empty still name the old. Each life's numbers lie above those of the earlier ones, so none is both.
 */
export class Renumbered {
	readonly #known = new Map<AccountId, ReadonlyMap<number, number>>();
	readonly #start = new Map<AccountId, number>();

	add(account: AccountId, seqs: ReadonlyMap<number, number>, start: number): void {
		this.#start.set(account, start);
		const all = new Map(seqs);
		for (const [first, then] of this.#known.get(account) ?? []) {
			const now = seqs.get(then);
			if (now !== undefined) all.set(first, now);
		}
		this.#known.set(account, all);
	}

	/** A number of a life before; who reads on after it has, under old numbers, what was put back under new ones. */
	isOld(account: AccountId, seq: number): boolean {
		return seq > 0 && seq < (this.#start.get(account) ?? 0);
	}

	now(account: AccountId | undefined, seqs: readonly number[]): number[] {
		const known = account === undefined ? undefined : this.#known.get(account);
		return seqs.map((seq) => known?.get(seq) ?? seq);
	}
}
