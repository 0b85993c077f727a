import { int, type TlObject } from '../tl';
import { iso } from './base';

/** Who hides the exact time is "recently", "last_week" or "last_month" (core.telegram.org/type/UserStatus). */
const WORDS: Readonly<Record<string, string>> = {
	userStatusOnline: 'online',
	userStatusOffline: 'offline',
	userStatusRecently: 'recently',
	userStatusLastWeek: 'last_week',
	userStatusLastMonth: 'last_month',
};

export interface Presence {
	online: boolean;
	presence: string;
	/** ISO 8601; null where it is hidden, and while somebody is online */
	last_seen: string | null;
}

export function presenceOf(status: TlObject | null): Presence {
	const presence = WORDS[status?._ ?? ''] ?? 'unknown';
	const seen = status?._ === 'userStatusOffline' ? int(status, 'was_online') : null;
	return {
		online: presence === 'online',
		presence,
		last_seen: seen === null || seen <= 0 ? null : iso(seen),
	};
}
