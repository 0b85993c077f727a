import type { IRun } from 'n8n-workflow';
import type { Settlement } from '../../pool';

/** How n8n's done-promise resolved: with a run, or with nothing for a key it has already. */
export function settledBy(run: IRun | undefined): Settlement {
	if (run === undefined) return { kind: 'duplicate' };
	if (wasInterrupted(run)) return { kind: 'interrupted' };
	// A waiting execution has begun its work and may wait for weeks: its place in the window is free.
	return { kind: 'finished', ok: succeeded(run) };
}

/**
 * In queue mode, what main tells of an execution whose worker was lost or ended before it began: failed, and at no node.
 * (n8n 2.41, `WorkflowRunner.processError`)
 */
function wasInterrupted({ status, data }: { status?: string; data?: Partial<IRun['data']> }): boolean {
	const result = data?.resultData;
	if (status !== 'error' || result?.error === undefined || result.lastNodeExecuted !== undefined)
		return false;
	return Object.keys(result.runData).length === 0;
}

function succeeded(run: { status?: string; finished?: boolean }): boolean {
	// 1.x and some paths of queue mode give no status worth the name; `finished` is then all there is.
	if (run.status === 'success' || run.status === 'waiting') return true;
	return run.finished === true && !FAILED.has(run.status ?? '');
}

const FAILED: ReadonlySet<string> = new Set(['error', 'crashed', 'canceled']);

/**
 * How it rejected. A cancellation (Stop, time-out, shutdown) or a missing execution means that one existed; anything
 * else that none came to be. n8n's classes are recognised by name: some are not exported, and two copies may be loaded.
 */
export function settledByRejection(error: unknown): Settlement {
	return hasClassNamed(error, EXISTED) ? { kind: 'finished', ok: false } : { kind: 'not_created', error };
}

const EXISTED = /Cancel+edError$|^ExecutionNotFoundError$|^MissingExecution/;

function hasClassNamed(error: unknown, pattern: RegExp): boolean {
	if (!(error instanceof Error)) return false;
	if (pattern.test(error.name)) return true;
	for (let type: unknown = error.constructor; typeof type === 'function'; type = Object.getPrototypeOf(type))
		if (pattern.test(type.name)) return true;
	return false;
}

/** n8n's newer engine refuses any trigger that hands a done-promise over; the sentence is all it tells. */
export function refusesDonePromise(error: unknown): boolean {
	return error instanceof Error && /Engine 2\.0 cannot run a trigger that waits/.test(error.message);
}
