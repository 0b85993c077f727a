import { createHash } from 'node:crypto';
import { CHANNELS, ChannelError, type Channel } from '../../contract';

/** n8n's credential type that holds many accounts. */
export const ACCOUNTS_CREDENTIAL = 'messengerAccountsApi';

/** The messengers as people call them, in the order in which a trigger with an output for each has them. */
export const CHANNEL_NAMES: Readonly<Record<Channel, string>> = {
	max: 'MAX',
	telegram: 'Telegram',
	avito: 'Avito',
};

/** One account of a *Messenger Accounts* credential, in the shape its messenger's own credential has. */
export interface AccountEntry {
	/** the name it stands under: unique, shown in events, stable across edits of its values */
	label: string;
	channel: Channel;
	/** the fields of the messenger's own credential, shared settings and label included */
	data: Readonly<Record<string, unknown>>;
	/** the provider's user id as the person wrote it down, without the messenger's prefix; null = not written down */
	id: string | null;
	/** 16 hex digits, written down or made of the phone number; null = neither is there */
	phoneHash: string | null;
}

/** Why an account of the list cannot be used; the others can. No value of it is in the sentence. */
export interface EntryProblem {
	label: string;
	error: ChannelError;
}

/** What a credential holds. A bad entry is a problem of its own and never one of its neighbours. */
export interface AccountList {
	entries: readonly AccountEntry[];
	problems: readonly EntryProblem[];
}

/** What n8n shows in place of a secret; saved under a new name it would be taken for the secret itself. */
const MASK = '***';

/** What makes two entries the same session; the second one could only disturb the first. */
const SECRETS: Record<Channel, readonly string[]> = {
	max: ['token'],
	telegram: ['session'],
	avito: ['clientId', 'userId'],
};

/** Names people write for a messenger. */
const CHANNEL_WORDS: Readonly<Record<string, Channel>> = {
	max: 'max',
	maxuser: 'max',
	telegram: 'telegram',
	telegramuser: 'telegram',
	tg: 'telegram',
	avito: 'avito',
};

/**
 * The fields of the *Messenger Accounts* credential → its accounts. The accounts are one JSON object, label → account:
 * a list would let n8n give the secret of one row to another when rows are removed (it restores masked values by place).
 * @throws ChannelError `credential_invalid` when there is no such object at all
 */
export function parseAccounts(credential: unknown): AccountList {
	const fields = isRecord(credential) ? credential : {};
	const accounts = readObject(fields['accounts'], 'Accounts');
	const shared = readObject(fields['sharedSettings'], 'Shared Settings');
	const entries: AccountEntry[] = [];
	const problems: EntryProblem[] = [];
	const sessions = new Map<string, string>();
	for (const [label, value] of Object.entries(accounts)) {
		try {
			const entry = readEntry(label.trim(), value, shared);
			const session = sessionOf(entry);
			const twin = session === null ? undefined : sessions.get(session);
			if (twin !== undefined) throw bad(label, `is the same session as "${twin}"; remove one of them`);
			if (entries.some((other) => other.label === entry.label))
				throw bad(label, 'differs from another label only by blanks');
			if (session !== null) sessions.set(session, entry.label);
			entries.push(entry);
		} catch (error) {
			problems.push({ label, error: ChannelError.is(error) ? error : bad(label, 'could not be read') });
		}
	}
	return { entries, problems };
}

function readObject(value: unknown, field: string): Record<string, unknown> {
	if (value === undefined || value === null || value === '') return {};
	let parsed: unknown = value;
	if (typeof value === 'string') {
		try {
			parsed = JSON.parse(value) as unknown;
		} catch {
			// The parser's own words quote what it read, and that may be a session.
			throw unusable(field, 'is not valid JSON');
		}
	}
	if (isRecord(parsed)) return parsed;
	throw unusable(field, 'must be an object, such as {"my-shop": {"channel": "avito", …}}');
}

function readEntry(label: string, value: unknown, shared: Record<string, unknown>): AccountEntry {
	if (label === '') throw bad(label, 'needs a label: the name in front of the colon');
	if (!isRecord(value)) throw bad(label, 'must be an object with channel and the fields of its messenger');
	const channel = channelOf(label, value['channel']);
	const common = shared[channel];
	if (common !== undefined && !isRecord(common))
		throw bad(label, `Shared Settings, field ${channel}: must be an object`);
	const { channel: _channel, id, phone, ...own } = value;
	const data: Record<string, unknown> = { ...common, ...own, label };
	const masked = Object.keys(data).find((field) => data[field] === MASK);
	if (masked !== undefined)
		throw bad(
			label,
			`field ${masked}: holds the mask *** instead of its value`,
			'Renaming an account needs its values anew: n8n knows masked values by their label.',
			masked,
		);
	const phoneHash = hashOf(label, data['phoneHash'], phone);
	return {
		label,
		channel,
		data: phoneHash === null ? data : { ...data, phoneHash },
		id: idOf(id ?? data['userId'], channel),
		phoneHash,
	};
}

function channelOf(label: string, value: unknown): Channel {
	const word = typeof value === 'string' ? value.toLowerCase().replaceAll(/[\s_-]/g, '') : '';
	const channel = CHANNEL_WORDS[word];
	if (channel !== undefined) return channel;
	throw bad(label, `field channel: must be ${CHANNELS.join(', ')}`, undefined, 'channel');
}

function idOf(value: unknown, channel: Channel): string | null {
	if (typeof value !== 'string' && typeof value !== 'number') return null;
	const id = String(value).trim();
	return id === '' ? null : id.replace(new RegExp(`^${channel}:`), '');
}

/** The number itself stays here: what is kept is the hash that events carry; a Russian 8 at the beginning is a 7. */
function hashOf(label: string, given: unknown, phone: unknown): string | null {
	if (given !== undefined && given !== null && given !== '') {
		const hash = typeof given === 'string' ? given.trim().toLowerCase() : '';
		if (!/^[0-9a-f]{16}$/.test(hash))
			throw bad(label, 'field phoneHash: must be 16 hex digits', undefined, 'phoneHash');
		return hash;
	}
	if (typeof phone !== 'string' && typeof phone !== 'number') return null;
	const digits = String(phone)
		.replaceAll(/\D/g, '')
		.replace(/^8(?=\d{10}$)/, '7');
	if (digits === '') return null;
	return createHash('sha256').update(digits).digest('hex').slice(0, 16);
}

function sessionOf({ channel, data }: AccountEntry): string | null {
	const parts = SECRETS[channel].map((field) => textOf(data[field]));
	// An account before its first login has no session it could share.
	return parts[0] === '' ? null : JSON.stringify([channel, ...parts]);
}

function textOf(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unusable(field: string, problem: string): ChannelError {
	return new ChannelError('credential_invalid', `Messenger Accounts credential, field ${field}: ${problem}`, {
		field,
		hint: 'Open the Messenger Accounts credential and correct this field.',
	});
}

function bad(label: string, problem: string, hint?: string, field?: string): ChannelError {
	return new ChannelError('credential_invalid', `Account "${label}": ${problem}`, {
		hint: hint ?? 'Open the Messenger Accounts credential and correct this account.',
		...(field === undefined ? {} : { field }),
	});
}
