import type { Json } from '../../../contract';
import type { OutgoingMap } from '../codec';
import { clientSessionIdOf, instanceIdOf, userAgentOf, type DeviceProfile } from '../device';
import { fingerprint } from '../fingerprint';
import { array, id, number, object, text } from '../json';

/** "Never synced" differs: 0 on the web, -1 on phones (captures). */
export interface SyncMarkers {
	/** server ms of the last LOGIN reply; null = everything */
	chats: number | null;
	contacts: number | null;
	lastLogin: number | null;
	configHash: string | null;
}
export const NO_MARKERS: Readonly<SyncMarkers> = {
	chats: null,
	contacts: null,
	lastLogin: null,
	configHash: null,
};

/** Eight groups of 8-16-8-16-16-1-16-8 zeros: what mobile clients send before they know a hash. */
const NO_HASH = [8, 16, 8, 16, 16, 1, 16, 8].map((length) => '0'.repeat(length)).join('-');
/** `exp.chatsCountGroups` of the Android app; captures have 0A 32 and 0B 32. */
const CHATS_COUNT_GROUPS = Uint8Array.of(0x0b, 0x32);

/** SESSION_INIT (6): the first frame of every connection. */
export function sessionInit(device: DeviceProfile, deviceId: string): OutgoingMap {
	if (device.type === 'WEB') return { userAgent: userAgentOf(device), deviceId };
	return {
		mt_instanceid: instanceIdOf(deviceId),
		userAgent: userAgentOf(device),
		clientSessionId: clientSessionIdOf(deviceId),
		deviceId,
	};
}

export interface Greeting {
	/** decimal; feeds the fingerprint, absent on the web and for IOS */
	callsSeed: string | null;
	/** the service calls this app version too old to go on (`app-update-type` 1, one source); it may refuse it soon */
	mustUpdate: boolean;
}

export function readGreeting(payload: Json): Greeting {
	const body = object(payload);
	return { callsSeed: id(body?.['callsSeed']), mustUpdate: number(body?.['app-update-type']) === 1 };
}

/** The 96 bytes for opcodes 17 and 19, or nothing when no digests are configured or the service gave no seed. */
export function fingerprintOf(
	device: DeviceProfile,
	deviceId: string,
	greeting: Greeting,
): Uint8Array | undefined {
	if (device.digests.length === 0 || greeting.callsSeed === null) return undefined;
	return fingerprint(device.digests, greeting.callsSeed, deviceId);
}

export interface LoginRequest {
	token: string;
	device: DeviceProfile;
	deviceId: string;
	greeting: Greeting;
	markers: SyncMarkers;
	chatsCount: number;
	interactive: boolean;
}

/** LOGIN (19), in the field order of the captures. */
export function loginPayload({
	token,
	device,
	deviceId,
	greeting,
	markers,
	chatsCount,
	interactive,
}: LoginRequest): OutgoingMap {
	const web = device.type === 'WEB';
	const never = web ? 0 : -1;
	const sync = {
		token,
		chatsCount,
		interactive,
		chatsSync: markers.chats ?? never,
		contactsSync: markers.contacts ?? never,
		presenceSync: -1,
		draftsSync: never,
	};
	if (web) {
		const again = markers.lastLogin === null ? {} : { lastLogin: markers.lastLogin };
		return { ...sync, ...again, ...(markers.configHash === null ? {} : { configHash: markers.configHash }) };
	}
	return {
		...sync,
		userAgent: userAgentOf(device),
		chatCacheFingerprint: fingerprintOf(device, deviceId, greeting),
		exp: { chatsCountGroups: CHATS_COUNT_GROUPS },
		configHash: markers.configHash ?? NO_HASH,
	};
}

/** What a LOGIN reply (with LOGIN2's, where it was split) says, tolerant of anything that is missing. */
export interface LoginReply {
	profile: Json;
	chats: Json;
	messages: Json;
	contacts: Json;
	config: Json;
	/** server clock, ms */
	time: number | null;
	/** continues with CHATS_LIST when not 0 or null */
	chatMarker: number | null;
	token: string | null;
	configHash: string | null;
	/** LOGIN left parts to opcode 8 */
	split: boolean;
}

export function readLogin(payload: Json): LoginReply {
	const body = object(payload) ?? {};
	const flags = object(body['login2Flags']) ?? {};
	return {
		profile: body['profile'] ?? null,
		chats: body['chats'] ?? null,
		messages: body['messages'] ?? null,
		contacts: body['contacts'] ?? body['contactInfos'] ?? null,
		config: body['config'] ?? null,
		time: number(body['time']),
		chatMarker: number(body['chatMarker']),
		token: text(body['token']),
		configHash: text(object(body['config'])?.['hash']),
		split: Object.values(flags).includes(true),
	};
}

/** Adds what opcode 8 brought: contacts may come in both parts, some only in one. */
export function mergeLogin2(login: LoginReply, payload: Json): LoginReply {
	const second = readLogin(payload);
	const contacts = [...array(login.contacts), ...array(second.contacts)];
	return {
		...login,
		profile: second.profile ?? login.profile,
		contacts: contacts.length === 0 ? (second.contacts ?? login.contacts) : contacts,
		config: second.config ?? login.config,
		configHash: second.configHash ?? login.configHash,
	};
}
