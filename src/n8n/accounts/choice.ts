import type { IExecuteFunctions } from 'n8n-workflow';
import { invalidParameter, type Channel, type Clock } from '../../contract';
import type { CredentialSource, Lease, Pool } from '../../pool';
import { credentialSource } from '../credential';
import type { Parameters } from '../parameters';
import type { AccountEntry } from './entries';
import { ACCOUNT, AUTHENTICATION, MANY } from './fields';
import { findEntry, notFound, type LearnedIdentity } from './find';
import { accountsRegistry } from './registry';
import { openAccounts, type OpenedAccounts } from './source';

/** On which accounts a node works: those of one messenger, or of any (null), which then stand in *Messenger Accounts*. */
export interface NodeAccounts {
	channel: Channel | null;
	/** n8n's type of the node's own credential, e.g. `avitoApi` */
	credentialType: string;
}

/** Which account an item is about. */
export interface AccountWish {
	/** label, id or phone hash, the surest first */
	names: readonly string[];
	channel: Channel | null;
}

/** An account that is at hand until the choice is closed. */
export interface ChosenAccount {
	lease: Lease;
	channel: Channel;
	source: CredentialSource;
	/** names the account among all credentials of n8n, for keys of sends */
	credentialId: string;
}

/** The accounts of one run of one node: the one of its own credential, or whichever each item names. */
export interface AccountChoice {
	/** @throws ChannelError when the item names no account, or one that cannot be used */
	of(parameters: Parameters, wish?: AccountWish): Promise<ChosenAccount>;
	/** the one account all these items are about */
	ofAll(parameters: readonly Parameters[]): Promise<ChosenAccount>;
	/** the same, without taking it */
	sourceOf(parameters: Parameters, wish?: AccountWish): Promise<Omit<ChosenAccount, 'lease'>>;
	close(): Promise<void>;
}

/** Makes of the account's credential the one an item needs. */
type Adapt = (source: CredentialSource, parameters: Parameters) => Promise<CredentialSource>;

/** Reads the credential, which counts as one read of it. */
export async function openAccountChoice(
	context: IExecuteFunctions,
	{ channel, credentialType }: NodeAccounts,
	{ pool, clock }: { pool: Pool; clock: Clock },
	adapt?: Adapt,
): Promise<AccountChoice> {
	const many = channel === null || context.getNodeParameter(AUTHENTICATION, 0, '') === MANY;
	if (many) {
		const accounts = await openAccounts(context, accountsRegistry(pool, clock));
		return adapted(pool, new ManyAccounts(pool, accounts, channel), adapt);
	}
	const source = await credentialSource(context, { channel, credentialType });
	const leased: ChosenAccount[] = [];
	const account = (): ChosenAccount =>
		(leased[0] ??= { lease: pool.lease(source), channel, source, credentialId: source.id });
	const choice: AccountChoice = {
		of: () => Promise.resolve(account()),
		ofAll: () => Promise.resolve(account()),
		sourceOf: () => Promise.resolve({ channel, source, credentialId: source.id }),
		close: async () => {
			await Promise.all(leased.map(({ lease }) => lease.close()));
		},
	};
	return adapted(pool, choice, adapt);
}

/** The accounts as an operation needs them that works on a changed credential: each item has its own. */
function adapted(pool: Pool, choice: AccountChoice, adapt: Adapt | undefined): AccountChoice {
	if (adapt === undefined) return choice;
	const leases: Lease[] = [];
	const of = async (parameters: Parameters, wish?: AccountWish): Promise<ChosenAccount> => {
		const saved = await choice.sourceOf(parameters, wish);
		const source = await adapt(saved.source, parameters);
		const lease = pool.lease(source);
		leases.push(lease);
		return { ...saved, source, lease };
	};
	return {
		of,
		ofAll: ([first]) =>
			first === undefined ? Promise.reject(invalidParameter('Account', 'there is no item')) : of(first),
		sourceOf: (parameters, wish) => choice.sourceOf(parameters, wish),
		close: async () => {
			await Promise.all([choice.close(), ...leases.map((lease) => lease.close())]);
		},
	};
}

class ManyAccounts implements AccountChoice {
	readonly #pool: Pool;
	readonly #accounts: OpenedAccounts;
	readonly #channel: Channel | null;
	readonly #chosen = new Map<string, ChosenAccount>();
	#learned: ReadonlyMap<AccountEntry, LearnedIdentity> | undefined;

	constructor(pool: Pool, accounts: OpenedAccounts, channel: Channel | null) {
		this.#pool = pool;
		this.#accounts = accounts;
		this.#channel = channel;
	}

	async of(parameters: Parameters, wish?: AccountWish): Promise<ChosenAccount> {
		return this.#open(await this.#entryOf(parameters, wish));
	}

	async sourceOf(parameters: Parameters, wish?: AccountWish): Promise<Omit<ChosenAccount, 'lease'>> {
		return this.#named(await this.#entryOf(parameters, wish));
	}

	#entryOf(parameters: Parameters, wish?: AccountWish): Promise<AccountEntry> {
		const { names, channel } = wish ?? { names: [parameters.located(ACCOUNT).value], channel: null };
		return this.#find(names, channel ?? this.#channel);
	}

	async ofAll(parameters: readonly Parameters[]): Promise<ChosenAccount> {
		const accounts = await Promise.all(parameters.map((each) => this.of(each)));
		const [first] = accounts;
		if (first !== undefined && accounts.every((account) => account === first)) return first;
		throw invalidParameter(
			'Account',
			'all items have to be about the same account here',
			'Group the items by account first, such as with a Loop Over Items node.',
		);
	}

	async close(): Promise<void> {
		await Promise.all([...this.#chosen.values()].map(({ lease }) => lease.close()));
	}

	#open(entry: AccountEntry): ChosenAccount {
		const known = this.#chosen.get(entry.label);
		if (known !== undefined) return known;
		const named = this.#named(entry);
		const account = { ...named, lease: this.#pool.lease(named.source) };
		this.#chosen.set(entry.label, account);
		return account;
	}

	#named(entry: AccountEntry): Omit<ChosenAccount, 'lease'> {
		return {
			channel: entry.channel,
			source: this.#accounts.source(entry),
			credentialId: `${this.#accounts.id}/${entry.label}`,
		};
	}

	async #find(names: readonly string[], channel: Channel | null): Promise<AccountEntry> {
		const { list } = this.#accounts;
		const written = findEntry(list, names, channel);
		if (written !== undefined) return written;
		const learned = (this.#learned ??= await this.#learn());
		const found = findEntry(list, names, channel, (entry) => learned.get(entry));
		if (found !== undefined) return found;
		throw notFound(list, names, channel);
	}

	/** Whose sessions these are, as far as it is known without connecting any of them. */
	async #learn(): Promise<ReadonlyMap<AccountEntry, LearnedIdentity>> {
		const learned = new Map<AccountEntry, LearnedIdentity>();
		for (const entry of this.#accounts.list.entries) {
			try {
				const lease = this.#pool.lease(this.#accounts.source(entry));
				const { account, profile } = await lease.status().finally(() => lease.close());
				learned.set(entry, { id: account, phoneHash: profile?.phone_hash ?? null });
			} catch {
				// A bad account is bad for itself; it is only not found by what nobody knows of it.
			}
		}
		return learned;
	}
}
