import { Agent, request } from 'undici';

/** n8n answered a request with something other than 2xx. */
export class N8nHttpError extends Error {
	constructor(
		readonly method: string,
		readonly path: string,
		readonly status: number,
		readonly body: string,
	) {
		super(`${method} ${path} -> ${status}: ${body.slice(0, 1_000)}`);
		this.name = 'N8nHttpError';
	}
}

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/**
 * A signed-in user of n8n's internal REST interface: keeps the login cookie and sends the same `browser-id` with
 * every request, to which n8n ties the login. The login survives a restart of n8n.
 */
export class N8nSession {
	private readonly browserId = 'end-to-end-tests';
	private cookie: string | undefined;
	private agent = new Agent();

	constructor(readonly baseUrl: string) {}

	/** One request to `/rest…`; the answer's `data`. Throws N8nHttpError for anything but 2xx. */
	async send(method: Method, path: string, body?: unknown): Promise<unknown> {
		const answer = await this.raw(method, `/rest${path}`, body);
		if (answer.text === '') return undefined;
		const parsed = JSON.parse(answer.text) as { data?: unknown };
		return 'data' in parsed ? parsed.data : parsed;
	}

	/** One request to any path of n8n (webhooks, health); text and status, 2xx only. */
	async raw(method: Method, path: string, body?: unknown): Promise<{ status: number; text: string }> {
		const { status, bytes } = await this.fetch(method, path, body);
		return { status, text: bytes.toString() };
	}

	/** A file. */
	async bytes(path: string): Promise<Buffer> {
		return (await this.fetch('GET', path)).bytes;
	}

	private async fetch(
		method: Method,
		path: string,
		body?: unknown,
	): Promise<{ status: number; bytes: Buffer }> {
		const response = await request(`${this.baseUrl}${path}`, {
			method,
			dispatcher: this.agent,
			headers: {
				'browser-id': this.browserId,
				...(this.cookie === undefined ? {} : { cookie: this.cookie }),
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
			},
			body: body === undefined ? null : JSON.stringify(body),
		});
		const bytes = Buffer.from(await response.body.arrayBuffer());
		this.remember(response.headers['set-cookie']);
		if (response.statusCode < 200 || response.statusCode > 299) {
			throw new N8nHttpError(method, path, response.statusCode, bytes.toString());
		}
		return { status: response.statusCode, bytes };
	}

	/** Drops the connections: those to an n8n that ended would fail the first requests to the next one. */
	async disconnect(): Promise<void> {
		const agent = this.agent;
		this.agent = new Agent();
		await agent.destroy();
	}

	private remember(setCookie: string | string[] | undefined): void {
		for (const line of [setCookie ?? []].flat()) {
			const pair = line.split(';', 1)[0];
			if (pair?.startsWith('n8n-auth=')) this.cookie = pair;
		}
	}
}
