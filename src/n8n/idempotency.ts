import { createHash } from 'node:crypto';
import type { IdempotencyKey, Json } from '../contract';

const HOUR_MS = 60 * 60 * 1000;
/** Retries, re-routed jobs and resumed executions come within a day. */
const WITHIN_EXECUTION_MS = 24 * HOUR_MS;
/** Re-runs of a workflow with the user's own key. */
const OWN_KEY_MS = 7 * 24 * HOUR_MS;

/** What identifies one send of one execution. */
export interface SendIdentity {
	instance: string;
	execution: string;
	workflow: string;
	node: string;
	credential: string;
	runIndex: number;
	itemIndex: number;
	/** which of several commands of this item */
	part: number;
	/** the call of an AI agent: its id, or null where n8n tells none */
	tool: { callId: string | null; retried: boolean } | null;
	/** the command's parameters, used only where a tool call has no id */
	parameters: Json;
	/** the user's *Deduplication Key* */
	ownKey: string;
}

/**
 * The key under which a send is remembered. Everything that must not be confused goes in; the rest (attempt, time,
 * process) stays out, so that a repeat finds the first result.
 *
 * A tool call without an id is told from its neighbours by its parameters. With *Retry On Fail*, n8n counts the run
 * index up for every try of a tool, so there the index cannot be part of the key: an agent that says the very same
 * thing twice in one execution is then answered with `duplicate: true`.
 */
export function idempotencyKey(send: SendIdentity): IdempotencyKey {
	if (send.ownKey.trim() !== '')
		return {
			key: hash([
				'own',
				send.instance,
				send.workflow,
				send.node,
				send.credential,
				send.part,
				send.ownKey.trim(),
			]),
			rememberMs: OWN_KEY_MS,
		};
	const base = ['execution', send.instance, send.execution, send.node, send.itemIndex, send.part];
	return { key: hash([...base, ...call(send)]), rememberMs: WITHIN_EXECUTION_MS };
}

function call({ tool, runIndex, parameters }: SendIdentity): Json[] {
	if (tool === null) return [runIndex];
	if (tool.callId !== null) return ['call', tool.callId];
	return ['parameters', parameters, ...(tool.retried ? [] : [runIndex])];
}

/** 32 hex digits: short enough for any store, and nothing of a message's content can be read from it. */
function hash(parts: Json[]): string {
	return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
