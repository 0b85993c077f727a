import type {
	IConnections,
	INode,
	INodeParameters,
	IWorkflowSettings,
	NodeConnectionType,
} from 'n8n-workflow';
import { randomUUID } from 'node:crypto';
import { packageName } from './packed';

/** A stored credential, as nodes refer to it. */
export interface CredentialReference {
	readonly id: string;
	readonly name: string;
	readonly type: string;
}

/** What a node may bring beside its name, type and parameters. */
export interface NodeExtras extends Partial<Omit<INode, 'credentials'>> {
	readonly credential?: CredentialReference;
}

/** Nodes of n8n and of this package, as stored in a workflow. `avito` is ours, `n8n-nodes-base.if` is n8n's. */
export function node(
	name: string,
	type: string,
	parameters: INodeParameters = {},
	{ credential, ...extras }: NodeExtras = {},
): INode {
	return {
		id: randomUUID(),
		name,
		type: type.includes('.') ? type : `${packageName}.${type}`,
		typeVersion: 1,
		position: [0, 0],
		parameters,
		...(credential && { credentials: { [credential.type]: { id: credential.id, name: credential.name } } }),
		...extras,
	};
}

/**
 * From one node to another: [from, to], with the output of `from` (0 = first), with the kind of connection
 * (`ai_tool` from a tool to who uses it; else `main`).
 */
export type Wire = readonly [from: string, to: string, output?: number, kind?: NodeConnectionType];

/** What is sent to n8n to create or change a workflow. */
export interface WorkflowDraft {
	readonly name: string;
	readonly nodes: INode[];
	readonly connections: IConnections;
	readonly settings: IWorkflowSettings;
}

/**
 * A workflow of these nodes. Without `wires` they form a chain in the given order. They are laid out from left to
 * right, so that a person (or a screenshot) sees something.
 */
export function workflow(
	name: string,
	nodes: INode[],
	wires: readonly Wire[] = nodes.slice(1).map((next, at) => [nodes[at]?.name ?? '', next.name] as const),
	settings: IWorkflowSettings = {},
): WorkflowDraft {
	const connections: IConnections = {};
	for (const [from, to, output = 0, kind = 'main'] of wires) {
		const outputs = ((connections[from] ??= {})[kind] ??= []);
		while (outputs.length <= output) outputs.push([]);
		outputs[output]?.push({ node: to, type: kind, index: 0 });
	}
	return {
		name,
		nodes: nodes.map((each, at) => ({ ...each, position: [at * 240, 0] })),
		connections,
		settings: { executionOrder: 'v1', ...settings },
	};
}
