import type { StoredExecution } from './database';

/** A message `#17` that started an execution. */
export interface Started {
	readonly chat: string;
	readonly number: number;
	/** A newer message of its chat had been handed on before; then the order is not promised. */
	readonly late: boolean;
}

/** Tests of loss write numbered messages: what came of each, in the order the executions were started. */
export function startedNumbers(executions: readonly StoredExecution[]): Started[] {
	return executions.flatMap(({ startItems }) =>
		startItems.map(({ json }) => ({
			chat: json['external_chat_id'] as string,
			number: Number((json['text'] as string).slice(1)),
			late: (json['meta'] as { late?: boolean }).late === true,
		})),
	);
}

/** Everything that is wrong, in words; none = each of 1…`count` started once, in the order of its chat. */
export function numberedComplaints(executions: readonly StoredExecution[], count: number): string[] {
	const wrong: string[] = [];
	const keys = executions.map(({ deduplicationKey }) => deduplicationKey);
	if (new Set(keys).size !== keys.length) wrong.push('two executions have one key');
	const started = startedNumbers(executions);
	const times = new Map<number, number>();
	for (const { number } of started) times.set(number, (times.get(number) ?? 0) + 1);
	for (let number = 1; number <= count; number++) {
		const found = times.get(number) ?? 0;
		if (found !== 1) wrong.push(`#${String(number)} started ${String(found)} times`);
		times.delete(number);
	}
	for (const number of times.keys()) wrong.push(`#${String(number)} was never written`);
	for (const [chat, list] of Map.groupBy(
		started.filter(({ late }) => !late),
		(one) => one.chat,
	)) {
		list.forEach(({ number }, at) => {
			const before = list[at - 1]?.number ?? 0;
			if (number < before) wrong.push(`${chat}: #${String(number)} after #${String(before)}`);
		});
	}
	return wrong;
}
