import { createHash } from 'node:crypto';
import type { AccountId } from '../../contract';

/** Who a trigger node is, whatever account it listens on. */
export interface NodeIdentity {
	/** n8n's instance id */
	instance: string;
	workflow: string;
	node: string;
}

/** JSON keeps the borders between the parts: `['a', 'bc']` and `['ab', 'c']` are two digests. */
function digest(parts: readonly unknown[]): string {
	return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

/** Names a node's shared memory (window, keys handed on). */
export function nodeId(identity: NodeIdentity): string {
	return digest(['node', identity.instance, identity.workflow, identity.node]).slice(0, 22);
}

/** Names a consumer: a trigger node *on one account*. 22 characters (132 bits). */
export function consumerId(identity: NodeIdentity, account: AccountId): string {
	return digest(['consumer', identity.instance, identity.workflow, identity.node, account]).slice(0, 22);
}

/**
 * The deduplication key of an execution, 43 characters. n8n's column is unique across all workflows and 255 characters
 * long, so instance, workflow and node are part of the hash. A batch is the ordered list of its event ids.
 */
export function emitKey(
	identity: NodeIdentity,
	account: AccountId,
	eventIds: readonly string[],
	attempt: number,
): string {
	return digest(['emit', identity.instance, identity.workflow, identity.node, account, eventIds, attempt]);
}
