import { KeyedQueue } from '../../runtime';
import { createHash } from 'node:crypto';
import { ChannelError, type DriverServices, type EventAccount, type OpenAccount } from '../../contract';
import type { AvitoAccount } from './account';
import { getSelf } from './api/account';
import { Enrichment } from './enrich';
import { eventsSince, latestEvents } from './history';
import { LastMessages } from './last-messages';
import { AvitoReader } from './reader';
import type { AvitoSelf } from './schemas/account';
import { Session } from './session/session';
import type { AvitoSettings } from './settings';

/** Opens an account: a token, and who it belongs to. Nothing stays open when it fails. */
export async function openAvito(
	settings: AvitoSettings,
	services: DriverServices,
	signal: AbortSignal,
): Promise<OpenAccount<AvitoAccount>> {
	const session = new Session(settings, services);
	try {
		const self = await whoAmI(session, settings, signal);
		if (self.id !== (settings.userId ?? self.id)) {
			services.logger.warn('avito: the keys belong to another account than the user id in the credential', {
				keys_of: self.id,
				user_id: settings.userId,
			});
		}
		return makeOpen(session, settings, services, self);
	} catch (error) {
		await session.close();
		throw error;
	}
}

/** The key's own account. With a user id in the credential the call may be forbidden to the keys; it is then not needed. */
async function whoAmI(session: Session, settings: AvitoSettings, signal: AbortSignal): Promise<AvitoSelf> {
	try {
		return (await getSelf(session, { signal })).value;
	} catch (error) {
		if (settings.userId === null || !ChannelError.is(error) || error.code !== 'permission_denied')
			throw error;
		return { id: settings.userId, name: null, email: null, phone: null, profile_url: null };
	}
}

function makeOpen(
	session: Session,
	settings: AvitoSettings,
	services: DriverServices,
	self: AvitoSelf,
): OpenAccount<AvitoAccount> {
	const userId = settings.userId ?? self.id;
	const caller = { session, userId };
	const account: AvitoAccount = {
		...caller,
		accountId: `avito:${userId}`,
		account: eventAccount(userId, settings, self),
		settings,
		services,
		enrichment: new Enrichment({ caller, clock: services.clock, budget: services.budget }),
		lastMessages: new LastMessages(),
		sends: new KeyedQueue(),
	};
	let reader: AvitoReader | null = null;
	let recoveries = 0;
	return {
		accountId: account.accountId,
		profile: {
			id: userId,
			name: self.name ?? '',
			username: null,
			phone: self.phone ?? null,
			phoneHash: account.account.phone_hash,
		},
		account,
		startReading(journal) {
			recoveries += reader?.recoveries ?? 0;
			reader = new AvitoReader(account, journal);
			return reader;
		},
		status: () => ({
			state: reader?.status ?? 'live',
			reconnects: recoveries + (reader?.recoveries ?? 0),
			inFlight: session.inFlight,
		}),
		latest: (limit, signal) => latestEvents(account, limit, signal),
		since: (sinceMs, { chatId, limitPerChat, signal }) =>
			eventsSince(account, Math.floor(sinceMs / 1000), {
				...(chatId === undefined ? {} : { chatIds: [chatId] }),
				...(limitPerChat === undefined ? {} : { limitPerChat }),
				context: { signal },
			}),
		async close() {
			await reader?.stop();
			await session.close();
		},
	};
}

function eventAccount(userId: string, settings: AvitoSettings, self: AvitoSelf): EventAccount {
	return {
		id: `avito:${userId}`,
		label: settings.label,
		phone_hash: settings.phoneHash ?? phoneHash(self.phone),
	};
}

/** First 16 hex digits of SHA-256 over the E.164 digits; a Russian number written with 8 is taken as 7. */
function phoneHash(phone: string | null | undefined): string | null {
	const digits = (phone ?? '').replace(/\D/g, '').replace(/^8(?=\d{10}$)/, '7');
	return digits === '' ? null : createHash('sha256').update(digits).digest('hex').slice(0, 16);
}
