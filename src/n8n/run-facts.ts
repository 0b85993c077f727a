import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

/** What names one run of one node. */
export interface ExecutionFacts {
	instance: string;
	/** '' when n8n runs the node without an execution */
	execution: string;
	workflow: string;
	node: string;
	runIndex: number;
}

export function executionFacts(context: IExecuteFunctions): ExecutionFacts {
	return {
		instance: context.getInstanceId(),
		execution: executionIdOf(context),
		workflow: context.getWorkflow().id ?? '',
		node: context.getNode().id,
		runIndex: runIndexOf(context),
	};
}

/** Names one call of one run of a node: what it is logged under when no event of ours caused it. */
export function placeOf({ execution, node, runIndex }: ExecutionFacts, itemIndex = 0, part = 0): string {
	return `${execution}/${node}/${String(runIndex)}/${String(itemIndex)}/${String(part)}`;
}

/** n8n tells a node its run index only through the data proxy of expressions. */
function runIndexOf(context: IExecuteFunctions): number {
	try {
		const { $runIndex } = context.getWorkflowDataProxy(0) as { $runIndex?: unknown };
		return typeof $runIndex === 'number' ? $runIndex : 0;
	} catch {
		return 0;
	}
}

/**
 * Is this item the call of an AI agent? Newer agents run the node like any other and put `toolCallId` into the item;
 * older ones call it through a tool context that knows no id.
 */
export function toolCall(
	context: IExecuteFunctions,
	item: INodeExecutionData,
): { callId: string | null; retried: boolean } | null {
	const node = context.getNode();
	const inContext: Partial<Pick<IExecuteFunctions, 'isToolExecution'>> = context;
	const isTool = inContext.isToolExecution?.() === true || node.rewireOutputLogTo === 'ai_tool';
	if (!isTool) return null;
	const callId = item.json['toolCallId'];
	return { callId: typeof callId === 'string' ? callId : null, retried: node.retryOnFail === true };
}

/** Our entry in what n8n keeps for a node in the data of an execution. */
const FIRST_EXECUTION = 'messengerAccountsFirstExecution';

/**
 * The execution under which the sends of this one are remembered: itself, or the failed one it repeats when somebody clicked
 * *Retry* in the list of executions. A retry has a number of its own and runs the failed node again with all its items,
 * those that were sent included; but it gets the failed execution's data, and in it what the node wrote there.
 * @returns '' when n8n runs the node without an execution
 */
export function firstExecution(context: IExecuteFunctions): string {
	const execution = executionIdOf(context);
	if (execution === '') return execution;
	const kept = context.getContext('node');
	kept[FIRST_EXECUTION] ??= execution;
	return String(kept[FIRST_EXECUTION]);
}

/** Typed as always there; it is not for a node that runs outside an execution. */
function executionIdOf(context: { getExecutionId(): string | undefined }): string {
	return context.getExecutionId() ?? '';
}
