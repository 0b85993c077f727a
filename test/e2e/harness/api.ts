import type {
	IBinaryData,
	ICredentialDataDecryptedObject,
	INodeListSearchResult,
	INodePropertyOptions,
} from 'n8n-workflow';
import { Execution, type ExecutionSummary } from './execution';
import { N8nHttpError, type N8nSession } from './session';
import { until } from './until';
import type { CredentialReference, WorkflowDraft } from './workflow';

/** The person the tests are in n8n. */
export const owner = {
	email: 'owner@example.com',
	password: 'Owner-password-1',
	firstName: 'O',
	lastName: 'W',
};

/** A stored workflow; `versionId` is the draft's, which publishing takes. */
export interface StoredWorkflow extends WorkflowDraft {
	readonly id: string;
	readonly versionId: string;
	readonly active: boolean;
}

/** What n8n says about a published workflow's triggers. */
export interface PublicationStatus {
	readonly status: 'not_published' | 'in_progress' | 'published' | 'partial' | 'failed';
	readonly liveVersionId: string | null;
	readonly triggers: Array<{ nodeId: string; status: string; errorMessage: string | null }>;
}

/** What starting a manual execution gives: its id, or that n8n now waits for a call of a test webhook. */
export type ManualRun = { readonly executionId: string } | { readonly waitingForWebhook: true };

/** Where a list or options are asked for: a node's parameter with what is already filled in. */
export interface ParameterQuestion {
	/** Full type: `n8n-nodes-messenger-accounts.avito`. */
	readonly nodeType: string;
	readonly methodName: string;
	/** The parameter's path, `parameters.chatId`. */
	readonly path: string;
	readonly credential?: CredentialReference;
	readonly parameters?: Record<string, string | number | boolean>;
	readonly filter?: string;
	readonly paginationToken?: string;
	readonly typeVersion?: number;
}

/** States in which nothing more happens to an execution. */
const over = new Set(['success', 'error', 'crashed', 'canceled']);

/**
 * n8n's internal REST interface in the words of the tests: what a person does in the editor. Each method throws
 * N8nHttpError if n8n refuses.
 */
export class N8nApi {
	constructor(private readonly session: N8nSession) {}

	/** Creates the owner on a fresh instance, else signs in as the owner. */
	async signIn(): Promise<void> {
		const { email, password } = owner;
		try {
			await this.session.send('POST', '/owner/setup', owner);
		} catch (error) {
			if (!(error instanceof N8nHttpError) || error.status !== 400) throw error;
			await this.session.send('POST', '/login', { emailOrLdapLoginId: email, password });
		}
	}

	async createCredential(
		name: string,
		type: string,
		data: ICredentialDataDecryptedObject,
	): Promise<CredentialReference> {
		const { id } = (await this.session.send('POST', '/credentials', { name, type, data })) as { id: string };
		return { id, name, type };
	}

	/** The first stored credential of this name. */
	async findCredential(name: string): Promise<CredentialReference | undefined> {
		const all = (await this.session.send('GET', '/credentials')) as CredentialReference[];
		return all.find((each) => each.name === name);
	}

	/** What the credential screen shows after saving: `{ status: 'OK' | 'Error', message }`. */
	async testCredential(
		credential: CredentialReference,
		data: ICredentialDataDecryptedObject,
	): Promise<{ status: 'OK' | 'Error'; message: string }> {
		const body = { credentials: { ...credential, data } };
		return (await this.session.send('POST', '/credentials/test', body)) as never;
	}

	async updateCredential(
		credential: CredentialReference,
		data: ICredentialDataDecryptedObject,
	): Promise<void> {
		const { id, name, type } = credential;
		await this.session.send('PATCH', `/credentials/${id}`, { name, type, data });
	}

	async deleteCredential({ id }: CredentialReference): Promise<void> {
		await this.session.send('DELETE', `/credentials/${id}`);
	}

	async createWorkflow(draft: WorkflowDraft): Promise<StoredWorkflow> {
		const body = { ...draft, active: false, pinData: {} };
		return (await this.session.send('POST', '/workflows', body)) as StoredWorkflow;
	}

	async getWorkflow(id: string): Promise<StoredWorkflow> {
		return (await this.session.send('GET', `/workflows/${id}`)) as StoredWorkflow;
	}

