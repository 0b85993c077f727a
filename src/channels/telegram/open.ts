import { createHash } from 'node:crypto';
import type { DriverServices, OpenAccount } from '../../contract';
import { ChannelError } from '../../contract';
import type { TelegramAccount } from './account';
import { TelegramConnection } from './client/connection';
import { MessageChats } from './events/message-chats';
import { eventsSince, latestEvents } from './history';
import { PeerBook } from './peers/peer-book';
import { PeerResolver } from './peers/resolve';
import { startOfLogin } from './login';
import { TelegramReader } from './reader';
import { createLink } from './seam';
import type { TelegramSettings } from './settings';
import { isTlObject, text, type TlObject } from './tl';
import { Transcriptions } from './transcriptions';
import type { EngineInput } from './updates/types';

const CONNECT_MS = 15_000;
const LOG_IN = 'Log in (Login operations) and put the session into the credential.';

/** Opens an account: a connection, and who it belongs to. Nothing stays open when it fails. */
export async function openTelegram(
	settings: TelegramSettings,
	services: DriverServices,
	signal: AbortSignal,
): Promise<OpenAccount<TelegramAccount>> {
	const book = new PeerBook(services);
	const transcriptions = new Transcriptions(services.clock);
	let reader: TelegramReader | null = null;
	const connection = new TelegramConnection({
		session: settings.loggedOut ? await startOfLogin(settings, services) : settings.session,
		makeLink: (session, events) =>
			createLink({
				session,
				apiId: settings.apiId,
				apiHash: settings.apiHash,
				device: settings.device,
				proxy: settings.proxy,
				publicKeys: settings.publicKeys,
				connectMs: CONNECT_MS,
				clock: services.clock,
				assertOwner: services.assertOwner,
				events,
			}),
		clock: services.clock,
		random: services.random,
		logger: services.logger,
		budget: services.budget,
		onInput: (input: EngineInput) => reader?.input(input),
		learn: (payload) => {
			book.learn(payload);
			transcriptions.see(payload);
		},
		onState: (state) => {
			if (state === 'waiting') {
				services.accountState({ state: 'disconnected', reason: 'Telegram cannot be reached; trying again' });
			}
		},
		onEnded: (error) => {
			services.accountState({
				state: 'ended',
				reason: error.message,
				error,
				...(error.hint === undefined ? {} : { hint: error.hint }),
			});
		},
		connectMs: CONNECT_MS,
		requestMs: settings.timeoutMs,
	});
	await connection.open(signal);
	try {
		if (settings.loggedOut) return loggedOutAccount({ settings, services, connection, book, transcriptions });
		await book.load();
		const self = await whoAmI(connection, signal);
		book.learn({ _: '', users: [self] });
		const account = makeAccount(self, { settings, services, connection, book, transcriptions });
		return {
			accountId: account.accountId,
			profile: {
				id: account.userId,
				name: book.get(account.userId)?.name ?? '',
				username: book.get(account.userId)?.username ?? null,
				phone: account.phone,
				phoneHash: account.account.phone_hash,
			},
			account,
			startReading(journal) {
				reader = new TelegramReader(account, journal);
				const started = reader;
				return {
					live: started.live,
					checkNow: () => started.checkNow(),
					stop: async () => {
						if (reader === started) reader = null;
						await started.stop();
					},
				};
			},
			status: () => ({
				state: statusOf(connection, reader),
				reconnects: connection.reconnects,
				inFlight: connection.inFlight,
			}),
			latest: (limit, stop) => latestEvents(account, limit, stop),
			since: (sinceMs, { chatId, limitPerChat, signal: stop }) =>
				eventsSince(account, Math.floor(sinceMs / 1000), {
					...(chatId === undefined ? {} : { chatIds: [chatId] }),
					...(limitPerChat === undefined ? {} : { limitPerChat }),
					signal: stop,
				}),
			async close() {
				await reader?.stop();
				await connection.close();
			},
		};
	} catch (error) {
		await connection.close();
		throw error;
	}
}

/** @throws ChannelError `session_ended` when the session belongs to nobody (any more) */
export async function whoAmI(connection: TelegramConnection, signal: AbortSignal): Promise<TlObject> {
	const users = await connection.call({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] }, { signal });
	const self: unknown = Array.isArray(users) ? users[0] : null;
	if (isTlObject(self)) return self;
	throw new ChannelError('session_ended', 'The session is not logged in', {
		channel: 'telegram',
		hint: LOG_IN,
	});
}

/** An account nobody is logged in to: only the login operations work on it. */
function loggedOutAccount(
	parts: Pick<TelegramAccount, 'settings' | 'services' | 'connection' | 'book' | 'transcriptions'>,
): OpenAccount<TelegramAccount> {
	const account = makeAccount({ _: 'userEmpty', id: '0' }, parts);
	return {
		accountId: account.accountId,
		profile: { id: '', name: '', username: null, phone: null, phoneHash: null },
		account,
		startReading() {
			throw new ChannelError('session_ended', 'The credential holds no session', {
				channel: 'telegram',
				hint: LOG_IN,
			});
		},
		status: () => ({
			state: statusOf(parts.connection, null),
			reconnects: parts.connection.reconnects,
			inFlight: parts.connection.inFlight,
		}),
		close: () => parts.connection.close(),
	};
}

function makeAccount(
	self: TlObject,
	parts: Pick<TelegramAccount, 'settings' | 'services' | 'connection' | 'book' | 'transcriptions'>,
): TelegramAccount {
	const userId = text(self, 'id');
	const phone = text(self, 'phone') || null;
	const accountId = `telegram:${userId}`;
	return {
		...parts,
		accountId,
		userId,
		phone,
		account: {
			id: accountId,
			label: parts.settings.label,
			phone_hash: parts.settings.phoneHash ?? phoneHash(phone),
		},
		resolver: new PeerResolver(parts.connection, parts.book),
		messageChats: new MessageChats(),
	};
}

function statusOf(
	connection: TelegramConnection,
	reader: TelegramReader | null,
): 'connecting' | 'recovering' | 'live' | 'waiting' | 'ended' {
	if (connection.state === 'closed' || connection.state === 'ended') return 'ended';
	if (connection.state !== 'live') return connection.state;
	return reader === null || reader.caughtUp ? 'live' : 'recovering';
}

/** First 16 hex digits of SHA-256 over the E.164 digits. */
function phoneHash(phone: string | null): string | null {
	const digits = (phone ?? '').replace(/\D/g, '');
	return digits === '' ? null : createHash('sha256').update(digits).digest('hex').slice(0, 16);
}
