import { KeyedQueue } from '../../runtime';
import { createHash } from 'node:crypto';
import type { DriverServices, EventAccount, OpenAccount } from '../../contract';
import type { MaxAccount } from './account';
import { DEVICE_ID, deviceIdFrom, deviceIdOfToken } from './device';
import { Directory } from './directory';
import { notLoggedIn, unexpectedAnswer } from './errors';
import { readContact } from './facts';
import { eventsSince, latestEvents } from './history';
import { FileTransfers } from './http/files';
import { id, object } from './json';
import { readyMediaId, ReadyWaits } from './media/ready-waits';
import { messageId, wireId } from './codec';
import { OP } from './opcodes';
import { MaxReader } from './reader';
import type { LoginReply } from './session/greeting';
import type { Push } from './session/port';
import { Session } from './session/session';
import type { MaxSettings } from './settings';

/** The markers of the next LOGIN reach back a little: the service's parts need not agree to the millisecond. */
const OVERLAP_MS = 5_000;

/** Opens an account: connected, and logged in when the credential holds a token. Nothing stays open when it fails. */
export async function openMax(
	settings: MaxSettings,
	services: DriverServices,
	signal: AbortSignal,
): Promise<OpenAccount<MaxAccount>> {
	const session = new Session(settings, services, await deviceIdOf(settings, services));
	const login = await session.open(signal);
	try {
		return makeOpen(session, settings, services, login);
	} catch (error) {
		await session.close();
		throw error;
	}
}

/** Fixed for ever: the credential's, else one derived from the token, else (before the first login) one kept in the store. */
async function deviceIdOf(settings: MaxSettings, services: DriverServices): Promise<string> {
	if (settings.deviceId !== null) return settings.deviceId;
	if (settings.token !== null) return deviceIdOfToken(settings.device.type, settings.token);
	const kept = await services.values.get(DEVICE_ID);
	if (typeof kept === 'string') return kept;
	const fresh = deviceIdFrom(settings.device.type, services.random.hex(16));
	await services.values.put(DEVICE_ID, fresh);
	return fresh;
}

function makeOpen(
	session: Session,
	settings: MaxSettings,
	services: DriverServices,
	login: LoginReply | null,
): OpenAccount<MaxAccount> {
	const self = login === null ? null : readContact(object(login.profile)?.['contact'] ?? null);
	if (login !== null && self === null) throw unexpectedAnswer('LOGIN tells no profile');
	const userId = self?.id ?? '';
	const { clock } = services;
	let offset = 0;
	let reader: MaxReader | null = null;
	const account: MaxAccount = {
		// Before the first login there is nobody yet: the device stands for the account.
		accountId: self === null ? `max:device-${hash(session.deviceId)}` : `max:${userId}`,
		userId,
		ownPhone: self?.phone ?? null,
		account: eventAccount(settings, self?.phone ?? null, userId),
		settings,
		services,
		session,
		directory: new Directory(session, userId, clock, services.logger),
		chatList: { told: false, unserved: false },
		sends: new KeyedQueue(),
		ready: new ReadyWaits(),
		transcriptions: new ReadyWaits(),
		files: new FileTransfers(settings, clock),
		sent: (chatId, message) => reader?.sent(chatId, message),
		serverNow: () => clock.now() + offset,
	};
	const learn = (reply: LoginReply): void => {
		// A reply without the time: the newest event of the chats cannot be of the future either.
		const newest = Math.max(
			0,
			...account.directory.learnChats(reply.chats).map((chat) => chat.lastEventTime),
		);
		offset = reply.time === null ? Math.max(offset, newest - clock.now()) : reply.time - clock.now();
		account.directory.learnLogin(reply);
		const { chatList } = account;
		chatList.told = reply.chatMarker === 0 && (chatList.told || session.markers.chats === null);
		chatList.unserved = false;
	};
	const remember = ({ time, configHash }: LoginReply): void => {
		const { markers } = session;
		markers.chats = time === null ? null : time - OVERLAP_MS;
		markers.contacts = time === null ? null : time - OVERLAP_MS;
		markers.lastLogin = time;
		markers.configHash = configHash ?? markers.configHash;
	};
	const atOpen = login === null ? [] : account.directory.learnChats(login.chats);
	if (login !== null) {
		learn(login);
		remember(login);
	}
	session.listen({
		push(push) {
			tellWaiting(account, push);
			if (reader !== null) reader.push(push);
			else acknowledgeUnread(account, push);
		},
		live(reply) {
			learn(reply);
			reader?.connected(reply);
			remember(reply);
		},
		down: () => reader?.disconnected(),
	});
	return {
		accountId: account.accountId,
		profile: {
			id: userId,
			name: self?.name ?? '',
			username: self?.username ?? null,
			phone: self?.phone ?? null,
			phoneHash: account.account.phone_hash,
		},
		account,
		startReading(journal) {
			if (login === null) {
				const error = notLoggedIn();
				services.accountState({
					state: 'ended',
					reason: error.message,
					error,
					...(error.hint === undefined ? {} : { hint: error.hint }),
				});
				throw error;
			}
			const started = new MaxReader(account, journal, atOpen);
			reader = started;
			return {
				live: started.live,
				checkNow: () => started.checkNow(),
				async stop() {
					if (reader === started) reader = null;
					await started.stop();
				},
			};
		},
		status: () => ({
			state: statusOf(session, reader),
			reconnects: session.reconnects,
			inFlight: session.inFlight,
		}),
		latest: (limit, signal) => latestEvents(account, limit, signal),
		since: (sinceMs, options) =>
			eventsSince(
				account,
				{ sinceMs },
				{ ...options, ...(options.chatId === undefined ? {} : { chatIds: [options.chatId] }) },
			),
		async close() {
			const reading = reader;
			reader = null;
			await reading?.stop();
			await account.files.close();
			await session.close();
		},
	};
}

