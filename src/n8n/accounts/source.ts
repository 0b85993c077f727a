import type { CredentialSource } from '../../pool';
import { isGone, type CredentialContext } from '../credential';
import { ACCOUNTS_CREDENTIAL, parseAccounts, type AccountEntry, type AccountList } from './entries';
import type { AccountsRegistry } from './registry';

/** A *Messenger Accounts* credential as a node has read it, and how to read it again. */
export interface OpenedAccounts {
	/** n8n's credential id */
	id: string;
	list: AccountList;
	/** the whole credential anew; null when it no longer exists */
	read(): Promise<unknown>;
	/** one account of it, as the pool takes it */
	source(entry: AccountEntry): CredentialSource;
}

/** @throws ChannelError `credential_invalid` when the credential is no list of accounts at all */
export async function openAccounts(
	context: CredentialContext,
	registry: AccountsRegistry,
): Promise<OpenedAccounts> {
	const data = await context.getCredentials(ACCOUNTS_CREDENTIAL);
	const id = context.getNode().credentials?.[ACCOUNTS_CREDENTIAL]?.id ?? '';
	const list = parseAccounts(data);
	registry.seen(id, data);
	const read = (): Promise<unknown> =>
		registry.read(id, () =>
			context
				.getCredentials(ACCOUNTS_CREDENTIAL)
				.catch((error: unknown) => (isGone(error) ? null : Promise.reject(error as Error))),
		);
	return {
		id,
		list,
		read,
		source: ({ label, channel, data: fields }) => ({
			channel,
			id,
			entry: label,
			data: fields,
			read: async () => {
				const now = await read();
				if (now === null) return null;
				const { entries, problems } = parseAccounts(now);
				const problem = problems.find((each) => each.label === label);
				// Badly edited is not removed: what runs goes on with what it has.
				if (problem !== undefined) throw problem.error;
				return entries.find((each) => each.label === label && each.channel === channel)?.data ?? null;
			},
		}),
	};
}
