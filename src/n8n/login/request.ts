import { createHash, timingSafeEqual } from 'node:crypto';
import type { IWebhookFunctions, IWebhookResponseData, INodeExecutionData } from 'n8n-workflow';
import { document, keyOf, LOGIN_HEADERS, validity, withLanguage, type Page, type PageContext } from './pages';
import { languageOf, TEXTS, type Language } from './texts';

type Context = Pick<
	IWebhookFunctions,
	'getRequestObject' | 'getResponseObject' | 'getQueryData' | 'getBodyData' | 'getHeaderData'
>;

/** Of Express's response what is used here; its declarations are not among what a node package gets. */
interface HttpResponse {
	setHeader(name: string, value: string): void;
	status(code: number): { send(body: string): void };
}

/** 256 bits as hex: nobody finds a login's address by trying. */
const TOKEN = /^[0-9a-f]{64}$/;
const COOKIE = 'messenger_login_';

/** One request of a browser, and the ways to answer it. */
export class PageRequest {
	readonly language: Language;
	readonly #context: Context;
	readonly #headers: Record<string, unknown>;
	readonly #query: Record<string, unknown>;

	constructor(context: Context) {
		this.#context = context;
		this.#headers = context.getHeaderData();
		this.#query = context.getQueryData() as Record<string, unknown>;
		const asked = this.#query['lang'];
		this.language = asked === 'en' || asked === 'ru' ? asked : languageOf(this.acceptLanguage);
	}

	get acceptLanguage(): string {
		return this.#header('accept-language');
	}

	get isPost(): boolean {
		return (this.#context.getRequestObject() as { method?: string }).method === 'POST';
	}

	/** The login's secret, out of the address. */
	get token(): string | null {
		const token = this.#query['login'];
		return typeof token === 'string' && TOKEN.test(token) ? token : null;
	}

	/** Network address of the browser, as n8n sees it (`N8N_PROXY_HOPS` behind a proxy). */
	get visitor(): string {
		return (this.#context.getRequestObject() as { ip?: string }).ip ?? '';
	}

	/** Set by the browser itself: another site's form or script cannot pretend. Older browsers send neither. */
	get comesFromElsewhere(): boolean {
		const site = this.#header('sec-fetch-site');
		return site !== '' && site !== 'same-origin' && site !== 'none';
	}

	readonly field = (name: string): string => {
		const value = (this.#context.getBodyData() as Record<string, unknown>)[name];
		return typeof value === 'string' ? value.slice(0, 2_000) : '';
	};

	/** Is it the browser that was given the cookie of this login? */
	hasCookie(token: string, expectedHash: string): boolean {
		const name = cookieNameOf(token);
		const cookies = this.#header('cookie')
			.split(';')
			.map((each) => each.trim())
			.filter((each) => each.startsWith(`${name}=`))
			.map((each) => each.slice(name.length + 1));
		return cookies.some((each) => sameText(hashOf(each), expectedHash));
	}

	page(page: Page, status = 200, workflowData?: INodeExecutionData[][]): IWebhookResponseData {
		const context = this.pageContext(0);
		const response = this.#response();
		if (this.#wantsJson) {
			const { view, theme, main, validForSeconds } = page;
			const body = {
				view,
				theme,
				html: main.text,
				key: keyOf(main),
				title: context.texts.title,
				valid: validForSeconds === null ? null : validity(context.texts, validForSeconds),
				home: context.home,
			};
			response.setHeader('content-type', 'application/json; charset=utf-8');
			// The script reads every answer; an error status would only be logged by the browser.
			response.status(200).send(JSON.stringify(body));
		} else {
			response.setHeader('content-type', 'text/html; charset=utf-8');
			response.status(status).send(document(page, context));
		}
		return { noWebhookResponse: true, ...(workflowData === undefined ? {} : { workflowData }) };
	}

	/** To the login's own address; its browser gets the cookie that opens it. */
	redirect(token: string, cookie?: { value: string; maxAgeSeconds: number }): IWebhookResponseData {
		const response = this.#response();
		if (cookie !== undefined) {
			const path = ((this.#context.getRequestObject() as { originalUrl?: string }).originalUrl ?? '/').split(
				'?',
			)[0];
			const secure = this.#isSecure ? '; Secure' : '';
			response.setHeader(
				'set-cookie',
				`${cookieNameOf(token)}=${cookie.value}; Path=${path ?? '/'}; HttpOnly; SameSite=Strict; Max-Age=${String(cookie.maxAgeSeconds)}${secure}`,
			);
		}
		const location = this.#address(token);
		if (this.#wantsJson) {
			response.setHeader('content-type', 'application/json; charset=utf-8');
			response.status(200).send(JSON.stringify({ location }));
		} else {
			response.setHeader('location', location);
			response.status(303).send('');
		}
		return { noWebhookResponse: true };
	}

	pageContext(now: number): PageContext {
		return {
			texts: TEXTS[this.language],
			language: this.language,
			address: this.#address(this.token),
			home: this.#address(null),
			now,
		};
	}

	/** Relative: it is right behind any proxy and below any path. */
	#address(token: string | null): string {
		const query = token === null ? '?' : `?login=${token}`;
		const asked = this.#query['lang'];
		return asked === 'en' || asked === 'ru' ? withLanguage(query, asked) : query;
	}

	get #wantsJson(): boolean {
		return this.isPost && this.#header('accept') === 'application/json';
	}

	get #isSecure(): boolean {
		const request = this.#context.getRequestObject() as { secure?: boolean };
		return request.secure === true || this.#header('x-forwarded-proto').startsWith('https');
	}

	#header(name: string): string {
		const value = this.#headers[name];
		return typeof value === 'string' ? value : '';
	}

	#response(): HttpResponse {
		const response = this.#context.getResponseObject() as unknown as HttpResponse;
		for (const [name, value] of Object.entries(LOGIN_HEADERS)) response.setHeader(name, value);
		return response;
	}
}

/** Of each login its own: whoever begins one in another tab goes on with both. */
function cookieNameOf(token: string): string {
	return COOKIE + createHash('sha256').update(`login cookie\n${token}`).digest('hex').slice(0, 12);
}

export function hashOf(secret: string): string {
	return createHash('sha256').update(`login browser\n${secret}`).digest('hex');
}

/** In a time that does not depend on where the two differ. */
export function sameText(given: string, expected: string): boolean {
	const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(given), digest(expected));
}
