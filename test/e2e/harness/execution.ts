import { parse } from 'flatted';
import type {
	ExecutionStatus,
	IDataObject,
	INodeExecutionData,
	IRunExecutionData,
	ITaskData,
	WorkflowExecuteMode,
} from 'n8n-workflow';

/** A line of n8n's list of executions. */
export interface ExecutionSummary {
	readonly id: string;
	readonly workflowId: string;
	readonly mode: WorkflowExecuteMode;
	readonly status: ExecutionStatus;
	readonly startedAt: string | null;
	readonly stoppedAt?: string | null;
	readonly deduplicationKey?: string | null;
}

/** One execution as n8n stores it, with its data decoded. */
export class Execution {
	readonly data: IRunExecutionData;

	/** @param row What `GET /rest/executions/:id` answers; its `data` is flatted JSON. */
	constructor(readonly row: ExecutionSummary & { readonly data: string }) {
		this.data = parse(row.data) as IRunExecutionData;
	}

	get id(): string {
		return this.row.id;
	}

	get status(): ExecutionStatus {
		return this.row.status;
	}

	/** The runs of a node, oldest first; none if it did not run. */
	runs(nodeName: string): ITaskData[] {
		return this.data.resultData.runData[nodeName] ?? [];
	}

	/** The items a node gave out at one output in its last run; none if it did not run. */
	items(nodeName: string, output = 0): INodeExecutionData[] {
		return this.runs(nodeName).at(-1)?.data?.['main']?.[output] ?? [];
	}

	/** The JSON of those items. */
	json(nodeName: string, output = 0): IDataObject[] {
		return this.items(nodeName, output).map((item) => item.json);
	}

	/** What the execution failed with, in words; undefined if it did not. */
	get error(): string | undefined {
		const { error } = this.data.resultData;
		if (error === undefined) return undefined;
		const description = 'description' in error && error.description ? ` (${error.description})` : '';
		return `${error.message}${description}`;
	}
}
