import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import type { CallResult, Channel, Command, JsonObject } from '../contract';
import type { AccountWish, NodeAccounts } from './accounts/choice';
import type { Parameters } from './parameters';

/** One call an item makes, and how its outcome becomes items. */
export interface OperationCall extends Command {
	/** field of the output item a file goes to, default `data` */
	outputField?: string;
	/** a larger file is refused instead of stored */
	maxBytes?: number;
}

interface OperationHead {
	/** value of the `operation` parameter */
	value: string;
	/** Title Case without the resource */
	name: string;
	/** sentence case, with the resource, without articles */
	action: string;
	/** one sentence, also what an AI agent reads */
	description: string;
	/** fields of this operation; when they are shown is added by `describe` */
	properties: readonly INodeProperties[];
	/** rows of its *Options* collection beside the shared ones */
	options?: readonly INodeProperties[];
}

/** The usual operation: parameters of an item → a command (or several, whose items are all emitted). */
export interface Operation extends OperationHead {
	/** send: a message leaves (intent rule, deduplication key); read: repeatable, a few items run at once */
	effect: 'read' | 'send' | 'change';
	/** false for what touches no provider: no *If the Limit Is Reached* */
	paced?: boolean;
	/**
	 * The credential as this operation needs it for an item: a login takes the session out of it, because it must work without one
	 * and must not disturb the account that is open with it.
	 */
	credential?(
		data: Readonly<Record<string, unknown>>,
		parameters: Parameters,
	): Record<string, unknown> | Promise<Record<string, unknown>>;
	/** Which account the item is about, where another field than *Account* says it. */
	account?(parameters: Parameters): AccountWish;
	/** The items where no account needs to be asked: what this messenger cannot do, but need not fail. */
	known?(channel: Channel): JsonObject[] | null;
	/** @param channel the messenger of the item's account, for operations of several; always given by the node */
	toCommand(
		parameters: Parameters,
		channel?: Channel,
	): OperationCall | OperationCall[] | Promise<OperationCall | OperationCall[]>;
	/** adds to the outcome what only n8n needs, such as a picture of a link */
	complete?(result: CallResult): CallResult | Promise<CallResult>;
	/** true: all input items together make one command (`toGathered`), whose results belong to them in order */
	gathers?(first: Parameters): boolean;
	toGathered?(all: readonly Parameters[]): OperationCall;
}

/** An operation on all input items at once (send to many, send and wait). */
export interface WholeOperation extends OperationHead {
	effect: 'read' | 'send' | 'change';
	paced?: boolean;
	execute(context: IExecuteFunctions, node: NodeAccounts): Promise<INodeExecutionData[][]>;
}

export type AnyOperation = Operation | WholeOperation;

export interface Resource {
	value: string;
	name: string;
	operations: readonly AnyOperation[];
	/** value of the operation chosen when the resource is; default the first by name */
	defaultOperation?: string;
}

/** The one list of what a node can do: its whole description and its execution come from it. */
export type OperationTable = readonly Resource[];

/** A node's table together with the accounts it works on. */
export interface ActionNode extends NodeAccounts {
	table: OperationTable;
	defaultResource: string;
}

export function findOperation(
	table: OperationTable,
	resource: string,
	operation: string,
): AnyOperation | undefined {
	return table
		.find((entry) => entry.value === resource)
		?.operations.find((entry) => entry.value === operation);
}
