import { request } from 'undici';

export interface Answer {
	status: number;
	headers: Record<string, string | string[] | undefined>;
	text: string;
}

/** A browser without a script: keeps cookies, follows redirects, fills in forms. */
export class Visitor {
	address: string;
	answer: Answer = { status: 0, headers: {}, text: '' };
	readonly headers: Record<string, string>;
	#cookies = new Map<string, string>();

	constructor(address: string, headers: Record<string, string> = {}) {
		this.address = address;
		this.headers = headers;
	}

	get text(): string {
		return this.answer.text;
	}

	/** Which page it is. */
	get view(): string {
		return /<main[^>]* data-view="([^"]*)"/.exec(this.text)?.[1] ?? '';
	}

	/** What it says, without tags. */
	get words(): string {
		const body = this.text.replace(/<(style|script)>.*?<\/\1>/gs, '').replace(/<[^>]+>/g, ' ');
		return body.replaceAll('&#39;', "'").replace(/\s+/g, ' ');
	}

	/** The value of a field that is shown to be copied. */
	value(label: string): string {
		const id = new RegExp(`<label for="([^"]+)">${label}</label>`).exec(this.text)?.[1] ?? 'none';
		const input = new RegExp(`<input[^>]*id="${id}"[^>]*>`, 's').exec(this.text)?.[0] ?? '';
		return /value="([^"]*)"/.exec(input)?.[1] ?? '';
	}

	get formKey(): string {
		return /name="form" value="([0-9a-f]+)"/.exec(this.text)?.[1] ?? '';
	}

	open(address = this.address): Promise<this> {
		return this.#go('GET', address);
	}

	/** Presses a button of the page. */
	press(action: string, fields: Record<string, string> = {}, form = this.formKey): Promise<this> {
		return this.#go('POST', this.address, new URLSearchParams({ form, action, ...fields }).toString());
	}

	async #go(method: 'GET' | 'POST', address: string, body: string | null = null): Promise<this> {
		const response = await request(address, {
			method,
			headers: {
				...this.headers,
				...(body === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
				cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
			},
			body,
		});
		this.answer = {
			status: response.statusCode,
			headers: response.headers,
			text: await response.body.text(),
		};
		for (const line of [response.headers['set-cookie'] ?? []].flat()) {
			const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
			this.#cookies.set(name, value);
		}
		this.address = address;
		const { location } = response.headers;
		return typeof location === 'string' ? this.#go('GET', new URL(location, address).href) : this;
	}
}
