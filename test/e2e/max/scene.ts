import type { INode, INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll } from 'vitest';
import { startMaxSandbox, type MaxSandbox } from '../../sandbox/max';
import {
	node,
	until,
	workflow,
	type CredentialReference,
	type N8n,
	type N8nOptions,
	type StoredExecution,
} from '../harness';
import { sharedN8n } from '../harness/shared';
import { max, maxCredential, maxCredentialType, maxTrigger } from './nodes';

/** What every test of MAX in a real n8n has. */
export interface Scene {
	readonly n8n: N8n;
	readonly sandbox: MaxSandbox;
	/** Anna's web session. */
	readonly credential: CredentialReference;
}

/** One n8n with our package, one fake MAX and a credential for it, shared by the tests of a file. */
export function maxScene(options: Omit<N8nOptions, 'packages'> = {}): () => Scene {
	const n8n = sharedN8n(options);
	let sandbox: MaxSandbox | undefined;
	let credential: CredentialReference | undefined;
	beforeAll(async () => {
		sandbox = await startMaxSandbox();
		credential = await n8n().api.createCredential('MAX', maxCredentialType, maxCredential(sandbox));
	});
	afterAll(async () => {
		await sandbox?.close();
	});
	return () => {
		if (!sandbox || !credential) throw new Error('the scene is set before the tests of the file');
		return { n8n: n8n(), sandbox, credential };
	};
}

/** States of an execution in which nothing more happens to it. */
const over = new Set(['success', 'error', 'crashed', 'canceled']);

/** A published workflow that begins with a MAX User Trigger and then answers, or does nothing. */
export async function publish(
	{ n8n, credential }: Scene,
	name: string,
	{ trigger = {}, answer }: { trigger?: INodeParameters; answer?: INode } = {},
) {
	const nodes = [
		maxTrigger('MAX User Trigger', credential, trigger),
		answer ?? node('Nothing', 'n8n-nodes-base.noOp'),
	];
	const { id } = await n8n.api.createWorkflow(workflow(name, nodes));
	await n8n.api.publish(id);
	const executions = (): StoredExecution[] => n8n.storedExecutions(id);
	return {
		id,
		executions,
		/** The texts its executions were started with, in the order they were started. */
		texts: (): string[] =>
			executions().flatMap(({ startItems }) => startItems.map(({ json }) => json['text'] as string)),
		finishes: (count: number): Promise<StoredExecution[]> =>
			until(
				() => {
					const all = executions();
					return all.filter(({ status }) => over.has(status)).length >= count && all;
				},
				{ what: `${count} finished executions of ${name}`, timeoutMs: 60_000, everyMs: 250 },
			),
		remove: () => n8n.api.deleteWorkflow(id),
	};
}

/** A node that answers what the trigger gave. */
export function answering({ credential }: Scene, text: string): INode {
	return max('Answer', credential, ['message', 'send'], {
		chatId: { __rl: true, mode: 'id', value: '={{ $json.external_chat_id }}' },
		text,
	});
}
