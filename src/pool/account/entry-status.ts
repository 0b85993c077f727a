import { createHash } from 'node:crypto';
import type { AccountStatus, StoreInfo } from '../../contract';
import type { AccountEntry } from './entry';
import type { PoolShared } from './shared';

/** *Account: get status* of one entry; opens nothing. */
export function entryStatus(entry: AccountEntry, shared: PoolShared, store: StoreInfo | null): AccountStatus {
	const { config, connection } = entry;
	const live = connection?.open.status();
	const account = connection?.open.accountId ?? null;
	const stats = account === null ? undefined : shared.seats.find(account)?.hub?.stats();
	const profile = connection?.open.profile;
	return {
		channel: config.channel,
		session: createHash('sha256').update(config.session).digest('hex').slice(0, 12),
		account,
		label: config.label,
		authorized: connection !== undefined && entry.state !== 'ended',
		state: entry.state === 'live' ? (live?.state ?? 'live') : entry.state,
		since: new Date(entry.since).toISOString(),
		owner: shared.processName,
		profile:
			profile === undefined
				? null
				: {
						id: profile.id,
						name: profile.name,
						username: profile.username,
						phone_masked: maskPhone(profile.phone),
					},
		in_flight: entry.inFlight,
		queued: entry.budget.queued(),
		waiting_until: entry.budget.waitingUntil(),
		last_event: stats?.lastEventAt ?? null,
		last_used: entry.lastUsed === null ? null : new Date(entry.lastUsed).toISOString(),
		reconnects: Math.max(0, entry.reopened - 1) + (live?.reconnects ?? 0),
		last_error: entry.lastError,
		subscribers: entry.subscribers,
		settings: config.shownSettings,
		store: store === null ? { state: 'not opened yet' } : { ...store },
		version: shared.version,
	};
}

/** `+7******00`: enough to recognise one's own number, not enough to use it. */
export function maskPhone(phone: string | null): string | null {
	if (phone === null) return null;
	const digits = phone.replace(/\D/g, '');
	if (digits.length < 5) return '***';
	return `+${digits.slice(0, 1)}${'*'.repeat(digits.length - 3)}${digits.slice(-2)}`;
}
