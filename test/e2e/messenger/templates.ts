import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INode, INodeParameters } from 'n8n-workflow';
import { projectFolder, type CredentialReference, type N8n, type WorkflowDraft } from '../harness';

const folder = join(projectFolder, 'docs', 'templates');

/** Templates this file's neighbour runs; another page's are run where their nodes are tested. */
export function templateNames(): string[] {
	return readdirSync(folder)
		.filter((name) => name.endsWith('.json'))
		.map((name) => name.replace(/\.json$/, ''));
}

/** Which credential type a node takes, as a person chooses it after importing. */
function credentialTypeOf({ type, parameters }: INode): string | null {
	if (type.endsWith('.messenger') || type.endsWith('.messengerTrigger')) return 'messengerAccountsApi';
	if (parameters['authentication'] === 'accounts') return 'messengerAccountsApi';
	if (type.endsWith('.telegramUser')) return 'telegramUserApi';
	if (type.endsWith('.max')) return 'maxUserApi';
	if (type.endsWith('.avitoTrigger')) return 'avitoApi';
	if (type.endsWith('.googleSheets')) return 'googleApi';
	return type.endsWith('.s3') ? 's3' : null;
}

/** What a person changes in a template's nodes: parameters, by the node's name. */
export type Changes = Record<string, { parameters: INodeParameters }>;

/** A template as it is imported, with credentials chosen and its *Settings* filled in. */
export function importTemplate(
	name: string,
	credentials: readonly CredentialReference[],
	changes: Changes = {},
): WorkflowDraft {
	const draft = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as WorkflowDraft;
	const nodes = draft.nodes.map((node): INode => {
		const type = credentialTypeOf(node);
		const chosen = credentials.find((each) => each.type === type);
		return {
			...node,
			parameters: { ...node.parameters, ...changes[node.name]?.parameters },
			...(type === null || chosen === undefined
				? {}
				: { credentials: { [type]: { id: chosen.id, name: chosen.name } } }),
		};
	});
	const unknown = Object.keys(changes).filter((each) => !nodes.some((node) => node.name === each));
	if (unknown.length > 0) throw new Error(`${name} has no node ${unknown.join(', ')}`);
	return { name: draft.name, nodes, connections: draft.connections, settings: draft.settings };
}

/** Imports and publishes a template, runs `check` against it, and takes it away again. */
export async function published(
	n8n: N8n,
	draft: WorkflowDraft,
	check: (id: string) => Promise<void>,
): Promise<void> {
	const { id } = await n8n.api.createWorkflow(draft);
	await n8n.api.publish(id);
	try {
		await check(id);
	} finally {
		await n8n.api.deleteWorkflow(id);
	}
}
