/**
 * A value shared by every copy of this package in the process. After an update from n8n's screen two versions of us
 * live side by side; module scope would give each its own connections. The slot's content must be a plain, versioned
 * interface: no `instanceof` holds across copies.
 */
export function sharedSlot<T>(name: string): { get(): T | undefined; set(value: T | undefined): void } {
	const key = Symbol.for(`n8n-nodes-messenger-accounts.${name}`);
	const holder = globalThis as unknown as Record<symbol, T | undefined>;
	return {
		get: () => holder[key],
		set: (value) => {
			if (value === undefined) delete holder[key];
			else holder[key] = value;
		},
	};
}
