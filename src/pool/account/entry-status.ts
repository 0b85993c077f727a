import { createHash } from 'node:crypto';
import type { AccountStatus, StoreInfo } from '../../contract';
import type { Connection } from './connection';
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
		lease: connection === undefined ? null : leaseStatus(connection, shared),
		profile:
			profile === undefined
				? null
				: {
						id: profile.id,
						name: profile.name,
						username: profile.username,
						phone_masked: maskPhone(profile.phone),
						phone_hash: profile.phoneHash,
					},
		in_flight: entry.inFlight,
		queued: entry.budget.queued(),
		waiting_until: entry.budget.waitingUntil(),
		last_event: stats?.lastEventAt ?? null,
		last_used: entry.lastUsed === null ? null : new Date(entry.lastUsed).toISOString(),
		reconnects: entry.reopened + (live?.reconnects ?? 0),
		last_error: entry.lastError,
		subscribers: entry.subscribers,
		settings: config.shownSettings,
		store: store === null ? { state: 'not opened yet' } : { ...store },
		version: shared.version,
	};
}

function leaseStatus({ lease }: Connection, { clock }: PoolShared): AccountStatus['lease'] {
	const { heldMs, leftMs } = lease.age();
	return {
		since: new Date(clock.now() - heldMs).toISOString(),
		age_seconds: Math.round(heldMs / 1_000),
		left_seconds: Math.round(leftMs / 1_000),
	};
}

/** `+7******00`: enough to recognise one's own number, not enough to use it. */
export function maskPhone(phone: string | null): string | null {
	if (phone === null) return null;
	const digits = phone.replace(/\D/g, '');
	if (digits.length < 5) return '***';
	return `+${digits.slice(0, 1)}${'*'.repeat(digits.length - 3)}${digits.slice(-2)}`;
}
