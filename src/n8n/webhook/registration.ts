import type { Clock, Json, Logger, Random } from '../../contract';
import type { Lease } from '../../pool';
import { backoffMs, redactText } from '../../runtime';
import { sameAddress, withSecret } from './address';
import type { Registered } from './registry';

/** Providers drop addresses on their own; one look per reconciliation pass is enough to notice. */
const CHECK_MS = 5 * 60 * 1000;
const RETRY = { firstMs: 5_000, maxMs: 5 * 60 * 1000 };
/** After this many failures an unpublished trigger leaves its address behind; the provider gets a 404 there. */
const REMOVE_ATTEMPTS = 6;

export interface RegistrationServices {
	clock: Clock;
	random: Random;
	logger: Pick<Logger, 'info' | 'warn'>;
}

/** Commands of a channel that keeps a list of webhook addresses. */
export interface WebhookCommands {
	list: string;
	subscribe: string;
	unsubscribe: string;
}

/**
 * Keeps one address registered with the provider, in the background and for ever: looks, adds what is missing, removes
 * older addresses of the same trigger, waits, looks again. It never throws; a provider that is away is asked again.
 * Turned off, it takes its own address away, and turned on again meanwhile it stays.
 */
export class Registration implements Registered {
	readonly #commands: WebhookCommands;
	readonly #services: RegistrationServices;
	readonly #ended: () => void;
	readonly #url: string;
	#readSecret: () => Promise<string>;
	#lease: Lease;
	#wanted = true;
	#lastProblem = '';
	#wake = new AbortController();

	/** The secret is read before every look: it changes with the credential, without a new publication. */
	constructor(
		url: string,
		readSecret: () => Promise<string>,
		lease: Lease,
		commands: WebhookCommands,
		services: RegistrationServices,
		ended: () => void,
	) {
		this.#url = url;
		this.#readSecret = readSecret;
		this.#lease = lease;
		this.#commands = commands;
		this.#services = services;
		this.#ended = ended;
		void this.#run();
	}

	keep(readSecret: () => Promise<string>, lease: Lease): void {
		const former = this.#lease;
		this.#readSecret = readSecret;
		this.#lease = lease;
		this.#wanted = true;
		this.#wake.abort();
		void former.close();
	}

	remove(): void {
		this.#wanted = false;
		this.#wake.abort();
	}

	async #run(): Promise<void> {
		let failures = 0;
		for (;;) {
			const wanted = this.#wanted;
			try {
				if (wanted) await this.#ensure();
				else await this.#takeAway();
				failures = 0;
				this.#lastProblem = '';
				if (!wanted && !this.#stillWanted()) break;
			} catch (error) {
				failures++;
				this.#tell(error, wanted);
				if (!wanted && !this.#stillWanted() && failures >= REMOVE_ATTEMPTS) break;
			}
			if (wanted === this.#stillWanted()) await this.#pause(failures);
			else failures = 0;
		}
		this.#ended();
		await this.#lease.close();
	}

	/** Behind a function because it changes while the loop awaits. */
	#stillWanted(): boolean {
		return this.#wanted;
	}

	async #ensure(): Promise<void> {
		const address = withSecret(this.#url, await this.#readSecret());
		const registered = await this.#listed();
		if (!registered.includes(address)) {
			await this.#call(this.#commands.subscribe, address);
			this.#services.logger.info('webhook registered');
		}
		for (const url of registered)
			if (url !== address && sameAddress(url, address)) await this.#call(this.#commands.unsubscribe, url);
	}

	async #takeAway(): Promise<void> {
		const own = (await this.#listed()).filter((url) => sameAddress(url, this.#url));
		for (const url of own) await this.#call(this.#commands.unsubscribe, url);
		this.#services.logger.info('webhook removed');
	}

	async #listed(): Promise<string[]> {
		const { items } = await this.#lease.call({ name: this.#commands.list, input: {} });
		return items.map(({ url }) => url).filter((url: Json | undefined) => typeof url === 'string');
	}

	async #call(name: string, url: string): Promise<void> {
		await this.#lease.call({ name, input: { url } });
	}

	/** The same trouble is logged once, not at every attempt. */
	#tell(error: unknown, wanted: boolean): void {
		const problem = redactText(error instanceof Error ? error.message : String(error));
		if (problem === this.#lastProblem) return;
		this.#lastProblem = problem;
		const what = wanted ? 'registration' : 'removal';
		this.#services.logger.warn(`webhook ${what} failed, trying again in the background`, { error: problem });
	}

	async #pause(failures: number): Promise<void> {
		const { clock, random } = this.#services;
		this.#wake = new AbortController();
		const ms = failures === 0 ? CHECK_MS : backoffMs(failures, RETRY, random);
		await clock.sleep(ms, this.#wake.signal).catch(() => undefined);
	}
}