/** Uploads and transcriptions of commands under way, whoever listens. */
function tellWaiting({ ready, transcriptions }: MaxAccount, { opcode, payload }: Push): void {
	const body = object(payload) ?? {};
	if (opcode === OP.notifAttach) ready.tell(readyMediaId(body), body);
	const [chatId, about] = [id(body['chatId']), id(body['messageId'])];
	if (opcode === OP.notifTranscription && chatId !== null && about !== null)
		transcriptions.tell(`${chatId}/${about}`, body);
}

/** Nobody listens: recovery does not rest on pushes, so they are acknowledged at once. What they teach is kept. */
function acknowledgeUnread(account: MaxAccount, { opcode, payload, acknowledge }: Push): void {
	const body = object(payload);
	if (body === null) return;
	if (opcode === OP.notifConfig) account.directory.learnConfig(body['config'] ?? null);
	if (opcode === OP.notifContact) account.directory.learnContact(body['contact'] ?? null);
	if (body['chat'] !== undefined) account.directory.learnChat(body['chat'] ?? null);
	const chatId = id(body['chatId']);
	const sentId = id(object(body['message'])?.['id']);
	if (opcode === OP.notifMessage && chatId !== null && sentId !== null)
		acknowledge({ chatId: wireId(chatId), messageId: messageId(sentId) });
}

function statusOf(session: Session, reader: MaxReader | null): ReturnType<OpenAccount['status']>['state'] {
	switch (session.state) {
		case 'live':
			return reader === null || reader.status === 'waiting' ? 'live' : reader.status;
		case 'greeted':
			return 'live';
		case 'ended':
		case 'closed':
			return 'ended';
		case 'waiting':
			return 'waiting';
		default:
			return 'connecting';
	}
}

function eventAccount(settings: MaxSettings, phone: string | null, userId: string): EventAccount {
	return { id: `max:${userId}`, label: settings.label, phone_hash: settings.phoneHash ?? phoneHash(phone) };
}

/** First 16 hex digits of SHA-256 over the E.164 digits; a Russian number written with 8 is taken as 7. */
function phoneHash(phone: string | null): string | null {
	const digits = (phone ?? '').replace(/\D/g, '').replace(/^8(?=\d{10}$)/, '7');
	return digits === '' ? null : hash(digits);
}

function hash(text: string): string {
	return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
