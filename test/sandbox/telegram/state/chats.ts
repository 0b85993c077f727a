import { RpcError } from '../rpc/errors';
import type { TlObject } from '../tl/value';
import { Box, marked } from './model';
import type { Channel, Chat, Group, Invite, Member, Person } from './model';
import type { World } from './world';

const nothingBanned: TlObject = { _: 'chatBannedRights', until_date: 2147483647 };

/** Everything a creator may do. */
export const allRights: TlObject = {
	_: 'chatAdminRights',
	change_info: true,
	post_messages: true,
	edit_messages: true,
	delete_messages: true,
	ban_users: true,
	invite_users: true,
	pin_messages: true,
	add_admins: true,
	manage_call: true,
	other: true,
	manage_topics: true,
};

function common(world: World, creator: Person, title: string, id: bigint) {
	return {
		id,
		title,
		about: '',
		creator: creator.id,
		date: world.serverSeconds(),
		members: new Map<bigint, Member>(),
		invites: new Map<string, Invite>(),
		requests: new Map<bigint, { date: number; invite: string }>(),
		photo: undefined,
		defaultBanned: nothingBanned,
		noforwards: false,
		ttl: undefined,
	};
}

function nextId(world: World, base: bigint): bigint {
	return base + BigInt(world.chats.size);
}

export function createGroup(world: World, creator: Person, title: string, id?: bigint): Group {
	const bare = id ?? nextId(world, 4_000_000_000n);
	const group: Group = {
		...common(world, creator, title, bare),
		kind: 'group',
		key: marked.group(bare),
		version: 1,
		migratedTo: undefined,
		deactivated: false,
	};
	world.chats.set(group.key, group);
	addMember(world, group, creator, creator.id);
	return group;
}

export interface NewChannel {
	readonly id?: bigint | undefined;
	readonly title: string;
	readonly about?: string | undefined;
	readonly megagroup: boolean;
	readonly forum?: boolean | undefined;
	readonly username?: string | undefined;
	readonly pushes?: boolean | undefined;
}

export function createChannel(world: World, creator: Person, given: NewChannel): Channel {
	const bare = given.id ?? nextId(world, 2_000_000_000n);
	const channel: Channel = {
		...common(world, creator, given.title, bare),
		about: given.about ?? '',
		kind: 'channel',
		key: marked.channel(bare),
		megagroup: given.megagroup,
		forum: given.forum ?? false,
		username: given.username,
		signatures: false,
		slowmodeSeconds: 0,
		lastSent: new Map(),
		box: new Box(),
		topics: new Map(),
		migratedFrom: undefined,
		pushes: given.pushes ?? true,
		linked: undefined,
		adminLog: [],
		randomIds: new Map(),
	};
	world.chats.set(channel.key, channel);
	addMember(world, channel, creator, creator.id);
	return channel;
}

/** Puts a person into a chat (again). */
export function addMember(world: World, chat: Chat, person: Person, inviter: bigint): Member {
	const known = chat.members.get(person.id);
	const member: Member = known ?? {
		id: person.id,
		inviter,
		date: world.serverSeconds(),
		admin: undefined,
		promotedBy: undefined,
		rank: undefined,
		banned: undefined,
		bannedBy: undefined,
		gone: false,
	};
	if (known?.gone === true) Object.assign(known, { gone: false, inviter, date: world.serverSeconds() });
	chat.members.set(person.id, member);
	chat.requests.delete(person.id);
	if (chat.kind === 'group') chat.version += 1;
	return member;
}

export function removeMember(chat: Chat, id: bigint): void {
	const member = chat.members.get(id);
	if (member === undefined) return;
	member.gone = true;
	member.admin = undefined;
	if (chat.kind === 'group') chat.version += 1;
}

export function isMember(chat: Chat, id: bigint): boolean {
	const member = chat.members.get(id);
	return member !== undefined && !member.gone && member.banned?.view_messages !== true;
}

export function present(chat: Chat): Member[] {
	return [...chat.members.values()].filter((member) => isMember(chat, member.id));
}

export function isAdmin(chat: Chat, id: bigint): boolean {
	return chat.creator === id || chat.members.get(id)?.admin !== undefined;
}

export function hasRight(chat: Chat, id: bigint, right: string): boolean {
	return chat.creator === id || chat.members.get(id)?.admin?.[right] === true;
}

/** CHAT_ADMIN_REQUIRED unless the person may; in basic groups every admin may everything. */
export function demandRight(chat: Chat, person: Person, right: string): void {
	const allowed = chat.kind === 'group' ? isAdmin(chat, person.id) : hasRight(chat, person.id, right);
	const open = ['change_info', 'invite_users', 'pin_messages', 'manage_topics'].includes(right);
	const byDefault = open && isMember(chat, person.id) && chat.defaultBanned[right] !== true;
	if (allowed || (byDefault && !(chat.kind === 'channel' && !chat.megagroup))) return;
	throw new RpcError(400, 'CHAT_ADMIN_REQUIRED');
}

/** Refuses a message somebody may not write here; `kinds` are rights such as `send_plain`, `send_photos`. */
export function demandMaySend(world: World, chat: Chat, person: Person, kind: string): void {
	if (chat.kind === 'group' && (chat.deactivated || !isMember(chat, person.id))) {
		throw new RpcError(403, 'CHAT_WRITE_FORBIDDEN');
	}
	if (chat.kind === 'channel') {
		if (chat.members.get(person.id)?.banned?.view_messages === true)
			throw new RpcError(400, 'USER_BANNED_IN_CHANNEL');
		if (!isMember(chat, person.id))
			throw new RpcError(400, chat.username === undefined ? 'CHANNEL_PRIVATE' : 'CHAT_GUEST_SEND_FORBIDDEN');
		if (!chat.megagroup && !hasRight(chat, person.id, 'post_messages'))
			throw new RpcError(403, 'CHAT_WRITE_FORBIDDEN');
	}
	if (isAdmin(chat, person.id)) return;
	const own = chat.members.get(person.id)?.banned;
	const expired =
		typeof own?.until_date === 'number' && own.until_date > 0 && own.until_date < world.serverSeconds();
	for (const banned of [expired ? undefined : own, chat.defaultBanned]) {
		if (banned?.send_messages === true) throw new RpcError(403, 'CHAT_WRITE_FORBIDDEN');
		if (banned?.[kind] === true || (banned?.send_media === true && kind !== 'send_plain')) {
			throw new RpcError(403, `CHAT_${kind.toUpperCase()}_FORBIDDEN`);
		}
	}
	if (chat.kind === 'channel' && chat.slowmodeSeconds > 0) {
		const wait = (chat.lastSent.get(person.id) ?? 0) + chat.slowmodeSeconds - world.serverSeconds();
		if (wait > 0) throw new RpcError(420, `SLOWMODE_WAIT_${wait}`);
		chat.lastSent.set(person.id, world.serverSeconds());
	}
}

export function makeInvite(world: World, chat: Chat, admin: bigint, given: Partial<Invite> = {}): Invite {
	const invite: Invite = {
		hash: world.random.text(16),
		admin,
		date: world.serverSeconds(),
		title: given.title,
		expires: given.expires,
		limit: given.limit,
		requestNeeded: given.requestNeeded ?? false,
		revoked: false,
		permanent: given.permanent ?? false,
		used: new Map(),
	};
	chat.invites.set(invite.hash, invite);
	return invite;
}

export function findInvite(world: World, hash: string): { chat: Chat; invite: Invite } | undefined {
	for (const chat of world.chats.values()) {
		const invite = chat.invites.get(hash);
		if (invite !== undefined) return { chat, invite };
	}
	return undefined;
}
