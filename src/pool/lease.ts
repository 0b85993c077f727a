import { ChannelError, type AccountStatus, type CallOptions, type CallResult, type Command } from '../contract';
import { ACCOUNT_COMMANDS, assertPermitted, type AccountOperations } from './account/account-commands';
import type { AccountEntry } from './account/entry';
import type { Lease } from './types';

/** A counted handle on an account: releases itself once, never closes what others use. */
export class EntryLease implements Lease {
	readonly #entry: AccountEntry;
	readonly #operations: AccountOperations;
	readonly #release: () => void;
	#ended = false;

	constructor(entry: AccountEntry, operations: AccountOperations) {
		this.#entry = entry;
		this.#operations = operations;
		this.#release = entry.use();
	}

	async call(command: Command, options: CallOptions = {}): Promise<CallResult> {
		if (this.#ended) throw new ChannelError('cancelled', 'This lease was released already');
		const own = ACCOUNT_COMMANDS[command.name];
		if (own === undefined) return this.#entry.call(command, options);
		assertPermitted(this.#entry, command, own.permission);
		return own.run(this.#entry, this.#operations);
	}

	async status(): Promise<AccountStatus> {
		return (await this.#operations.status(this.#entry)) as unknown as AccountStatus;
	}

	close(): Promise<void> {
		if (!this.#ended) {
			this.#ended = true;
			this.#release();
		}
		return Promise.resolve();
	}
}
