import { afterEach, beforeEach, describe } from 'vitest';
import type { Clock, Logger, Random, Store } from '../../src/contract';
import { silentLogger } from '../../src/runtime';
import { ManualClock, seededRandom } from '../support/manual-clock';
import { accountTests } from './conformance/accounts';
import { consumerTests } from './conformance/consumers';
import { intentTests } from './conformance/intents';
import { journalTests } from './conformance/journal';
import { leaseTests } from './conformance/leases';
import { retentionTests } from './conformance/retention';
import { sharingTests } from './conformance/sharing';
import { valueTests } from './conformance/values';

/** What a body of the store under test is given. */
export interface ConformanceServices {
	clock: Clock;
	random: Random;
	logger: Logger;
}

/** One empty place where a store keeps its data, opened for one test. */
export interface Place {
	store: Store;
	/** another process's store on the same data; null where there is no other process (memory) */
	another: (() => Promise<Store>) | null;
	dispose(): Promise<void>;
}

/** What a test finds before it runs: an empty store and the clock it is bound to. */
export interface Subject {
	store: Store;
	clock: ManualClock;
	another(): Promise<Store>;
}

/**
 * What every store must do, whatever it is made of. `shared` says whether several processes can use one place: then the
 * tests between two stores run too.
 */
export function storeConformance(
	name: string,
	open: (services: ConformanceServices) => Promise<Place>,
	{ shared }: { shared: boolean },
): void {
	describe(name, () => {
		let place: Place;
		let clock: ManualClock;
		const others: Store[] = [];

		beforeEach(async () => {
			clock = new ManualClock();
			place = await open({ clock, random: seededRandom(7), logger: silentLogger });
		});
		afterEach(async () => {
			await Promise.all(others.splice(0).map((store) => store.close()));
			await place.store.close();
			await place.dispose();
		});

		const subject: Subject = {
			get store() {
				return place.store;
			},
			get clock() {
				return clock;
			},
			async another() {
				if (place.another === null) throw new Error(`${name} has no second store`);
				const store = await place.another();
				others.push(store);
				return store;
			},
		};

		accountTests(subject);
		leaseTests(subject);
		journalTests(subject);
		consumerTests(subject);
		intentTests(subject);
		valueTests(subject);
		retentionTests(subject);
		if (shared) sharingTests(subject);
	});
}
