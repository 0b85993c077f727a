import { ChannelError, type AccountConfig, type EventFilter } from '../contract';
import type { Attached } from './account/attendance';
import type { AccountEntry } from './account/entry';
import type { CredentialWatch } from './account/credential-watch';
import type { Listener } from './account/reader-seat';
import type { CredentialSource, Subscription } from './types';

export interface Binding {
	source: CredentialSource;
	/** parses the credential and finds its entry; throws ChannelError */
	entryFor(source: CredentialSource): AccountEntry;
	watch: CredentialWatch;
	listener(config: AccountConfig, live: () => void): Listener;
	report(error: ChannelError): void;
}

/**
 * Ties one listener to whatever account its credential names at the moment: when the credential is edited to another
 * session it moves, when the credential is unusable it stays registered and waits for the next edit.
 */
export class BoundSubscription implements Subscription {
	readonly #binding: Binding;
	readonly #live = Promise.withResolvers<void>();
	readonly #unwatch: () => void;
	#source: CredentialSource;
	#bound: { entry: AccountEntry; attached: Attached } | undefined;
	#ended = false;

	constructor(binding: Binding) {
		this.#binding = binding;
		this.#source = binding.source;
		this.#unwatch = binding.watch.watch(binding.source, {
			changed: (data) => {
				this.#source = { ...this.#source, data };
				this.#bind();
			},
			gone: () => {
				this.#unbind();
				binding.report(
					new ChannelError('credential_invalid', 'The credential of this trigger no longer exists', {
						hint: 'Choose another credential in the trigger and publish the workflow again.',
					}),
				);
			},
		});
		this.#bind();
	}

	get live(): Promise<void> {
		return this.#live.promise;
	}

	end(): void {
		if (this.#ended) return;
		this.#ended = true;
		this.#unwatch();
		this.#unbind();
	}

	#bind(): void {
		if (this.#ended) return;
		try {
			const entry = this.#binding.entryFor(this.#source);
			if (this.#bound?.entry === entry) return;
			this.#unbind();
			const attached: Attached = {
				listener: this.#binding.listener(entry.config, () => {
					this.#live.resolve();
				}),
				report: (error) => {
					this.#binding.report(error);
				},
				source: this.#source,
				detach: null,
			};
			this.#bound = { entry, attached };
			entry.attach(attached);
		} catch (error) {
			this.#binding.report(
				ChannelError.is(error)
					? error
					: new ChannelError('credential_invalid', 'The credential could not be read', { cause: error }),
			);
		}
	}

	#unbind(): void {
		this.#bound?.entry.detach(this.#bound.attached);
		this.#bound = undefined;
	}
}

/** *Allowed chats* holds for triggers too: what the credential does not allow never reaches a workflow. */
export function withinAllowedChats(filter: EventFilter, allowed: readonly string[]): EventFilter {
	if (allowed.length === 0) return filter;
	const chosen =
		filter.includeChats.length === 0 ? [...allowed] : filter.includeChats.filter((c) => allowed.includes(c));
	return { ...filter, includeChats: chosen.length === 0 ? ['none of the allowed chats'] : chosen };
}