	/** The id of the first workflow of this name that is not archived. */
	async findWorkflow(name: string): Promise<string | undefined> {
		const filter = encodeURIComponent(JSON.stringify({ isArchived: false }));
		const all = (await this.session.send('GET', `/workflows?filter=${filter}`)) as StoredWorkflow[];
		return all.find((each) => each.name === name)?.id;
	}

	/** Saves a new draft; what is published stays as it is. */
	async changeWorkflow(id: string, change: Partial<WorkflowDraft>): Promise<StoredWorkflow> {
		const { versionId, name, nodes, connections, settings } = await this.getWorkflow(id);
		const body = { name, nodes, connections, settings, ...change, versionId };
		return (await this.session.send('PATCH', `/workflows/${id}`, body)) as StoredWorkflow;
	}

	/** Publishes the draft and waits until n8n has started its triggers. Throws if one of them failed. */
	async publish(id: string): Promise<void> {
		const status = await this.tryPublish(id);
		if (status.status !== 'published') throw new Error(`workflow ${id}: ${JSON.stringify(status)}`);
	}

	/** Publishes the draft and waits until n8n has come to a result, whatever it is. */
	async tryPublish(id: string): Promise<PublicationStatus> {
		const { versionId } = await this.getWorkflow(id);
		await this.session.send('POST', `/workflows/${id}/activate`, { versionId });
		return await this.settledPublication(id, (status) => status !== 'not_published');
	}

	/** Unpublishes and waits until n8n has closed the triggers. */
	async unpublish(id: string): Promise<void> {
		await this.session.send('POST', `/workflows/${id}/deactivate`, {});
		await this.settledPublication(id, (status) => status === 'not_published');
	}

	async publicationStatus(id: string): Promise<PublicationStatus> {
		return (await this.session.send('GET', `/workflows/${id}/publication-status`)) as PublicationStatus;
	}

	/** n8n deletes only archived workflows; archiving also unpublishes, and while it does, n8n answers 409. */
	async deleteWorkflow(id: string): Promise<void> {
		await this.session.send('POST', `/workflows/${id}/archive`, {});
		await until(
			async () => {
				try {
					await this.session.send('DELETE', `/workflows/${id}`);
					return true;
				} catch (error) {
					if (error instanceof N8nHttpError && error.status === 409) return false;
					throw error;
				}
			},
			{ what: `n8n to unpublish the archived workflow ${id}` },
		);
	}

	/** The newest executions of a workflow, newest first; all of them if there are at most `atMost`. */
	async executions(workflowId: string, atMost = 100): Promise<ExecutionSummary[]> {
		const found: ExecutionSummary[] = [];
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		let cursor = '';
		while (found.length < atMost) {
			const limit = Math.min(100, atMost - found.length);
			const page = (await this.session.send(
				'GET',
				`/executions?limit=${limit}&filter=${filter}${cursor}`,
			)) as {
				results: ExecutionSummary[];
				nextCursor?: string | null;
			};
			found.push(...page.results);
			if (!page.nextCursor || page.results.length === 0) break;
			cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
		}
		return found;
	}

	async execution(id: string): Promise<Execution> {
		return new Execution((await this.session.send('GET', `/executions/${id}`)) as Execution['row']);
	}

	/** Waits until an execution is over (not: waiting) and returns it. */
	async finished(id: string, timeoutMs = 30_000): Promise<Execution> {
		return await until(
			async () => {
				const found = await this.execution(id);
				return over.has(found.status) && found;
			},
			{ what: `execution ${id} to end`, timeoutMs },
		);
	}

	/** Waits until a workflow has this many finished executions and returns them all, oldest first, without data. */
	async finishedExecutions(
		workflowId: string,
		count: number,
		timeoutMs = 30_000,
	): Promise<ExecutionSummary[]> {
		return await until(
			async () => {
				const found = await this.executions(workflowId, Math.max(count * 2, 100));
				const done = found.filter(({ status }) => over.has(status));
				return done.length >= count && done.length === found.length && done.reverse();
			},
			{ what: `${count} finished executions of workflow ${workflowId}`, timeoutMs, everyMs: 250 },
		);
	}

	/** "Execute workflow" from a trigger (or "Listen for test event", if it is an event's trigger). */
	async startManually(id: string, trigger: string, destination?: string): Promise<ManualRun> {
		return (await this.session.send('POST', `/workflows/${id}/run`, {
			triggerToStartFrom: { name: trigger },
			startNodes: [],
			...(destination !== undefined && { destinationNode: { nodeName: destination, mode: 'inclusive' } }),
		})) as ManualRun;
	}

