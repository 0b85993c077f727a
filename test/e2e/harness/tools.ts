import { randomUUID } from 'node:crypto';
import type { INode } from 'n8n-workflow';
import { request } from 'undici';
import type { N8nApi } from './api';
import { until } from './until';
import { node, workflow } from './workflow';

/** A tool as an AI agent sees it. */
export interface OfferedTool {
	readonly name: string;
	readonly description: string;
	readonly inputSchema: { readonly properties?: Record<string, unknown> };
}

/** What a tool answered: text parts, usually JSON. */
export interface ToolAnswer {
	readonly isError?: boolean;
	readonly content: Array<{ type: string; text: string }>;
}

/**
 * Nodes offered as tools through n8n's own MCP Server Trigger: n8n turns them into tools and runs them exactly as
 * for an AI agent, but the caller is a test instead of a language model.
 */
export class ToolServer {
	private id = 0;
	private sessionId: string | undefined;

	private constructor(
		private readonly api: N8nApi,
		private readonly url: string,
		private readonly workflowId: string,
	) {}

	/** Publishes a workflow that offers these nodes (their types end in `Tool`). */
	static async open(api: N8nApi, baseUrl: string, tools: INode[]): Promise<ToolServer> {
		const path = randomUUID();
		const trigger = node(
			'MCP',
			'@n8n/n8n-nodes-langchain.mcpTrigger',
			{ path, authentication: 'none' },
			{ typeVersion: 2, webhookId: path },
		);
		const wires = tools.map(({ name }) => [name, 'MCP', 0, 'ai_tool'] as const);
		const { id } = await api.createWorkflow(workflow('Tools', [trigger, ...tools], wires));
		await api.publish(id);
		const server = new ToolServer(api, `${baseUrl}/mcp/${path}`, id);
		const clientInfo = { name: 'end-to-end tests', version: '1' };
		const hello = { protocolVersion: '2025-03-26', capabilities: {}, clientInfo };
		await until(() => server.send('initialize', hello), { what: 'the tool server to answer' });
		return server;
	}

	async list(): Promise<OfferedTool[]> {
		return ((await this.send('tools/list', {})) as { tools: OfferedTool[] }).tools;
	}

	async call(name: string, args: Record<string, unknown>): Promise<ToolAnswer> {
		return (await this.send('tools/call', { name, arguments: args })) as ToolAnswer;
	}

	async close(): Promise<void> {
		await this.api.deleteWorkflow(this.workflowId);
	}

	/** One JSON-RPC request over streamable HTTP; the answer comes as JSON or as one server-sent event. */
	private async send(method: string, params: unknown): Promise<unknown> {
		const response = await request(this.url, {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				accept: 'application/json, text/event-stream',
				...(this.sessionId !== undefined && { 'mcp-session-id': this.sessionId }),
			},
			body: JSON.stringify({ jsonrpc: '2.0', id: ++this.id, method, params }),
		});
		const text = await response.body.text();
		const session = response.headers['mcp-session-id'];
		if (typeof session === 'string') this.sessionId = session;
		const data = /^data: (.*)$/m.exec(text)?.[1] ?? text;
		if (response.statusCode !== 200) throw new Error(`${method} -> ${response.statusCode}: ${text}`);
		const answer = JSON.parse(data) as { result?: unknown; error?: { message: string } };
		if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
		return answer.result;
	}
}
