import { ChannelError, type Channel, type Logger } from '../../contract';
import type { CredentialSource, Subscription } from '../../pool';
import { parseAccounts, type AccountEntry, type AccountList } from './entries';

export interface CrowdOptions {
	list: AccountList;
	/** is this account one of those the trigger listens on? */
	wants(entry: AccountEntry): boolean;
	source(entry: AccountEntry): CredentialSource;
	subscribe(source: CredentialSource, report: (error: ChannelError) => void): Subscription;
	/** what a person should know, with the account's label in it */
	report(label: string, error: ChannelError): void;
	logger: Pick<Logger, 'info'>;
}

/**
 * The accounts a trigger listens on, as many as its credential holds at the moment: one that is added joins, one that
 * is removed leaves, one that is badly edited stays as it was and is told. None of them knows of the others.
 */
export class Crowd {
	readonly #options: CrowdOptions;
	readonly #members = new Map<string, Subscription>();
	readonly #told = new Map<string, string>();
	#ended = false;

	constructor(options: CrowdOptions) {
		this.#options = options;
		this.#follow(options.list);
	}

	/** The credential was read again; one that cannot be understood changes nothing. */
	seen(data: unknown): void {
		if (this.#ended) return;
		try {
			this.#follow(data === null ? { entries: [], problems: [] } : parseAccounts(data));
			this.#told.delete('');
		} catch (error) {
			if (ChannelError.is(error)) this.#tell('', error);
		}
	}

	get labels(): string[] {
		return [...this.#members.keys()].map((key) => key.slice(key.indexOf(':') + 1));
	}

	end(): void {
		this.#ended = true;
		for (const subscription of this.#members.values()) subscription.end();
		this.#members.clear();
	}

	#follow({ entries, problems }: AccountList): void {
		const bad = new Set(problems.map(({ label }) => label));
		const wanted = new Map(
			entries
				.filter((entry) => this.#options.wants(entry))
				.map((entry) => [nameOf(entry.channel, entry.label), entry]),
		);
		for (const [name, subscription] of this.#members) {
			const label = name.slice(name.indexOf(':') + 1);
			if (wanted.has(name) || bad.has(label)) continue;
			subscription.end();
			this.#members.delete(name);
			this.#options.logger.info('an account left the trigger', { account: label });
		}
		for (const [name, entry] of wanted) {
			this.#told.delete(entry.label);
			if (this.#members.has(name)) continue;
			this.#members.set(name, this.#join(entry));
			this.#options.logger.info('an account joined the trigger', { account: entry.label });
		}
		for (const { label, error } of problems) this.#tell(label, error);
	}

	#join(entry: AccountEntry): Subscription {
		const { label } = entry;
		return this.#options.subscribe(this.#options.source(entry), (error) => {
			this.#options.report(label, error.message.includes(`"${label}"`) ? error : labelled(label, error));
		});
	}

	/** The credential is read once a minute: the same fault is told once. */
	#tell(label: string, error: ChannelError): void {
		if (this.#told.get(label) === error.message) return;
		this.#told.set(label, error.message);
		this.#options.report(label, error);
	}
}

function nameOf(channel: Channel, label: string): string {
	return `${channel}:${label}`;
}

function labelled(label: string, error: ChannelError): ChannelError {
	const { code, hint, retry, channel, account, providerCode, field } = error;
	return new ChannelError(code, `Account "${label}": ${error.message}`, {
		retry,
		cause: error,
		...(hint === undefined ? {} : { hint }),
		...(channel === undefined ? {} : { channel }),
		...(account === undefined ? {} : { account }),
		...(providerCode === undefined ? {} : { providerCode }),
		...(field === undefined ? {} : { field }),
	});
}
