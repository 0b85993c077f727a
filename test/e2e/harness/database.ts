import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { parse } from 'flatted';
import type {
	ExecutionStatus,
	INodeExecutionData,
	IRunExecutionData,
	WorkflowExecuteMode,
} from 'n8n-workflow';

/** An execution as it stands in n8n's database, with the items it was started with. */
export interface StoredExecution {
	readonly id: string;
	readonly status: ExecutionStatus;
	readonly mode: WorkflowExecuteMode;
	readonly deduplicationKey: string | null;
	readonly startItems: INodeExecutionData[];
}

/** The items of the node an execution began with: in its run once it ran, before that on the stack. */
function startItems({ resultData, executionData }: IRunExecutionData): INodeExecutionData[] {
	const runs = Object.values(resultData.runData).map((run) => run[0]);
	const first = runs.sort((a, b) => (a?.executionIndex ?? 0) - (b?.executionIndex ?? 0))[0];
	const onStack = executionData?.nodeExecutionStack[0]?.data;
	return first?.data?.['main']?.[0] ?? onStack?.['main']?.[0] ?? [];
}

/**
 * All executions of a workflow, oldest first, read from the database file, also while n8n runs or after `kill -9`:
 * thousands in one go, where the REST interface would take a request for each.
 */
export function storedExecutions(userFolder: string, workflowId: string): StoredExecution[] {
	const rows = query(
		userFolder,
		`SELECT e.id, e.status, e.mode, e.deduplicationKey, d.data FROM execution_entity e
		 LEFT JOIN execution_data d ON d.executionId = e.id WHERE e.workflowId = ? ORDER BY e.id`,
		workflowId,
	);
	return rows.map((row) => ({
		id: String(row['id']),
		status: row['status'] as ExecutionStatus,
		mode: row['mode'] as WorkflowExecuteMode,
		deduplicationKey: row['deduplicationKey'] as string | null,
		startItems: typeof row['data'] === 'string' ? startItems(parse(row['data']) as IRunExecutionData) : [],
	}));
}

/** How many executions of a workflow there are in each state; cheap however many there are. */
export function countExecutions(
	userFolder: string,
	workflowId: string,
): Partial<Record<ExecutionStatus, number>> {
	const sql = 'SELECT status, count(*) AS n FROM execution_entity WHERE workflowId = ? GROUP BY status';
	const rows = query(userFolder, sql, workflowId);
	return Object.fromEntries(rows.map(({ status, n }) => [String(status), Number(n)] as const));
}

function query(userFolder: string, sql: string, parameter: string): Record<string, SQLOutputValue>[] {
	const database = new DatabaseSync(join(userFolder, '.n8n', 'database.sqlite'), {
		readOnly: true,
		timeout: 5_000,
	});
	try {
		return database.prepare(sql).all(parameter);
	} finally {
		database.close();
	}
}
