import type { AccountStatus, JsonObject, RemoteCalls } from '../../contract';
import { toWire } from './questions';

/** A process that has not told within this time is left out, ms: somebody waits in front of the screen. */
const ANSWER_MS = 3_000;

export interface AllStatuses {
	statuses: AccountStatus[];
	/** names of processes that are there and did not answer */
	silent: string[];
}

/** The accounts of all processes, each once: as its owner sees it, or else whoever used it last. */
export async function statusesOfAll(own: AccountStatus[], remote: RemoteCalls | null): Promise<AllStatuses> {
	if (remote === null) return { statuses: own, silent: [] };
	const others = await remote.processes();
	const question = toWire({ ask: 'statuses' });
	const answers = await Promise.all(
		others.map((process) => remote.ask({ process }, question, ANSWER_MS).catch(() => null)),
	);
	return {
		statuses: merged([...own, ...answers.flatMap(statusesIn)]),
		silent: others.filter((_, index) => answers[index] === null),
	};
}

/** Written by `poolServer` of the same or a similar version; shown, not relied on. */
function statusesIn(answer: JsonObject | null): AccountStatus[] {
	const listed = answer?.['statuses'];
	if (!Array.isArray(listed)) return [];
	return (listed as unknown as AccountStatus[]).filter((status) => typeof status.session === 'string');
}

function merged(statuses: readonly AccountStatus[]): AccountStatus[] {
	const best = new Map<string, AccountStatus>();
	for (const status of statuses) {
		const known = best.get(status.session);
		if (known === undefined || isBetter(status, known)) best.set(status.session, status);
	}
	return [...best.values()];
}

function isBetter(status: AccountStatus, than: AccountStatus): boolean {
	const [holds, otherHolds] = [status.lease != null, than.lease != null];
	if (holds !== otherHolds) return holds;
	return (status.last_used ?? '') > (than.last_used ?? '');
}
