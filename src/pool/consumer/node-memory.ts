import { createHandedOn, type HandedOn } from './handed-on';
import { nodeId, type NodeIdentity } from './keys';
import { createWindow, type Window } from './window';

/** What one trigger node shares between its accounts, and across closing and opening again. */
export interface NodeMemory {
	readonly window: Window;
	readonly handedOn: HandedOn;
}

/** Lives on the pool's anchor: one for all nodes of the process. */
export interface NodeMemories {
	/** The node's memory, its window set to `limit`. */
	of(identity: NodeIdentity, limit: number): NodeMemory;
	/** executions that any of the nodes started and that have not settled */
	readonly underWay: number;
	readonly size: number;
}

/** Nodes remembered after their last use; each costs a few bytes until it emits. */
const REMEMBERED_NODES = 1_000;

export function createNodeMemory(limit: number): NodeMemory {
	return { window: createWindow(limit), handedOn: createHandedOn() };
}

export function createNodeMemories(remembered = REMEMBERED_NODES): NodeMemories {
	const nodes = new Map<string, NodeMemory>();

	/** Least recently used first; a node with executions under way is never forgotten. */
	function forgetOld(): void {
		for (const [id, memory] of nodes) {
			if (nodes.size <= remembered) return;
			if (memory.window.used === 0 && memory.handedOn.underWay === 0) nodes.delete(id);
		}
	}

	return {
		of(identity, limit) {
			const id = nodeId(identity);
			const memory = nodes.get(id) ?? createNodeMemory(limit);
			nodes.delete(id);
			nodes.set(id, memory);
			memory.window.resize(limit);
			forgetOld();
			return memory;
		},
		get underWay() {
			let count = 0;
			for (const { handedOn } of nodes.values()) count += handedOn.underWay;
			return count;
		},
		get size() {
			return nodes.size;
		},
	};
}
