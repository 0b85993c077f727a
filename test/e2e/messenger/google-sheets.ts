import { generateKeyPairSync, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Front } from '../harness/front';

/** What n8n's *Google Service Account API* credential holds. */
const ACCOUNT = 'n8n@project.iam.gserviceaccount.com';
const TOKEN = 'token-of-the-service-account';
const SHEET = { sheetId: 7, title: 'Leads', gridProperties: { rowCount: 1_000, columnCount: 26 } };

interface Answer {
	readonly status: number;
	readonly body: unknown;
}

const refused = (status: number, message: string): Answer => ({
	status,
	body: { error: { code: status, message } },
});
const given = (body: unknown): Answer => ({ status: 200, body });

/**
 * As much of Google as a row in a sheet takes, under its own addresses: an access token for a signed assertion
 * (oauth2.googleapis.com), and one spreadsheet with one sheet (sheets.googleapis.com, v4).
 */
export class GoogleSheets {
	readonly spreadsheetId = '1aBcDeFgHiJkLmNoPqRsTuVwXyZ';
	readonly sheetId = SHEET.sheetId;
	/** The cells, row by row; the first one names the columns. */
	readonly rows: string[][] = [];
	readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
	readonly #server: Server;
	#front: Front | undefined;

	private constructor() {
		this.#server = createServer((request, response) => {
			void read(request).then((body) => {
				const { status, body: answer } = this.#answer(request, body);
				response.writeHead(status, { 'content-type': 'application/json' });
				response.end(JSON.stringify(answer));
			});
		});
	}

	static async open(): Promise<GoogleSheets> {
		const google = new GoogleSheets();
		google.#server.listen(0, '127.0.0.1');
		await once(google.#server, 'listening');
		google.#front = await Front.open((google.#server.address() as AddressInfo).port);
		return google;
	}

	/** What n8n is started with, so that Google's addresses lead here. */
	get environment(): Record<string, string> {
		return this.#front?.environment ?? {};
	}

	/** Values of the credential type `googleApi`. */
	get credential(): Record<string, string> {
		const privateKey = this.#keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
		return { email: ACCOUNT, privateKey };
	}

	async close(): Promise<void> {
		await this.#front?.close();
		this.#server.closeAllConnections();
		this.#server.close();
	}

	#answer({ method = '', url = '', headers }: IncomingMessage, body: string): Answer {
		const { pathname } = new URL(url, 'https://localhost');
		if (headers.host === 'oauth2.googleapis.com') return this.#token(pathname, new URLSearchParams(body));
		if (headers.host !== 'sheets.googleapis.com') return refused(404, `nobody is ${headers.host ?? ''}`);
		if (headers.authorization !== `Bearer ${TOKEN}`) return refused(401, 'the token is not valid');
		const path = decodeURIComponent(pathname);
		const base = `/v4/spreadsheets/${this.spreadsheetId}`;
		if (method === 'GET' && path === base) return given({ sheets: [{ properties: SHEET }] });
		if (method === 'POST' && path === `${base}:batchUpdate`) return given({ replies: [{}] });
		if (!path.startsWith(`${base}/values/`)) return refused(404, `nothing is at ${path}`);
		return this.#values(method, path.slice(`${base}/values/`.length), body);
	}

	/** RFC 7523: the assertion must be signed with the account's key, for this server and for sheets. */
	#token(path: string, form: URLSearchParams): Answer {
		const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
		const isSigned = verify(
			'RSA-SHA256',
			Buffer.from(`${head}.${claims}`),
			this.#keys.publicKey,
			Buffer.from(signature, 'base64url'),
		);
		const { iss, aud, scope } = JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}') as Record<
			string,
			string | undefined
		>;
		const isFor = path === '/token' && aud === 'https://oauth2.googleapis.com/token' && iss === ACCOUNT;
		if (!isSigned || !isFor || scope?.includes('/auth/spreadsheets') !== true)
			return { status: 400, body: { error: 'invalid_grant' } };
		return given({ access_token: TOKEN, expires_in: 3_599, token_type: 'Bearer' });
	}

	/** `Leads!2:2` is one row, `Leads` and `Leads!A:Z` are all; the name may stand in quotation marks. */
	#values(method: string, range: string, body: string): Answer {
		const [sheet, cells = ''] = range.split('!');
		if (sheet?.replace(/^'(.*)'$/, '$1') !== SHEET.title)
			return refused(400, `Unable to parse range: ${range}`);
		const row = /^[A-Z]*(\d+)/.exec(cells)?.[1];
		const first = row === undefined ? 0 : Number(row) - 1;
		if (method === 'GET') {
			const values = row === undefined ? this.rows : this.rows.slice(first, first + 1);
			return given({ range, majorDimension: 'ROWS', ...(values.length === 0 ? {} : { values }) });
		}
		if (method !== 'PUT' || row === undefined) return refused(400, `${method} ${range} is not understood`);
		const { values } = JSON.parse(body) as { values: string[][] };
		for (const [index, value] of values.entries()) this.rows[first + index] = value;
		return given({ spreadsheetId: this.spreadsheetId, updatedRange: range, updatedRows: values.length });
	}
}

async function read(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString();
}
