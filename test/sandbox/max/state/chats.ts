import type { World } from '../core/world';
import { Refusal } from '../refusal';
import type { Chat, Member, Message, User } from './model';

/** Wire id of the dialog of two users; 0 with oneself. */
export function dialogId(a: bigint, b: bigint): bigint {
	return a ^ b;
}

/** Key under which a chat is kept; Saved messages have wire id 0 for everybody. */
export function chatKey(viewer: User, id: bigint): string {
	return id === 0n ? `saved:${viewer.id}` : id.toString();
}

export function newMember(userId: bigint, now: number, changes: Partial<Member> = {}): Member {
	return {
		userId,
		joined: now,
		invitedBy: undefined,
		readMark: 0,
		unread: 0,
		markedUnread: false,
		permissions: undefined,
		visibleFrom: 0,
		hidden: false,
		...changes,
	};
}

function addChat(world: World, chat: Pick<Chat, 'key' | 'id' | 'type' | 'owner'> & Partial<Chat>): Chat {
	const now = world.now();
	const full: Chat = {
		cid: BigInt(now),
		title: undefined,
		description: undefined,
		access: 'PRIVATE',
		options: {},
		inviteHash: world.random.text(22),
		publicName: undefined,
		moderated: false,
		photoToken: undefined,
		members: new Map(),
		joinRequests: new Map(),
		created: now,
		modified: now,
		messages: [],
		byId: new Map(),
		delayed: [],
		pinned: undefined,
		pinnedVisible: true,
		reactions: { active: true, allowed: undefined },
		lastReaction: undefined,
		...chat,
	};
	world.chats.set(full.key, full);
	return full;
}

/** The dialog of two users, made when it does not exist. */
export function openDialog(world: World, a: User, b: User): Chat {
	const id = dialogId(a.id, b.id);
	const key = chatKey(a, id);
	const existing = world.chats.get(key);
	if (existing !== undefined) return existing;
	const now = world.now();
	const members = new Map([a, b].map((user) => [user.id, newMember(user.id, now)]));
	return addChat(world, { key, id, type: 'DIALOG', owner: a.id, members });
}

export function createChat(
	world: World,
	owner: User,
	type: 'CHAT' | 'CHANNEL',
	title: string,
	members: readonly User[],
): Chat {
	// Captured ids of groups and channels are negative and up to 14 digits long.
	const id = -world.nextId('group', 68_000_000_000_001n);
	const now = world.now();
	const chat = addChat(world, { key: id.toString(), id, type, owner: owner.id, title });
	if (type === 'CHAT') {
		chat.options = {
			ONLY_OWNER_CAN_CHANGE_ICON_TITLE: true,
			ALL_CAN_PIN_MESSAGE: false,
			ONLY_ADMIN_CAN_ADD_MEMBER: true,
		};
	}
	chat.members.set(owner.id, newMember(owner.id, now, { permissions: 255 }));
	for (const user of members) {
		if (user.id !== owner.id) chat.members.set(user.id, newMember(user.id, now, { invitedBy: owner.id }));
	}
	return chat;
}

/** The partner a dialog id means for this viewer, if such a user exists. */
export function partnerOf(world: World, viewer: User, id: bigint): User | undefined {
	return id < 0n ? undefined : world.users.get(viewer.id ^ id);
}

/**
 * The chat behind a wire id for this viewer. A dialog that was never opened is found when its partner
 * exists and `open` is set. Everything else is refused with `chat.not.found`.
 */
export function chatFor(world: World, viewer: User, id: bigint, open = false): Chat {
	const chat = world.chats.get(chatKey(viewer, id));
	if (chat !== undefined) {
		// choice: a chat one is not in looks the same as one that does not exist.
		if (!chat.members.has(viewer.id) && chat.access !== 'PUBLIC') throw new Refusal('chat.not.found');
		return chat;
	}
	const partner = partnerOf(world, viewer, id);
	if (!open || partner === undefined) throw new Refusal('chat.not.found');
	return openDialog(world, viewer, partner);
}

/** The viewer's membership; refuses with `chat.not.found` when there is none. */
export function memberOf(chat: Chat, viewer: User): Member {
	const member = chat.members.get(viewer.id);
	if (member === undefined) throw new Refusal('chat.not.found');
	return member;
}

export function visible(chat: Chat, viewerId: bigint, message: Message): boolean {
	const from = chat.members.get(viewerId)?.visibleFrom ?? 0;
	return message.time >= from && !message.hiddenFor.has(viewerId);
}

export function lastVisible(chat: Chat, viewerId: bigint): Message | undefined {
	return chat.messages.findLast((message) => visible(chat, viewerId, message));
}

/** When something last happened in the chat, by the viewer's view. */
export function lastEventTime(chat: Chat, viewerId: bigint): number {
	return lastVisible(chat, viewerId)?.time ?? chat.members.get(viewerId)?.joined ?? chat.created;
}

/** The viewer's chat list, newest first. A dialog without a message is not in it. */
export function chatList(world: World, viewer: User): Chat[] {
	const mine = [...world.chats.values()].filter((chat) => {
		const member = chat.members.get(viewer.id);
		if (member === undefined || member.hidden) return false;
		return chat.type !== 'DIALOG' || lastVisible(chat, viewer.id) !== undefined;
	});
	const time = new Map(mine.map((chat) => [chat, lastEventTime(chat, viewer.id)]));
	return mine.sort((a, b) => (time.get(b) ?? 0) - (time.get(a) ?? 0));
}

/** Counts again what the member has not read. */
export function recount(chat: Chat, member: Member): void {
	member.unread = 0;
	for (let index = chat.messages.length - 1; index >= 0; index -= 1) {
		const message = chat.messages[index];
		if (message === undefined || message.time <= member.readMark) break;
		if (message.author !== member.userId && visible(chat, member.userId, message)) member.unread += 1;
	}
}

/** Rights bits of administrators, as far as two sources agree (2, 4, 8, 16), and the others by one source. */
export const rights = {
	deleteOthers: 1 | 1024,
	members: 2,
	admins: 4,
	info: 8,
	pin: 16,
	post: 256,
	edit: 512,
} as const;

export function isAdmin(chat: Chat, userId: bigint): boolean {
	return chat.owner === userId || chat.members.get(userId)?.permissions !== undefined;
}

export function hasRight(chat: Chat, userId: bigint, right: number): boolean {
	if (chat.owner === userId) return true;
	return ((chat.members.get(userId)?.permissions ?? 0) & right) !== 0;
}

/** choice: `chat.denied` for a missing right (the name is known from the Bot API of the same back end). */
export function demand(allowed: boolean): void {
	if (!allowed) throw new Refusal('chat.denied');
}

/** A dialog in which one side has blocked the other takes no message (keys by one source each). */
export function blockGate(world: World, dialog: Chat, sender: User): void {
	const partner = partnerOf(world, sender, dialog.id);
	if (partner === undefined || partner.id === sender.id) return;
	if (partner.contacts.get(sender.id)?.blocked === true) throw new Refusal('contact.blocked');
	if (sender.contacts.get(partner.id)?.blocked === true) throw new Refusal('chat.blocked');
}
