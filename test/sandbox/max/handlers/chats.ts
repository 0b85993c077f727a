import type { Call, HandlerTable } from '../core/call';
import { push, pushChatChanged, pushToUser } from '../core/fanout';
import type { Outgoing } from '../codec/wire';
import type { Fields } from '../fields';
import { badPayload, Refusal } from '../refusal';
import { chatFor, demand, hasRight, isAdmin, memberOf, newMember, recount, rights } from '../state/chats';
import { announce, findMessage } from '../state/messages';
import type { Chat, Media, User } from '../state/model';
import { chatByLink } from '../state/links';
import { viewChat, viewMessage } from '../state/views';

function group(call: Call): Chat {
	const chat = chatFor(call.world, call.me, call.body.int('chatId'));
	memberOf(chat, call.me);
	// Seen live for pinning in a dialog; taken for every group operation.
	if (chat.type === 'DIALOG') throw new Refusal('not.found', { message: 'chat.not.found' });
	return chat;
}

/** Whether the caller may change title, picture and description. */
function mayChangeInfo(chat: Chat, me: User): boolean {
	if (hasRight(chat, me.id, rights.info)) return true;
	return chat.type === 'CHAT' && chat.options['ONLY_OWNER_CAN_CHANGE_ICON_TITLE'] === false;
}

const optionNames: ReadonlySet<string> = new Set([
	'ONLY_OWNER_CAN_CHANGE_ICON_TITLE',
	'ALL_CAN_PIN_MESSAGE',
	'ONLY_ADMIN_CAN_ADD_MEMBER',
	'ONLY_ADMIN_CAN_CALL',
	'MEMBERS_CAN_SEE_PRIVATE_LINK',
	'SIGN_ADMIN',
	'COMMENTS',
]);

/** Members that name the message to pin: the common one, and what two public clients and one more send instead. */
const pinNames = ['pinMessageId', 'messageId', 'pin'] as const;

/** CHAT_UPDATE: one kind of change per call; the title's member is `theme`. */
function update(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	const chat = group(call);
	const pinned = pinNames.find((name) => body.has(name));
	if (pinned !== undefined) pin(call, chat, pinned);
	else if (body.has('changeOwnerId')) changeOwner(call, chat);
	else if (body.has('options')) {
		demand(hasRight(chat, me.id, rights.info));
		setOptions(chat, body.object('options'));
		pushChatChanged(world, chat, conn);
	} else if (body.maybeBoolean('revokePrivateLink') === true) {
		demand(isAdmin(chat, me.id));
		chat.inviteHash = world.random.text(22);
		pushChatChanged(world, chat, conn);
	} else if (body.has('access') || body.has('removeLink')) setAccess(call, chat);
	else if (body.has('photoToken')) {
		setPhoto(call, chat);
		// One client changes the picture, title and description in one request.
		if (body.has('theme') || body.has('description')) setInfo(call, chat);
	} else setInfo(call, chat);
	chat.modified = world.now();
	return { chat: viewChat(conn, me, chat) };
}

function setInfo({ world, me, body, conn }: Call, chat: Chat): void {
	const theme = body.maybeString('theme');
	const description = body.maybeString('description');
	if (theme === undefined && description === undefined) throw badPayload('Nothing to change');
	demand(mayChangeInfo(chat, me));
	if ((theme?.length ?? 0) > 200 || (description?.length ?? 0) > 400) throw badPayload('Too long');
	if (description !== undefined) chat.description = description;
	if (theme !== undefined && theme !== chat.title) {
		chat.title = theme;
		announce(world, chat, me, 'title', { title: theme, userId: me.id }, conn);
	} else pushChatChanged(world, chat, conn);
}

function setPhoto({ world, me, body, conn }: Call, chat: Chat): void {
	demand(mayChangeInfo(chat, me));
	const media: Media | undefined = world.mediaByToken.get(body.string('photoToken'));
	if (media?.kind !== 'photo') throw badPayload('Unknown photoToken');
	chat.photoToken = media.token;
	announce(world, chat, me, 'icon', { userId: me.id, photoToken: media.token }, conn);
}

function setOptions(chat: Chat, options: Fields): void {
	for (const name of Object.keys(options.map)) {
		if (!optionNames.has(name)) throw badPayload(`Unknown option '${name}'`);
		// A client may name all of them, with null for those that stay.
		if (options.has(name)) chat.options[name] = options.boolean(name);
	}
}

function setAccess({ world, me, body, conn }: Call, chat: Chat): void {
	demand(chat.owner === me.id);
	const link = body.maybeString('link');
	if (body.maybeBoolean('removeLink') === true)
		Object.assign(chat, { access: 'PRIVATE', publicName: undefined });
	else {
		const access = body.string('access');
		if (access !== 'PUBLIC' && access !== 'PRIVATE') throw badPayload(`Unknown access '${access}'`);
		if (link !== undefined && !/^[A-Za-z]\w{6,59}$/.test(link)) throw new Refusal('link.not.available');
		const taken = [...world.chats.values()].some((other) => other !== chat && other.publicName === link);
		if (link !== undefined && taken) throw new Refusal('link.not.available');
		Object.assign(chat, { access, publicName: access === 'PUBLIC' ? link : undefined });
	}
	pushChatChanged(world, chat, conn);
}

function pin({ world, me, body, conn }: Call, chat: Chat, name: (typeof pinNames)[number]): void {
	demand(hasRight(chat, me.id, rights.pin) || chat.options['ALL_CAN_PIN_MESSAGE'] === true);
	const id = body.messageIdOrZero(name);
	body.maybeBoolean('notifyPin');
	if (id === 0n) {
		chat.pinned = undefined;
		pushChatChanged(world, chat, conn);
		return;
	}
	chat.pinned = findMessage(chat, me, id).id;
	announce(world, chat, me, 'pin', { userId: me.id }, conn);
}

