import type { Lease } from '../../pool';
import { sharedSlot } from '../../runtime';

/** What other copies of this package may do with a registration: plain functions, no classes. */
export interface Registered {
	/** Wanted (again), with the credential of now; absent where a new one has to be begun. */
	keep?(readSecret: () => Promise<string>, lease: Lease): void;
	/** Unpublished: the address goes, in the background. */
	remove(): void;
}

/**
 * All registrations of this process by address. On `globalThis`, because after an update of the package the new copy's
 * `delete` has to end what the old copy's `create` began.
 */
export function registrations(): Map<string, Registered> {
	const slot = sharedSlot<Map<string, Registered>>('webhookRegistrations.v1');
	const known = slot.get();
	if (known !== undefined) return known;
	const fresh = new Map<string, Registered>();
	slot.set(fresh);
	return fresh;
}

/** Trigger nodes (`workflow/node`) whose address the provider cannot reach: their messages are looked for instead. */
export function withoutAddress(): Set<string> {
	const slot = sharedSlot<Set<string>>('webhookWithoutAddress.v1');
	const known = slot.get();
	if (known !== undefined) return known;
	const fresh = new Set<string>();
	slot.set(fresh);
	return fresh;
}
