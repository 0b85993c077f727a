import type { Settlement } from '../types';

/** Settled keys kept per node. n8n's own column is the second net; this one need only bridge a republish or a reopen. */
export const REMEMBERED_KEYS = 10_000;

/**
 * The keys a node handed on in this process: never emitted twice, also when the trigger was closed and opened
 * again or the account reopened while executions were running.
 */
export interface HandedOn {
	/**
	 * Runs `deliver` unless this key is under way (then its settlement is shared) or was settled (then that is the
	 * answer). A key that created no execution is forgotten: it must be emitted again. Never rejects.
	 */
	once(key: string, deliver: () => Promise<Settlement>): Promise<Settlement>;
	has(key: string): boolean;
	/** The settlement of a key under way or settled; undefined when this process does not know it. */
	settlementOf(key: string): Promise<Settlement> | undefined;
	readonly underWay: number;
	readonly size: number;
}

export function createHandedOn(limit = REMEMBERED_KEYS): HandedOn {
	const underWay = new Map<string, Promise<Settlement>>();
	const settled = new Map<string, Settlement>();

	function remember(key: string, settlement: Settlement): void {
		settled.set(key, settlement);
		if (settled.size > limit) {
			const oldest = settled.keys().next();
			if (!oldest.done) settled.delete(oldest.value);
		}
	}

	async function run(key: string, deliver: () => Promise<Settlement>): Promise<Settlement> {
		let settlement: Settlement;
		try {
			settlement = await deliver();
		} catch (error) {
			settlement = { kind: 'not_created', error };
		}
		underWay.delete(key);
		if (settlement.kind !== 'not_created') remember(key, settlement);
		return settlement;
	}

	function settlementOf(key: string): Promise<Settlement> | undefined {
		const running = underWay.get(key);
		if (running !== undefined) return running;
		const known = settled.get(key);
		return known === undefined ? undefined : Promise.resolve(known);
	}

	return {
		once(key, deliver) {
			const known = settlementOf(key);
			if (known !== undefined) return known;
			const running = run(key, deliver);
			underWay.set(key, running);
			return running;
		},
		has: (key) => underWay.has(key) || settled.has(key),
		settlementOf,
		get underWay() {
			return underWay.size;
		},
		get size() {
			return settled.size + underWay.size;
		},
	};
}
