/** The answer to LOGIN: what changed since the client's markers. */
import { createHash } from 'node:crypto';
import type { Connection } from '../core/connection';
import type { World } from '../core/world';
import { MessageId } from '../codec/wire';
import type { Outgoing } from '../codec/wire';
import { chatList, lastEventTime, visible } from './chats';
import type { Chat, User } from './model';
import { viewChat, viewMessage, viewPresence, viewProfile, viewUser } from './views';

export interface SyncMarkers {
	readonly chatsCount: number;
	/** Milliseconds; 0 or less: everything. */
	readonly chatsSync: number;
	readonly contactsSync: number;
	readonly configHash: string | undefined;
}

/** Parts of the configuration the real server was seen to send (limits in the units of their names). */
const serverConfig = {
	'max-msg-length': 4000,
	'edit-timeout': 604_800,
	'disconnect-timeout': 300,
	'image-size': 40_000_000,
	'image-width': 1920,
	'max-favorite-chats': 5,
	'max-participants': 20_000,
	'chat-title-max-length': 200,
	'chat-description-max-length': 400,
};

/** Muted chats as CONFIG and LOGIN show them. */
export function viewChatSettings(user: User): Outgoing {
	return Object.fromEntries(
		[...user.mutedUntil].map(([id, until]) => [id.toString(), { dontDisturbUntil: until }]),
	);
}

/** Changes whenever settings do; the form of the captured hashes (8-16-8-16-16-1-16-8 digits). */
export function configHash(user: User): string {
	const digest = createHash('sha512').update(`${user.id}.${user.configVersion}`).digest('hex');
	let at = 0;
	return [8, 16, 8, 16, 16, 1, 16, 8].map((length) => digest.slice(at, (at += length))).join('-');
}

function viewConfig(user: User, known: string | undefined): Outgoing {
	const hash = configHash(user);
	if (known === hash) return { hash };
	return {
		hash,
		server: serverConfig,
		user: { ...user.settings },
		chats: viewChatSettings(user),
		experiments: {},
	};
}

/** Last change of a chat for this viewer, as `chatsSync` measures it. */
function changedAt(world: World, chat: Chat, viewer: User): number {
	const event = lastEventTime(chat, viewer.id);
	return world.policy.syncByModified ? Math.max(event, chat.modified) : event;
}

export function viewContacts(conn: Connection, viewer: User, since: number): Outgoing[] {
	const { users, policy } = conn.world;
	const listed: Outgoing[] = [];
	for (const entry of viewer.contacts.values()) {
		const user = users.get(entry.userId);
		if (user === undefined || !entry.listed) continue;
		if (since <= 0 || Math.max(entry.updated, user.updated) > since)
			listed.push(viewUser(conn, viewer, user));
	}
	if (policy.nullInContacts) listed.splice(1, 0, null);
	return listed;
}

/**
 * Where a page of chats sorted by time ends: after `count`, or after the chats that share the last one's time,
 * since the next page begins with what is older than it.
 */
export function pageEnd(world: World, viewer: User, chats: readonly Chat[], count: number): number {
	let end = Math.min(count, chats.length);
	const timeAt = (index: number): number | undefined => {
		const chat = chats[index];
		return chat === undefined ? undefined : lastEventTime(chat, viewer.id);
	};
	if (world.policy.chatListTies === 'split') return end;
	while (end > 0 && end < chats.length && timeAt(end) === timeAt(end - 1)) end += 1;
	return end;
}

/** The whole LOGIN reply but for `token`. Notes on the connection which chats it now knows. */
export function viewLogin(
	conn: Connection,
	viewer: User,
	markers: SyncMarkers,
): { readonly [key: string]: Outgoing } {
	const { world } = conn;
	const changed = chatList(world, viewer).filter(
		(chat) => markers.chatsSync <= 0 || changedAt(world, chat, viewer) > markers.chatsSync,
	);
	const page = changed.slice(0, pageEnd(world, viewer, changed, markers.chatsCount));
	for (const chat of page) conn.known.add(chat.key);
	const last = page.at(-1);
	const split = world.policy.login2 && conn.mobile;
	return {
		profile: split ? undefined : viewProfile(conn, viewer),
		chats: page.map((chat) => viewChat(conn, viewer, chat)),
		messages: new Map(page.map((chat) => [chat.id, headStart(conn, viewer, chat)])),
		contacts: split ? undefined : viewContacts(conn, viewer, markers.contactsSync),
		presence: viewPresences(conn, viewer),
		drafts: { chats: { saved: {}, discarded: {} }, users: { saved: {}, discarded: {} } },
		config: split ? undefined : viewConfig(viewer, markers.configHash),
		time: world.serverTime(),
		// Continues with CHATS_LIST; 0 when the list is complete.
		chatMarker: changed.length > page.length && last !== undefined ? lastEventTime(last, viewer.id) : 0,
		login2Flags: split ? { configEnabled: true, contactEnabled: true, profileEnabled: true } : undefined,
	};
}

/** Opcode 8: what LOGIN left out. */
export function viewLogin2(
	conn: Connection,
	viewer: User,
	contactsSync: number,
	hash: string | undefined,
): Outgoing {
	return {
		profile: viewProfile(conn, viewer),
		// The name differs from LOGIN's.
		contactInfos: viewContacts(conn, viewer, contactsSync),
		config: viewConfig(viewer, hash),
	};
}

/** The newest messages of a chat, oldest first. */
function headStart(conn: Connection, viewer: User, chat: Chat): Outgoing {
	const count = conn.world.policy.loginMessages;
	const shown = chat.messages.slice(-count - 50).filter((message) => visible(chat, viewer.id, message));
	const reactions = conn.world.policy.reactionsInHistory;
	return shown.slice(shown.length - Math.min(count, shown.length)).map((message) => ({
		...viewMessage(conn, viewer, chat, message, { reactions }),
		prevMessageId: message.previous === undefined ? undefined : new MessageId(message.previous),
	}));
}

function viewPresences(conn: Connection, viewer: User): Outgoing {
	const entries = [...viewer.contacts.keys()]
		.map((id) => conn.world.users.get(id))
		.filter((user) => user !== undefined);
	return new Map(entries.map((user) => [user.id, viewPresence(conn.world, user)]));
}
