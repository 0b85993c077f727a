import type { AccountId, SessionKey } from '../contract';
import type { Commands } from './connection';
import type { Consumers } from './consumers';
import type { Epoch } from './epoch';
import { dataLost, refusalOf } from './faults';
import type { Intents } from './intents';
import type { Keys } from './keys';
import { ACCOUNT_KEEP_MS, VALUE_KEEP_MS } from './lifetimes';
import { textOrNull, texts } from './replies';
import { epoch as epochs, values } from './scripts';
import type { Waits } from './waits';

/** Which life of Redis an account is entered for. */
export interface Life {
	epoch: Epoch;
	cluster: boolean;
	/** of leases: '' = Redis' own clock */
	now(): string;
}

/** Which accounts there are, which sessions led to them, and how all of one is forgotten. */
export class Accounts {
	readonly #commands: Commands;
	readonly #keys: Keys;
	readonly #life: Life;
	/** accounts this process has listed already; a Redis that lost its data is told again */
	readonly #listed = new Set<AccountId>();

	constructor(commands: Commands, keys: Keys, life: Life) {
		this.#commands = commands;
		this.#keys = keys;
		this.#life = life;
	}

	/**
	 * Before anything of an account is written, so that no key exists that the sweep does not know of, and nobody writes
	 * who believes in another life of this Redis.
	 */
	async list(account: AccountId): Promise<void> {
		if (this.#listed.has(account)) return;
		this.#listed.add(account);
		const { epoch, cluster, now } = this.#life;
		try {
			// In one go: an append that is asked for now finds the account entered.
			await Promise.all([
				this.#commands.run(
					epochs.enterAccount,
					[this.#keys.account(account), ...(cluster ? [] : [this.#keys.epoch()])],
					[now(), epoch.id, epoch.losses > 0 ? epoch.life : '', ACCOUNT_KEEP_MS],
				),
				this.#commands.run(values.addMembers, [this.#keys.accounts()], [VALUE_KEEP_MS, account]),
			]);
		} catch (error) {
			this.#listed.delete(account);
			if (refusalOf(error) !== 'EPOCH') throw error;
			await epoch.again(this.#commands);
			throw dataLost();
		}
	}

	/** It was listed, or is just being listed: what is asked of Redis now comes after that. */
	isListed(account: AccountId): boolean {
		return this.#listed.has(account);
	}

	/** Redis has lost its data: every account must be listed anew. */
	reset(): void {
		this.#listed.clear();
	}

	async all(): Promise<AccountId[]> {
		return texts(await this.#commands.call('SMEMBERS', this.#keys.accounts()));
	}

	/** Also prolongs the list: whoever sweeps it uses it. */
	async keepList(): Promise<void> {
		await this.#commands.call('PEXPIRE', this.#keys.accounts(), VALUE_KEEP_MS);
	}

	async rememberSession(session: SessionKey, account: AccountId): Promise<void> {
		await this.list(account);
		await this.#commands.run(values.addMembers, [this.#keys.sessionsOf(account)], [VALUE_KEEP_MS, session]);
		await this.#commands.call('SET', this.#keys.session(session), account, 'PX', VALUE_KEEP_MS);
	}

	async accountOf(session: SessionKey): Promise<AccountId | null> {
		return textOrNull(await this.#commands.call('GET', this.#keys.session(session)));
	}

	/** Sessions that lead to this account now; one that has moved to another account is no longer its own. */
	async sessionsOf(account: AccountId): Promise<SessionKey[]> {
		const listed = texts(await this.#commands.call('SMEMBERS', this.#keys.sessionsOf(account)));
		const led = await Promise.all(listed.map((session) => this.accountOf(session)));
		return listed.filter((_, index) => led[index] === account);
	}

	/** The lists go last: when this is broken off, the next *forget* still finds everything. */
	async forget(
		account: AccountId,
		of: { consumers: Consumers; intents: Intents; waits: Waits },
	): Promise<void> {
		const keys = this.#keys;
		const del = (...names: string[]) => this.#commands.call('DEL', ...names);
		const ids = texts(await this.#commands.call('SMEMBERS', keys.consumersOf(account)));
		await Promise.all([
			...ids.map((id) => of.consumers.forgetOf(id, account)),
			of.intents.forget(account),
			of.waits.forget(account),
		]);
		const sessions = await this.sessionsOf(account);
		await Promise.all(
			sessions.map((session) =>
				Promise.all([del(keys.values(session)), del(keys.secrets(session)), del(keys.session(session))]),
			),
		);
		const entries = [keys.journal(account), keys.held(account), keys.seen(account), keys.chats(account)];
		const lists = [keys.consumersOf(account), keys.sessionsOf(account), keys.waitsOf(account)];
		await del(keys.pauses(account), keys.paceChats(account), keys.pace(account, ''));
		await del(
			...entries,
			keys.intentsOf(account),
			keys.values(account),
			keys.secrets(account),
			keys.account(account),
		);
		await del(...lists);
		this.#listed.delete(account);
		await this.#commands.call('SREM', keys.accounts(), account);
	}
}
