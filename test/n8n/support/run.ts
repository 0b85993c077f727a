import type {
	IBinaryKeyData,
	ICredentialDataDecryptedObject,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeType,
	IRun,
	IWorkflowExecuteAdditionalData,
	Workflow,
} from 'n8n-workflow';
import { core, workflow as n8n } from './n8n';

export const CREDENTIAL = { id: 'cred1', name: 'Avito account' };

/** Data every test account has unless it says otherwise. */
export const CREDENTIAL_DATA: ICredentialDataDecryptedObject = { clientId: 'id', clientSecret: 'a-secret' };

export interface RunOptions {
	parameters: IDataObject;
	items?: { json: IDataObject; binary?: IBinaryKeyData }[];
	/** node settings: `onError`, `retryOnFail`, … */
	settings?: Partial<INode>;
	/** the workflow's own time zone */
	timezone?: string;
	executionId?: string | undefined;
	/** a failed run whose data this one goes on with, as n8n's *Retry* does */
	retryOf?: IRun;
	/** how often the node ran before in this execution (a loop) */
	earlierRuns?: number;
	credentials?: () => ICredentialDataDecryptedObject | Promise<ICredentialDataDecryptedObject>;
	/** called with the running execution, to cancel it */
	started?: (execution: { cancel(): void }) => void;
}

export function makeNode(options: Pick<RunOptions, 'parameters' | 'settings'>, type = 'test.subject'): INode {
	return {
		id: 'node-1',
		name: 'Subject',
		type,
		typeVersion: 1,
		position: [0, 0],
		parameters: options.parameters as INode['parameters'],
		credentials: { avitoApi: CREDENTIAL },
		...options.settings,
	};
}

/** A workflow `Start → Subject` around the node under test. */
export function makeWorkflow(nodeType: INodeType, node: INode, timezone = 'UTC'): Workflow {
	const start: INodeType = {
		description: {
			displayName: 'Start',
			name: 'start',
			group: ['trigger'],
			version: 1,
			description: 'Start of the test',
			defaults: { name: 'Start' },
			inputs: [],
			outputs: ['main'],
			properties: [],
		},
	};
	const types: Record<string, INodeType> = { 'test.start': start, [node.type]: nodeType };
	return new n8n.Workflow({
		id: 'workflow-1',
		name: 'Test',
		active: false,
		nodes: [
			{ id: 'start', name: 'Start', type: 'test.start', typeVersion: 1, position: [0, 0], parameters: {} },
			node,
		],
		connections: { Start: { main: [[{ node: node.name, type: 'main', index: 0 }]] } },
		nodeTypes: {
			getByName: (name) => types[name]!,
			getByNameAndVersion: (name) => types[name]!,
			getKnownTypes: () => ({}),
		},
		settings: { executionOrder: 'v1', timezone },
	});
}

export function makeAdditionalData(options: Partial<RunOptions> = {}): IWorkflowExecuteAdditionalData {
	const executionId = 'executionId' in options ? options.executionId : '77';
	return {
		currentNodeExecutionIndex: 0,
		executionId,
		credentialsHelper: {
			getDecrypted: async () => (await options.credentials?.()) ?? CREDENTIAL_DATA,
			getCredentialsProperties: () => [],
			isCredentialUsableByNode: () => true,
		},
		hooks: new core.ExecutionLifecycleHooks('manual', executionId ?? '', { id: 'workflow-1' } as never),
		restApiUrl: 'http://127.0.0.1:5678/rest',
		instanceBaseUrl: 'http://127.0.0.1:5678/',
		webhookBaseUrl: 'http://127.0.0.1:5678/webhook',
		webhookTestBaseUrl: 'http://127.0.0.1:5678/webhook-test',
		webhookWaitingBaseUrl: 'http://127.0.0.1:5678/webhook-waiting',
		formWaitingBaseUrl: 'http://127.0.0.1:5678/form-waiting',
		variables: {},
		setExecutionStatus: () => undefined,
	} as unknown as IWorkflowExecuteAdditionalData;
}

const finishedRun = { startTime: 0, executionTime: 0, executionIndex: 0, source: [], data: { main: [[]] } };

/** Runs the node in n8n's own engine. */
export async function run(nodeType: INodeType, options: RunOptions): Promise<IRun> {
	const node = makeNode(options);
	const workflow = makeWorkflow(nodeType, node, options.timezone);
	const items = options.items ?? [{ json: {} }];
	const runData = n8n.createRunExecutionData({
		executionData: {
			nodeExecutionStack: [
				{
					node,
					data: { main: [items.map((item, index) => ({ ...item, pairedItem: { item: index } }))] },
					source: { main: [{ previousNode: 'Start' }] },
				},
			],
			contextData: options.retryOf?.data.executionData?.contextData ?? {},
			metadata: {},
			waitingExecution: {},
			waitingExecutionSource: {},
		},
		resultData: {
			runData: {
				...(options.earlierRuns === undefined
					? {}
					: { [node.name]: Array.from({ length: options.earlierRuns }, () => finishedRun) }),
				Start: [
					{
						startTime: 0,
						executionTime: 0,
						executionIndex: 0,
						source: [],
						data: { main: [items.map((item) => ({ ...item, pairedItem: { item: 0 } }))] },
					},
				],
			},
		},
	});
	const execution = new core.WorkflowExecute(makeAdditionalData(options), 'manual', runData);
	const running = execution.processRunExecutionData(workflow);
	options.started?.(running);
	return running;
}

/** Items of the first output. @throws the node's error when it failed */
export function outputOf(result: IRun, output = 0): INodeExecutionData[] {
	const data = result.data.resultData.runData['Subject']?.at(-1);
	if (data?.error !== undefined) throw data.error;
	return data?.data?.['main']?.[output] ?? [];
}

export function errorOf(result: IRun) {
	return result.data.resultData.runData['Subject']?.at(-1)?.error;
}
