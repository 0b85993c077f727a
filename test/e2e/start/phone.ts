import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Listener, readBody } from '../../sandbox/shared';
import type { N8n } from '../harness';
import type { Line, OtherSide } from './messengers';

const MAX_BODY_BYTES = 64 * 1024;

/** What the page shows of a messenger. */
interface Column {
	readonly id: string;
	readonly messenger: string;
	readonly person: string;
	readonly account: string;
	readonly lines: readonly Line[];
	/** Executions of the workflow that answers, by how they ended. */
	readonly executions: { readonly success: number; readonly failed: number; readonly running: number };
	readonly workflow: string;
}

const headers = {
	'cache-control': 'no-store',
	'content-security-policy':
		"default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
	'x-content-type-options': 'nosniff',
};

/** A page on which one chats as the person at the other side of each messenger; on 127.0.0.1 only. */
export class Phone {
	private constructor(private readonly listener: Listener) {}

	/** Serves it on a free port; `workflows`: the id of the workflow that answers in a messenger. */
	static async open(
		sides: readonly OtherSide[],
		n8n: N8n,
		workflows: ReadonlyMap<OtherSide['id'], string>,
	): Promise<Phone> {
		const page = await readFile(join(import.meta.dirname, 'phone.html'));
		const columns = (): Column[] => sides.map((side) => column(side, n8n, workflows.get(side.id) ?? ''));
		const listener: Listener = new Listener('127.0.0.1', (request, response) => {
			const site = { page, columns, sides, host: new URL(listener.origin).host };
			void replyTo(request, site)
				.catch((error: unknown): Reply => ({ status: 500, body: String(error) }))
				.then(({ status, body, type = 'text/plain; charset=utf-8' }) => {
					response.writeHead(status, { ...headers, 'content-type': type }).end(body);
				});
		});
		await listener.start();
		return new Phone(listener);
	}

	get address(): string {
		return this.listener.origin;
	}

	close(): Promise<void> {
		return this.listener.stop();
	}
}

function column(side: OtherSide, n8n: N8n, workflowId: string): Column {
	const { id, messenger, person, account } = side;
	const {
		success = 0,
		error = 0,
		crashed = 0,
		canceled = 0,
		running = 0,
		new: waiting = 0,
	} = n8n.countExecutions(workflowId);
	return {
		id,
		messenger,
		person,
		account,
		lines: side.lines(),
		executions: { success, failed: error + crashed + canceled, running: running + waiting },
		workflow: `${n8n.baseUrl.replace('127.0.0.1', 'localhost')}/workflow/${workflowId}`,
	};
}

interface Site {
	readonly page: Buffer;
	readonly columns: () => Column[];
	readonly sides: readonly OtherSide[];
	readonly host: string;
}

interface Reply {
	readonly status: number;
	readonly body?: string | Buffer;
	readonly type?: string;
}

async function replyTo(request: IncomingMessage, { page, columns, sides, host }: Site): Promise<Reply> {
	// Another site that the browser has open may point its own name at this address.
	if (request.headers.host !== host) return { status: 403, body: 'unknown host' };
	const asked = `${request.method} ${request.url}`;
	if (asked === 'GET /') return { status: 200, body: page, type: 'text/html; charset=utf-8' };
	if (asked === 'GET /conversations') {
		return { status: 200, body: JSON.stringify(columns()), type: 'application/json' };
	}
	if (asked !== 'POST /messages') return { status: 404, body: 'there is no such page' };
	// A form of another site cannot send JSON without asking first.
	if (request.headers['content-type'] !== 'application/json') return { status: 415, body: 'JSON, please' };
	const body = await readBody(request, MAX_BODY_BYTES);
	const { to, text } = JSON.parse(body.toString()) as { to?: unknown; text?: unknown };
	const side = sides.find(({ id }) => id === to);
	if (side === undefined || typeof text !== 'string' || text.trim() === '') {
		return { status: 400, body: 'to: a messenger; text: what to write' };
	}
	side.writes(text.trim());
	return { status: 204 };
}
