import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parse } from 'flatted';
import type {
	ExecutionStatus,
	INodeExecutionData,
	IRunExecutionData,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { queryPostgres, type PostgresAddress } from '../../support/postgres';

/** Where an n8n keeps its executions: a file below its user folder, or a database of a PostgreSQL cluster. */
export type N8nDatabase =
	| { readonly kind: 'sqlite'; readonly userFolder: string }
	| { readonly kind: 'postgres'; readonly address: PostgresAddress; readonly name: string };

/** n8n's settings for a database of a PostgreSQL cluster. */
export function postgresEnvironment({ host, port, user }: PostgresAddress, name: string) {
	return {
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: host,
		DB_POSTGRESDB_PORT: String(port),
		DB_POSTGRESDB_USER: user,
		DB_POSTGRESDB_PASSWORD: 'not-asked-for',
		DB_POSTGRESDB_DATABASE: name,
	};
}

/** The database an n8n with this environment uses. */
export function databaseOf(userFolder: string, environment: Record<string, string>): N8nDatabase {
	const setting = (name: string): string => environment[`DB_POSTGRESDB_${name}`] ?? '';
	if (environment['DB_TYPE'] !== 'postgresdb') return { kind: 'sqlite', userFolder };
	const address = { host: '127.0.0.1', port: Number(setting('PORT')), user: setting('USER') } as const;
	return { kind: 'postgres', address, name: setting('DATABASE') };
}

/** An execution as it stands in n8n's database, with the items it was started with. */
export interface StoredExecution {
	readonly id: string;
	readonly status: ExecutionStatus;
	readonly mode: WorkflowExecuteMode;
	readonly deduplicationKey: string | null;
	readonly startItems: INodeExecutionData[];
	/** what it failed of, if it did */
	readonly error: string | null;
}

/**
 * The items of the node an execution began with: in its run once it ran, before that on the stack. Where n8n was
 * killed in between, its recovery puts an item of its own into the run; what was handed on is on the stack still.
 */
function startItems({ resultData, executionData }: IRunExecutionData): INodeExecutionData[] {
	const runs = Object.values(resultData.runData).map((run) => run[0]);
	const first = runs.sort((a, b) => (a?.executionIndex ?? 0) - (b?.executionIndex ?? 0))[0];
	const ran = first?.data?.['main']?.[0];
	const recovered = ran?.some(({ json }) => json['isArtificialRecoveredEventItem'] === true) ?? false;
	const onStack = executionData?.nodeExecutionStack[0]?.data?.['main']?.[0];
	return (recovered ? onStack : (ran ?? onStack)) ?? [];
}

/**
 * All executions of a workflow, oldest first, read from the database itself, also while n8n runs or after `kill -9`:
 * thousands in one go, where the REST interface would take a request for each.
 */
export function storedExecutions(database: N8nDatabase, workflowId: string): StoredExecution[] {
	const rows = query(
		database,
		`SELECT e.id, e.status, e.mode, e."deduplicationKey", d.data FROM execution_entity e
		 LEFT JOIN execution_data d ON d."executionId" = e.id WHERE e."workflowId" = $1 ORDER BY e.id`,
		workflowId,
	);
	return rows.map((row) => {
		const data = typeof row['data'] === 'string' ? (parse(row['data']) as IRunExecutionData) : null;
		return {
			id: String(row['id']),
			status: row['status'] as ExecutionStatus,
			mode: row['mode'] as WorkflowExecuteMode,
			deduplicationKey: row['deduplicationKey'] as string | null,
			startItems: data === null ? [] : startItems(data),
			error: data?.resultData.error?.message ?? null,
		};
	});
}

/** How many executions of a workflow there are in each state; cheap however many there are. */
export function countExecutions(
	database: N8nDatabase,
	workflowId: string,
): Partial<Record<ExecutionStatus, number>> {
	const sql = 'SELECT status, count(*) AS n FROM execution_entity WHERE "workflowId" = $1 GROUP BY status';
	const rows = query(database, sql, workflowId);
	return Object.fromEntries(rows.map(({ status, n }) => [String(status), Number(n)] as const));
}

function query(database: N8nDatabase, sql: string, parameter: string): Record<string, unknown>[] {
	if (database.kind === 'postgres') return queryPostgres(database.address, database.name, sql, parameter);
	const file = new DatabaseSync(join(database.userFolder, '.n8n', 'database.sqlite'), {
		readOnly: true,
		timeout: 5_000,
	});
	try {
		return file.prepare(sql).all({ $1: parameter });
	} finally {
		file.close();
	}
}
