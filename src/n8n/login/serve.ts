import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { codeMayNeverCome, waysOf, type Messenger } from '../../login';
import { KeyedQueue } from '../../runtime';
import { toNodeError } from '../errors';
import { host, type Host } from '../host';
import { countryOf } from './countries';
import { handOver } from './hand-over';
import { Limits } from './limits';
import type { PageState } from './page-state';
import { choosePage, donePage, endedPage, statePage } from './pages';
import type { Problem } from './problem';
import { hashOf, PageRequest, sameText } from './request';
import { needsApplication, readLoginSettings, type LoginSettings } from './settings';
import { StateStore } from './state-store';
import { Visit, type Outcome } from './visit';

/** One click after the other in one login, in this process. */
const clicks = new KeyedQueue();
/** Longer than any step of a login takes. ms */
const CLICK_MS = 90_000;

/** `webhook()` of *Messenger Login*: every page and every click. */
export async function serveLogin(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	try {
		const services = await host(context.logger);
		return await new Reception(context, services, await readLoginSettings(context)).answer();
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

/** Who comes in, and to which login. */
class Reception {
	readonly #context: IWebhookFunctions;
	readonly #host: Host;
	readonly #settings: LoginSettings;
	readonly #request: PageRequest;
	readonly #states: StateStore;
	readonly #limits: Limits;

	constructor(context: IWebhookFunctions, services: Host, settings: LoginSettings) {
		this.#context = context;
		this.#host = services;
		this.#settings = settings;
		this.#request = new PageRequest(context);
		const notes = services.pool.notes('login');
		this.#states = new StateStore(notes, services.random);
		const node = `${context.getWorkflow().id ?? ''}/${context.getNode().id}`;
		this.#limits = new Limits(notes, node, this.#request.visitor);
	}

	async answer(): Promise<IWebhookResponseData> {
		const request = this.#request;
		if (request.isPost && request.comesFromElsewhere) return this.#ended('refused', 403);
		const { token } = request;
		if (token === null)
			return request.isPost && request.field('action') === 'start' ? this.#start() : this.#choose();
		const { clock } = this.#host;
		const signal = new AbortController();
		const late = clock.after(CLICK_MS, () => signal.abort(new Error('the click before takes too long')));
		try {
			return await clicks.run(token, signal.signal, () => this.#click(token));
		} finally {
			late();
		}
	}

	#choose(problem: Problem | null = null, status = 200): IWebhookResponseData {
		const { messengers, accessKey } = this.#settings;
		const options = { messengers, asksKey: accessKey !== '', problem };
		return this.#request.page(choosePage(this.#request.pageContext(this.#host.clock.now()), options), status);
	}

	#ended(ending: Parameters<typeof endedPage>[1], status: number): IWebhookResponseData {
		return this.#request.page(endedPage(this.#request.pageContext(this.#host.clock.now()), ending), status);
	}

	async #start(): Promise<IWebhookResponseData> {
		const { accessKey, messengers, fields, linkMs } = this.#settings;
		const request = this.#request;
		const chosen = request.field('messenger');
		const messenger = messengers.find((each) => each === chosen);
		if (messenger === undefined) return this.#choose();
		if (accessKey !== '' && !sameText(request.field('key'), accessKey)) {
			const problem = await this.#limits.count('key');
			return this.#choose(problem ?? { topic: 'wrong_key', seconds: null }, problem === null ? 403 : 429);
		}
		if ((await this.#limits.count('start')) !== null) return this.#ended('busy', 429);
		const { clock, random } = this.#host;
		const [token, cookie, now] = [random.hex(32), random.hex(32), clock.now()];
		const ways = waysOf(messenger, fields[messenger]);
		await this.#states.save(
			token,
			{
				messenger,
				ways,
				way: ways[0] ?? 'qr',
				loginId: random.hex(16),
				browser: hashOf(cookie),
				formKey: random.hex(16),
				expiresAt: now + linkMs,
				application: null,
				step: null,
				typed: { country: countryOf(request.acceptLanguage), phone: '' },
				resendAt: 0,
				askedAt: 0,
				requests: 0,
				failures: 0,
				problem: null,
			},
			now,
		);
		clock.after(linkMs - 1_000, () => void this.#expire(token));
		return request.redirect(token, { value: cookie, maxAgeSeconds: Math.ceil(linkMs / 1000) });
	}

	async #click(token: string): Promise<IWebhookResponseData> {
		const request = this.#request;
		const state = await this.#states.load(token, this.#host.clock.now());
		if (state === null || !request.hasCookie(token, state.browser)) return this.#ended('gone', 410);
		if (!this.#settings.messengers.includes(state.messenger)) return this.#ended('gone', 410);
		if (!request.isPost) return this.#show(state);
		if (!sameText(request.field('form'), state.formKey)) return this.#ended('refused', 403);
		const outcome = await this.#visit(state).act(request.field('action'), request.field);
		return this.#conclude(token, outcome);
	}

	async #conclude(token: string, outcome: Outcome): Promise<IWebhookResponseData> {
		const request = this.#request;
		const now = this.#host.clock.now();
		if (outcome.kind === 'page') {
			await this.#states.save(token, outcome.state, now);
			return this.#show(outcome.state);
		}
		// First of all: whatever happens next, this link has ended.
		await this.#states.forget(token);
		if (outcome.kind === 'cancelled') return this.#ended('cancelled', 200);
		const { done, state } = outcome;
		const { messenger, way, application } = state;
		const handed = await handOver(this.#context, this.#settings, {
			messenger,
			way,
			done,
			application,
			at: now,
		});
		const page = donePage(request.pageContext(now), messenger, done, handed);
		return request.page(page, 200, [[{ json: handed.item }]]);
	}

	async #show(state: PageState): Promise<IWebhookResponseData> {
		const fields = this.#settings.fields[state.messenger];
		const circumstances = {
			needsApplication: needsApplication(state.messenger, fields),
			codeDoubtful: state.messenger === 'max' && codeMayNeverCome(fields),
		};
		const context = this.#request.pageContext(this.#host.clock.now());
		return this.#request.page(await statePage(context, state, circumstances));
	}

	#visit(state: PageState): Visit {
		const { pool, clock } = this.#host;
		return new Visit(state, {
			pool,
			clock,
			limits: this.#limits,
			fields: this.#settings.fields[state.messenger],
			unexplained: (error) => {
				this.#tell(state.messenger, error);
			},
		});
	}

	/** Nobody came back: what the messenger and the store still hold goes. */
	async #expire(token: string): Promise<void> {
		try {
			const state = await this.#states.load(token, this.#host.clock.now());
			if (state === null) return;
			await this.#visit(state).cancel();
			await this.#states.forget(token);
		} catch (error) {
			this.#context.logger.debug('an unfinished login could not be taken back', { error: String(error) });
		}
	}

	#tell(messenger: Messenger, error: unknown): void {
		const { message, code } = error as { message?: string; code?: string };
		this.#context.logger.warn(`${this.#context.getNode().name}: a step of a login failed`, {
			messenger,
			code: code ?? '',
			error: message ?? String(error),
		});
	}
}
