import { createServer, type Server } from 'node:http';
import type {
	IDataObject,
	IHookFunctions,
	INode,
	INodeExecutionData,
	INodeType,
	IRun,
	ITriggerFunctions,
	IWebhookFunctions,
	WorkflowActivateMode,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { core } from './n8n';
import { makeAdditionalData, makeNode, makeWorkflow } from './run';

export interface Emitted {
	items: INodeExecutionData[];
	key: string | undefined;
	done: { resolve(run: IRun | undefined): void; reject(error: Error): void } | undefined;
}

/** A trigger started in n8n's own context, with everything n8n was told. */
export interface StartedTrigger {
	context: ITriggerFunctions;
	emitted: Emitted[];
	errors: Error[];
	failures: Error[];
}

export interface ContextOptions {
	parameters?: IDataObject;
	mode?: WorkflowExecuteMode;
	activation?: WorkflowActivateMode;
	settings?: Partial<INode>;
	/** the workflow's own time zone */
	timezone?: string;
	credentials?: Parameters<typeof makeAdditionalData>[0] extends infer T
		? T extends { credentials?: infer C }
			? C
			: never
		: never;
}

export function triggerContext(nodeType: INodeType, options: ContextOptions = {}): StartedTrigger {
	const node = makeNode(
		{ parameters: options.parameters ?? {}, settings: options.settings ?? {} },
		'test.subjectTrigger',
	);
	const started: Omit<StartedTrigger, 'context'> = { emitted: [], errors: [], failures: [] };
	const context = new core.TriggerContext(
		makeWorkflow(nodeType, node, options.timezone),
		node,
		makeAdditionalData(options.credentials === undefined ? {} : { credentials: options.credentials }),
		options.mode ?? 'trigger',
		options.activation ?? 'activate',
		(data, _response, done, key) =>
			started.emitted.push({ items: data[0] ?? [], key, done: done as Emitted['done'] }),
		(error) => started.errors.push(error),
		(error) => started.failures.push(error),
	);
	return { ...started, context: context as unknown as ITriggerFunctions };
}

/** n8n replaces `emit` and its siblings only after `trigger()` has returned; before that they throw. */
export function manualTriggerContext(nodeType: INodeType, options: ContextOptions = {}) {
	const node = makeNode(
		{ parameters: options.parameters ?? {}, settings: options.settings ?? {} },
		'test.subjectTrigger',
	);
	const context = new core.TriggerContext(
		makeWorkflow(nodeType, node),
		node,
		makeAdditionalData(options.credentials === undefined ? {} : { credentials: options.credentials }),
		'manual',
		'manual',
	) as unknown as ITriggerFunctions;
	const response = Promise.withResolvers<INodeExecutionData[][]>();
	return {
		context,
		response: response.promise,
		/** what n8n does between `trigger()` and `manualTriggerFunction()` */
		replaceEmit: () => {
			context.emit = (data) => {
				response.resolve(data);
			};
			context.emitError = (error) => {
				response.reject(error);
			};
			context.saveFailedExecution = (error) => {
				response.reject(error);
			};
		},
	};
}

export function hookContext(
	nodeType: INodeType,
	options: ContextOptions & { isTest?: boolean } = {},
): IHookFunctions {
	const node = makeNode(
		{ parameters: options.parameters ?? {}, settings: { webhookId: 'b5c6d7e8', ...options.settings } },
		'test.subjectTrigger',
	);
	return new core.HookContext(
		makeWorkflow(nodeType, node),
		node,
		makeAdditionalData(options.credentials === undefined ? {} : { credentials: options.credentials }),
		options.mode ?? 'trigger',
		options.activation ?? 'activate',
		{ isTest: options.isTest === true, webhookDescription: nodeType.description.webhooks![0]! } as never,
	) as unknown as IHookFunctions;
}

export interface SentResponse {
	status: number;
	headers: Record<string, string>;
	body: string | undefined;
	ended: boolean;
}

export function webhookContext(
	nodeType: INodeType,
	options: ContextOptions & { query?: IDataObject; body?: unknown; method?: string } = {},
	type = 'test.subjectTrigger',
): { context: IWebhookFunctions; response: SentResponse } {
	const node = makeNode(
		{ parameters: options.parameters ?? {}, settings: { webhookId: 'b5c6d7e8', ...options.settings } },
		type,
	);
	const response: SentResponse = { status: 200, headers: {}, body: undefined, ended: false };
	const httpResponse = {
		status(code: number) {
			response.status = code;
			return this;
		},
		setHeader(name: string, value: string) {
			response.headers[name] = value;
		},
		send(body: string) {
			response.body = body;
			response.ended = true;
		},
		end() {
			response.ended = true;
		},
	};
	const httpRequest = {
		method: options.method ?? 'POST',
		body: options.body ?? {},
		query: options.query ?? {},
		headers: {},
		params: {},
	};
	const additionalData = {
		...makeAdditionalData(options.credentials === undefined ? {} : { credentials: options.credentials }),
		httpRequest,
		httpResponse,
	};
	const context = new core.WebhookContext(
		makeWorkflow(nodeType, node),
		node,
		additionalData,
		options.mode ?? 'webhook',
		{ webhookDescription: nodeType.description.webhooks![0]! } as never,
		[],
		null,
	) as unknown as IWebhookFunctions;
	return { context, response };
}

/** A server in n8n's place: what is posted to it, and what it answers. */
export async function ownServer(
	answer: (path: string, body: IDataObject) => { status: number; body: string },
): Promise<{ origin: string; requests: { path: string; body: IDataObject }[]; close(): Promise<void> }> {
	const requests: { path: string; body: IDataObject }[] = [];
	const server: Server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const body = JSON.parse(Buffer.concat(chunks).toString()) as IDataObject;
			const path = request.url ?? '';
			requests.push({ path, body });
			const told = answer(path, body);
			response.statusCode = told.status;
			response.end(told.body);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	const port = typeof address === 'object' && address !== null ? address.port : 0;
	return {
		origin: `http://127.0.0.1:${port}`,
		requests,
		close: () =>
			new Promise((resolve) => {
				server.close(() => {
					resolve();
				});
				server.closeAllConnections();
			}),
	};
}
