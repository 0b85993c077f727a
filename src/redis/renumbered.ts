import type { AccountId } from '../contract';

/**
 * Numbers of the life of Redis before, and what was put back under which new ones: executions that were under way when it
 * came back empty still name the old. New numbers lie far above, so none is both.
 */
export class Renumbered {
	readonly #known = new Map<AccountId, ReadonlyMap<number, number>>();

	add(account: AccountId, seqs: ReadonlyMap<number, number>): void {
		const all = new Map(seqs);
		for (const [first, then] of this.#known.get(account) ?? []) {
			const now = seqs.get(then);
			if (now !== undefined) all.set(first, now);
		}
		this.#known.set(account, all);
	}

	now(account: AccountId | undefined, seqs: readonly number[]): number[] {
		const known = account === undefined ? undefined : this.#known.get(account);
		return seqs.map((seq) => known?.get(seq) ?? seq);
	}
}
