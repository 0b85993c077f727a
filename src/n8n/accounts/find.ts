import { ChannelError, type Channel } from '../../contract';
import type { AccountEntry, AccountList } from './entries';

/** What the provider or an open connection told about an entry, where its own fields do not. */
export interface LearnedIdentity {
	/** AccountId, e.g. `max:123` */
	id: string | null;
	phoneHash: string | null;
}

/**
 * The account a node asks for by label, id (with or without the messenger's prefix) or phone hash: label first, since
 * it is unique; the first name that leads somewhere wins. Pure.
 * @param names what to look for, in this order (an event offers its account's label, id and hash)
 */
export function findEntry(
	{ entries }: AccountList,
	names: readonly string[],
	channel: Channel | null,
	learned: (entry: AccountEntry) => LearnedIdentity | undefined = () => undefined,
): AccountEntry | undefined {
	const candidates = entries.filter((entry) => channel === null || entry.channel === channel);
	for (const name of names.map((each) => each.trim()).filter((each) => each !== '')) {
		const found =
			candidates.find(({ label }) => label === name) ??
			candidates.find((entry) => idsOf(entry, learned(entry)).includes(name)) ??
			candidates.find((entry) => hashesOf(entry, learned(entry)).includes(name.toLowerCase()));
		if (found !== undefined) return found;
	}
	return undefined;
}

function idsOf({ id, channel }: AccountEntry, learned: LearnedIdentity | undefined): string[] {
	const prefix = `${channel}:`;
	const plain = [id, learned?.id?.replace(prefix, '') ?? null].filter((each) => each !== null);
	return plain.flatMap((each) => [each, `${prefix}${each}`]);
}

function hashesOf({ phoneHash }: AccountEntry, learned: LearnedIdentity | undefined): string[] {
	return [phoneHash, learned?.phoneHash ?? null].filter((each) => each !== null);
}

/** Says what is wrong with the account asked for: it is bad, of another messenger, or not there. */
export function notFound(list: AccountList, names: readonly string[], channel: Channel | null): ChannelError {
	const [name = ''] = names;
	if (name === '')
		return new ChannelError('invalid_parameter', 'Account: is empty', {
			field: 'Account',
			hint: 'Choose an account of the Messenger Accounts credential.',
		});
	const problem = list.problems.find(({ label }) => names.includes(label));
	if (problem !== undefined) return problem.error;
	const other = findEntry(list, names, null);
	return new ChannelError(
		'invalid_parameter',
		other === undefined
			? `Account: the credential has no account "${name}"`
			: `Account: "${name}" is an account of ${other.channel}, not of ${channel ?? ''}`,
		{
			field: 'Account',
			hint:
				other === undefined
					? 'Give the label, the ID or the phone_hash of an account of the Messenger Accounts credential. An ID or phone_hash that is not written down in the credential is known once the account was connected.'
					: 'Use the node of that messenger, or the Messenger node.',
		},
	);
}
