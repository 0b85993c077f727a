import {
	ChannelError,
	type AccountStatus,
	type CallOptions,
	type CallResult,
	type Command,
	type Random,
	type StoreInfo,
} from '../contract';
import { correlated } from '../runtime';
import { ACCOUNT_COMMANDS, type AccountOperations } from './account/account-commands';
import type { AccountEntry } from './account/entry';
import { assertPermitted } from './policy';
import type { Lease } from './types';

/** A counted handle on an account: releases itself once, never closes what others use. */
export class EntryLease implements Lease {
	readonly #entry: AccountEntry;
	readonly #operations: AccountOperations;
	readonly #release: () => void;
	readonly #storeInfo: () => StoreInfo | null;
	readonly #random: Random;
	#ended = false;

	constructor(
		entry: AccountEntry,
		operations: AccountOperations,
		storeInfo: () => StoreInfo | null,
		random: Random,
	) {
		this.#entry = entry;
		this.#operations = operations;
		this.#storeInfo = storeInfo;
		this.#random = random;
		this.#release = entry.use();
	}

	/** Whatever is logged because of it, here and in other processes, carries its id. */
	call(command: Command, options: CallOptions = {}): Promise<CallResult> {
		const correlationId = options.correlationId ?? this.#random.hex(8);
		return correlated(correlationId, () => this.#call(command, { ...options, correlationId }));
	}

	async #call(command: Command, options: CallOptions): Promise<CallResult> {
		if (this.#ended) throw new ChannelError('cancelled', 'This lease was released already');
		const own = ACCOUNT_COMMANDS[command.name];
		if (own === undefined) return this.#withStoreHint(await this.#entry.call(command, options));
		assertPermitted(this.#entry.config.policy, own.permission);
		return (
			(await this.#operations.elsewhere(this.#entry, command, options)) ??
			own.run(this.#entry, this.#operations)
		);
	}

	/** Whoever sends must know when nothing is remembered over a restart. */
	#withStoreHint(result: CallResult): CallResult {
		const info = this.#storeInfo();
		if (info === null || info.durable || info.degraded === null) return result;
		return { ...result, hints: [...(result.hints ?? []), info.degraded] };
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
