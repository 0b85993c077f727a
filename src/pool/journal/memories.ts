import type { Store } from '../../contract';
import { createNodeMemories, type NodeMemories } from '../consumer';

const ofStore = new WeakMap<Store, NodeMemories>();

/** The store is opened once per process by the pool on the anchor, so what hangs on it outlives hubs and reconnects. */
export function memoriesOf(store: Store): NodeMemories {
	const known = ofStore.get(store) ?? createNodeMemories();
	ofStore.set(store, known);
	return known;
}