	/** "Execute workflow" from a trigger that starts at once (Manual Trigger), and its finished execution. */
	async runManually(id: string, trigger: string, timeoutMs?: number): Promise<Execution> {
		const run = await this.startManually(id, trigger);
		if (!('executionId' in run)) throw new Error(`${trigger} waits for a call of its test webhook`);
		return await this.finished(run.executionId, timeoutMs);
	}

	/**
	 * Stores a workflow and runs it once from its first node: for trying a single node. It stays, since n8n gives out
	 * the files of an execution only while its workflow is there.
	 */
	async runOnce(draft: WorkflowDraft, timeoutMs?: number): Promise<Execution> {
		const { id, nodes } = await this.createWorkflow(draft);
		return await this.runManually(id, nodes[0]?.name ?? '', timeoutMs);
	}

	/** The bytes of a file an execution gave out, wherever n8n keeps it. */
	async binary(file: IBinaryData | undefined): Promise<Buffer> {
		if (!file) throw new Error('there is no file');
		if (file.id === undefined) return Buffer.from(file.data, 'base64');
		return await this.session.bytes(`/rest/binary-data?action=download&id=${encodeURIComponent(file.id)}`);
	}

	/** "Retry with original workflow" on a failed execution, and the execution that comes of it. */
	async retry(id: string, timeoutMs?: number): Promise<Execution> {
		const retried = (await this.session.send('POST', `/executions/${id}/retry`, { loadWorkflow: false })) as {
			id: string;
		};
		return await this.finished(retried.id, timeoutMs);
	}

	/** "Stop" on a running or listening execution. */
	async stopExecution(id: string): Promise<void> {
		await this.session.send('POST', `/executions/${id}/stop`, {});
	}

	/** "Stop listening" while n8n waits for a call of a test webhook. */
	async stopListening(workflowId: string): Promise<void> {
		await this.session.send('DELETE', `/test-webhook/${workflowId}`);
	}

	/** What a resource locator's list shows. */
	async searchList(question: ParameterQuestion): Promise<INodeListSearchResult> {
		const { filter, paginationToken } = question;
		return (await this.session.send('POST', '/dynamic-node-parameters/resource-locator-results', {
			...this.asked(question),
			...(filter !== undefined && { filter }),
			...(paginationToken !== undefined && { paginationToken }),
		})) as INodeListSearchResult;
	}

	/** What a drop-down filled from the account shows. */
	async loadOptions(question: ParameterQuestion): Promise<INodePropertyOptions[]> {
		const body = this.asked(question);
		return (await this.session.send(
			'POST',
			'/dynamic-node-parameters/options',
			body,
		)) as INodePropertyOptions[];
	}

	/** Reloads nodes from N8N_CUSTOM_EXTENSIONS, as an update of the package does. Needs N8N_DEV_RELOAD=true. */
	async reloadCustomNodes(): Promise<{ reloaded: string[] }> {
		return (await this.session.send('POST', '/dev/reload', {})) as { reloaded: string[] };
	}

	/** Calls a published webhook. */
	async callWebhook(path: string, body: unknown): Promise<{ status: number; text: string }> {
		return await this.session.raw('POST', `/webhook/${path}`, body);
	}

	/** Calls the webhook of a workflow that listens for a test event. */
	async callTestWebhook(path: string, body: unknown): Promise<{ status: number; text: string }> {
		return await this.session.raw('POST', `/webhook-test/${path}`, body);
	}

	private asked({
		nodeType,
		methodName,
		path,
		credential,
		parameters = {},
		typeVersion = 1,
	}: ParameterQuestion) {
		return {
			path,
			methodName,
			nodeTypeAndVersion: { name: nodeType, version: typeVersion },
			currentNodeParameters: parameters,
			...(credential && {
				credentials: { [credential.type]: { id: credential.id, name: credential.name } },
			}),
		};
	}

	private async settledPublication(
		id: string,
		settled: (status: PublicationStatus['status']) => boolean,
	): Promise<PublicationStatus> {
		return await until(
			async () => {
				const found = await this.publicationStatus(id);
				return found.status !== 'in_progress' && settled(found.status) && found;
			},
			// n8n itself gives up on a trigger after 5 attempts (15 s) or 84 s of hanging.
			{ what: `n8n to publish or unpublish workflow ${id}`, timeoutMs: 120_000 },
		);
	}
}
