import type { World } from '../core/world';
import type { Session, User } from './model';

export interface NewUser {
	readonly id?: bigint | undefined;
	readonly phone?: string | undefined;
	readonly firstName: string;
	readonly lastName?: string | undefined;
	readonly password?: string | undefined;
	readonly hint?: string | undefined;
	readonly options?: readonly string[] | undefined;
	readonly link?: string | undefined;
}

export function createUser(world: World, init: NewUser): User {
	const now = world.now();
	const user: User = {
		id: init.id ?? world.nextId('user', 20_000_001n),
		phone: init.phone?.replace(/\D/g, ''),
		firstName: init.firstName,
		lastName: init.lastName,
		description: undefined,
		link: init.link,
		options: [...(init.options ?? ['TT', 'ONEME'])],
		photoToken: undefined,
		photoId: undefined,
		country: 'RU',
		registered: now,
		updated: now,
		password: init.password,
		hint: init.hint,
		email: undefined,
		banned: undefined,
		restricted: false,
		contacts: new Map(),
		settings: { ...defaultSettings },
		mutedUntil: new Map(),
		folders: new Map(),
		foldersOrder: ['all.chat.folder'],
		foldersChanged: now,
		configVersion: 1,
		lastSeen: now,
	};
	world.users.set(user.id, user);
	return user;
}

const defaultSettings = {
	SEARCH_BY_PHONE: 'ALL',
	INCOMING_CALL: 'ALL',
	CHATS_INVITE: 'ALL',
	PHONE_NUMBER_PRIVACY: 'ALL',
	INACTIVE_TTL: '6M',
	HIDDEN: false,
	SHOW_READ_MARK: true,
	SAFE_MODE: false,
	PUSH_DETAILS: true,
	PUSH_NEW_CONTACTS: true,
	DONT_DISTURB_UNTIL: 0,
};

/** Setting keys CONFIG takes. */
export const userSettingKeys: ReadonlySet<string> = new Set([
	...Object.keys(defaultSettings),
	'FAMILY_PROTECTION',
	'STICKERS_SUGGEST',
	'SAFE_MODE_NO_PIN',
	'UNSAFE_FILES',
	'PUSH_SOUND',
	'CHATS_PUSH_SOUND',
	'CHATS_PUSH_NOTIFICATION',
	'M_CALL_PUSH_NOTIFICATION',
	'ALT_KEYBOARD',
	'CONTENT_LEVEL_ACCESS',
	'AUDIO_TRANSCRIPTION_ENABLED',
	'DOUBLE_TAP_REACTION_DISABLED',
	'DOUBLE_TAP_REACTION_VALUE',
]);

export function listContact(
	world: World,
	owner: User,
	userId: bigint,
): User['contacts'] extends Map<bigint, infer C> ? C : never {
	const existing = owner.contacts.get(userId);
	if (existing !== undefined) return existing;
	const entry = { userId, listed: false, blocked: false, updated: world.now() };
	owner.contacts.set(userId, entry);
	return entry;
}

export function blockedBy(owner: User | undefined, userId: bigint): boolean {
	return owner?.contacts.get(userId)?.blocked ?? false;
}

export interface NewSession {
	readonly transport: 'tcp' | 'websocket';
	readonly deviceId: string;
	readonly deviceType: string;
	readonly deviceName: string;
	readonly appVersion: string;
	readonly token?: string;
}

/** Creates the session of a login that succeeded; its first token is `tokens[0]`. */
export function createSession(world: World, user: User, init: NewSession): Session {
	const now = world.now();
	const token = init.token ?? newToken(world);
	const client =
		init.deviceType === 'WEB'
			? 'MAX WEB'
			: `MAX ${init.deviceType[0]}${init.deviceType.slice(1).toLowerCase()}`;
	const session: Session = {
		tokens: [token],
		userId: user.id,
		transport: init.transport,
		deviceId: init.deviceId,
		deviceType: init.deviceType,
		client,
		info: `${init.deviceName}, ${init.appVersion}`,
		created: now,
		tokenIssued: now,
		rotateNext: false,
		lastSeen: now,
		ended: undefined,
		logins: [],
		unacknowledged: [],
	};
	world.sessions.push(session);
	world.tokens.set(token, session);
	return session;
}

/** Long and opaque, as the service's tokens look. */
export function newToken(world: World): string {
	return `An_${world.random.text(120)}`;
}

/** Ends a session: its tokens are dead, its connections get push 20 and are closed. */
export function endSession(world: World, session: Session, key: string, message: string, tell = true): void {
	session.ended = { key, message };
	for (const conn of world.connectionsOf(session.userId)) {
		if (conn.session !== session) continue;
		if (tell) conn.push(20, null);
		conn.end('logout');
	}
}
