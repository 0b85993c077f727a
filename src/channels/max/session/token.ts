import type { DriverServices } from '../../../contract';

const NAME = 'token';

/**
 * The login token: the credential's own, or the newer one the service handed out. The newer one is sealed with the
 * credential's, so a changed credential never meets it.
 */
export class TokenKeeper {
	readonly #services: Pick<DriverServices, 'secrets' | 'logger'>;
	readonly #own: string;
	#current: string | null = null;

	constructor(services: Pick<DriverServices, 'secrets' | 'logger'>, own: string) {
		this.#services = services;
		this.#own = own;
	}

	async current(): Promise<string> {
		this.#current ??= (await this.#stored()) ?? this.#own;
		return this.#current;
	}

	/** A token in a reply: kept before anything else is done with the reply. A store that fails loses only the newer token. */
	async learn(token: string | null): Promise<void> {
		if (token === null || token === '' || token === this.#current) return;
		this.#current = token;
		try {
			await this.#services.secrets.put(NAME, token);
		} catch (error) {
			this.#services.logger.warn('max: a new token could not be kept', { error: String(error) });
		}
	}

	/** The newer token was refused: is the credential's own worth a try? */
	async fallBack(): Promise<boolean> {
		if (this.#current === null || this.#current === this.#own) return false;
		this.#current = this.#own;
		await this.#services.secrets.delete(NAME).catch(() => undefined);
		return true;
	}

	async #stored(): Promise<string | null> {
		try {
			return await this.#services.secrets.get(NAME);
		} catch (error) {
			this.#services.logger.warn('max: the kept token could not be read', { error: String(error) });
			return null;
		}
	}
}