function changeOwner({ world, me, body, conn }: Call, chat: Chat): void {
	const owner = body.int('changeOwnerId');
	demand(chat.owner === me.id);
	const member = chat.members.get(owner);
	if (member === undefined) throw new Refusal('not.found');
	chat.owner = owner;
	member.permissions = 255;
	pushChatChanged(world, chat, conn);
}

/** CHAT_JOIN: by invite link in either form, or a public link. */
function join({ world, me, body, conn }: Call): Outgoing {
	const chat = chatByLink(world, body.string('link'));
	if (chat === undefined) throw new Refusal('chat.not.found');
	if (!chat.members.has(me.id)) {
		if (chat.moderated) {
			// choice: the answer to a join that waits for approval; the chat comes with status CLOSED.
			chat.joinRequests.set(me.id, world.now());
			return { chat: { ...viewChat(conn, me, chat), status: 'CLOSED' } };
		}
		chat.members.set(me.id, newMember(me.id, world.now()));
		announce(world, chat, me, 'joinByLink', { userId: me.id }, conn);
	}
	conn.known.add(chat.key);
	return { chat: viewChat(conn, me, chat) };
}

/** CHAT_LEAVE. The leaving account's other sessions learn it by 135. */
function leave(call: Call): Outgoing {
	const { world, me, conn } = call;
	const chat = group(call);
	const message = announce(world, chat, me, 'leave', { userId: me.id }, conn);
	const view = viewMessage(conn, me, chat, message);
	dropMember(call, chat, me);
	return { message: view };
}

/** Removes a member and tells their connections (choice: 135 with status REMOVED). */
export function dropMember(
	{ world, conn }: Pick<Call, 'world'> & { conn?: Call['conn'] },
	chat: Chat,
	user: User,
): void {
	chat.members.delete(user.id);
	if (chat.owner === user.id) {
		const heir =
			[...chat.members.values()].find((one) => one.permissions !== undefined) ??
			[...chat.members.values()][0];
		if (heir !== undefined) chat.owner = heir.userId;
	}
	pushToUser(
		world,
		user,
		push.chat,
		(other) => ({ chat: { ...viewChat(other, user, chat), status: 'REMOVED' } }),
		conn,
	);
}

/**
 * CHAT_DELETE. Measured: `forAll` on a group removed only the caller; dialogs can be deleted for both.
 * Messages newer than `lastEventTime` stay.
 */
function remove(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	const chat = chatFor(world, me, body.int('chatId'));
	const until = untilOf(call);
	const forAll = body.maybeBoolean('forAll') ?? false;
	if (chat.type !== 'DIALOG') {
		announce(world, chat, me, 'leave', { userId: me.id }, conn);
		dropMember(call, chat, me);
		return {};
	}
	hideUntil(call, chat, until, forAll);
	return {};
}

/** CHAT_CLEAR: the history up to a time, for oneself or for both. */
function clear(call: Call): Outgoing {
	const { world, me, body } = call;
	const chat = chatFor(world, me, body.int('chatId'));
	const forAll = body.maybeBoolean('forAll') ?? false;
	if (forAll && chat.type !== 'DIALOG') demand(chat.owner === me.id);
	hideUntil(call, chat, untilOf(call), forAll);
	return {};
}

/** Three public clients leave `lastEventTime` out; choice: that means everything up to now. */
function untilOf({ world, body }: Call): number {
	return body.maybeNumber('lastEventTime') ?? world.serverTime();
}

function hideUntil({ world, me, conn }: Call, chat: Chat, until: number, forAll: boolean): void {
	for (const member of chat.members.values()) {
		if (!forAll && member.userId !== me.id) continue;
		member.visibleFrom = Math.max(member.visibleFrom, until + 1);
		recount(chat, member);
	}
	chat.modified = world.now();
	for (const member of chat.members.values()) {
		const user = world.users.get(member.userId);
		if (user === undefined || (!forAll && user.id !== me.id)) continue;
		pushToUser(world, user, push.chat, (other) => ({ chat: viewChat(other, user, chat) }), conn);
	}
}

function hide({ world, me, body }: Call): Outgoing {
	memberOf(chatFor(world, me, body.int('chatId')), me).hidden = body.maybeBoolean('hide') ?? true;
	return {};
}

function personalConfig({ world, me, body, conn }: Call): Outgoing {
	const chat = chatFor(world, me, body.int('chatId'));
	body.maybeBoolean('hideNonContactBar');
	return { chat: viewChat(conn, me, chat) };
}

function pinVisibility({ world, me, body }: Call): Outgoing {
	chatFor(world, me, body.int('chatId')).pinnedVisible = body.boolean('visible');
	return {};
}

/** CHAT_SEARCH_COMMON_PARTICIPANTS: chats both are in. */
function common({ world, me, body, conn }: Call): Outgoing {
	const chat = chatFor(world, me, body.int('chatId'));
	const query = (body.maybeString('query') ?? '').toLowerCase();
	const others = [...chat.members.keys()].filter((id) => id !== me.id);
	const shared = [...world.chats.values()].filter(
		(one) =>
			one.type === 'CHAT' &&
			one.members.has(me.id) &&
			others.some((id) => one.members.has(id)) &&
			(one.title ?? '').toLowerCase().includes(query),
	);
	return { chats: shared.map((one) => viewChat(conn, me, one)) };
}

export const chatHandlers: HandlerTable = {
	52: remove,
	54: clear,
	55: update,
	57: join,
	58: leave,
	61: personalConfig,
	86: pinVisibility,
	196: hide,
	198: common,
};
