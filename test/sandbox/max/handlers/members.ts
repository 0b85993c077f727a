import type { Call, HandlerTable } from '../core/call';
import { pushChatChanged } from '../core/fanout';
import type { Outgoing } from '../codec/wire';
import { badPayload, Refusal } from '../refusal';
import { chatFor, demand, hasRight, isAdmin, memberOf, newMember, rights } from '../state/chats';
import { announce, removeMessages } from '../state/messages';
import type { Chat, User } from '../state/model';
import { viewChat, viewPresence, viewUser } from '../state/views';
import { dropMember } from './chats';

/** CHAT_MEMBERS: `MEMBER`, `ADMIN` or `JOIN_REQUEST`, in pages by `marker`. */
function list({ world, me, body, conn }: Call): Outgoing {
	const chat = chatFor(world, me, body.int('chatId'));
	const type = body.maybeString('type') ?? 'MEMBER';
	const marker = body.maybeNumber('marker') ?? 0;
	const count = body.maybeNumber('count') ?? 50;
	const query = (body.maybeString('query') ?? '').toLowerCase();
	if (count < 1 || count > 500) throw badPayload("'count' out of range");
	if (chat.type === 'CHANNEL' || type === 'JOIN_REQUEST') demand(isAdmin(chat, me.id));
	const users = idsOf(chat, type)
		.map((id) => world.users.get(id))
		.filter((user): user is User => user !== undefined)
		.filter((user) => `${user.firstName} ${user.lastName ?? ''}`.toLowerCase().includes(query));
	const end = marker + Math.min(count, world.policy.listMax);
	const page = users.slice(marker, end);
	return {
		members: page.map((user) => ({
			contact: viewUser(conn, me, user),
			presence: viewPresence(world, user),
			readMark: chat.members.get(user.id)?.readMark ?? 0,
			id: user.id,
		})),
		marker: end < users.length ? end : 0,
	};
}

function idsOf(chat: Chat, type: string): bigint[] {
	if (type === 'MEMBER') return [...chat.members.keys()];
	if (type === 'ADMIN') return [...chat.members.keys()].filter((id) => isAdmin(chat, id));
	if (type === 'JOIN_REQUEST') return [...chat.joinRequests.keys()];
	throw badPayload(`Unknown type '${type}'`);
}

/** CHAT_MEMBERS_UPDATE: add, remove, promote, demote, answer join requests. */
function update(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	const chat = chatFor(world, me, body.int('chatId'));
	memberOf(chat, me);
	if (chat.type === 'DIALOG') throw new Refusal('not.found', { message: 'chat.not.found' });
	const ids = body.ints('userIds');
	if (ids.length === 0) throw badPayload("userIds can't be empty");
	const users = ids.map((id) => world.users.get(id)).filter((user): user is User => user !== undefined);
	if (users.length !== ids.length) throw new Refusal('not.found');
	const type = body.maybeString('type') ?? 'MEMBER';
	// Lower case is proven; one client sends upper case, which no source says is refused.
	const operation = body.string('operation').toLowerCase();
	if (operation !== 'add' && operation !== 'remove') throw badPayload(`Unknown operation '${operation}'`);
	if (type === 'ADMIN') setAdmins(call, chat, users, operation);
	else if (type === 'JOIN_REQUEST') answerRequests(call, chat, users, operation);
	else if (operation === 'add') add(call, chat, users);
	else remove(call, chat, users);
	chat.modified = world.now();
	return { chat: viewChat(conn, me, chat) };
}

function add({ world, me, body, conn }: Call, chat: Chat, users: readonly User[]): void {
	demand(hasRight(chat, me.id, rights.members) || chat.options['ONLY_ADMIN_CAN_ADD_MEMBER'] === false);
	const showHistory = body.maybeBoolean('showHistory') ?? true;
	if (users.some((user) => user.settings['CHATS_INVITE'] === 'NOBODY'))
		throw new Refusal('participants.filter.out');
	const fresh = users.filter((user) => !chat.members.has(user.id));
	for (const user of fresh) {
		const visibleFrom = showHistory ? 0 : world.now();
		chat.members.set(user.id, newMember(user.id, world.now(), { invitedBy: me.id, visibleFrom }));
	}
	const userIds = fresh.map((user) => user.id);
	if (userIds.length > 0) announce(world, chat, me, 'add', { userId: me.id, userIds, showHistory }, conn);
}

function remove(call: Call, chat: Chat, users: readonly User[]): void {
	const { world, me, body, conn } = call;
	demand(hasRight(chat, me.id, rights.members) && !users.some((user) => user.id === chat.owner));
	// -1: everything they wrote goes too.
	const wipe = body.maybeNumber('cleanMsgPeriod') === -1;
	for (const user of users.filter((one) => chat.members.has(one.id))) {
		announce(world, chat, me, 'remove', { userId: user.id }, conn);
		dropMember(call, chat, user);
		if (wipe)
			removeMessages(
				world,
				chat,
				chat.messages.filter((one) => one.author === user.id),
				conn,
			);
	}
}

function setAdmins(
	{ world, me, body, conn }: Call,
	chat: Chat,
	users: readonly User[],
	operation: string,
): void {
	demand(hasRight(chat, me.id, rights.admins));
	const permissions = operation === 'add' ? body.number('permissions') : undefined;
	for (const user of users) {
		const member = chat.members.get(user.id);
		if (member === undefined) throw new Refusal('not.found');
		member.permissions = permissions;
	}
	pushChatChanged(world, chat, conn);
}

function answerRequests(
	{ world, me, body, conn }: Call,
	chat: Chat,
	users: readonly User[],
	operation: string,
): void {
	demand(hasRight(chat, me.id, rights.members));
	const visibleFrom = (body.maybeBoolean('showHistory') ?? true) ? 0 : world.now();
	for (const user of users) {
		if (!chat.joinRequests.delete(user.id)) throw new Refusal('not.found');
		if (operation === 'remove') continue;
		chat.members.set(user.id, newMember(user.id, world.now(), { visibleFrom }));
		announce(world, chat, user, 'joinByLink', { userId: user.id }, conn);
	}
}

export const memberHandlers: HandlerTable = { 59: list, 77: update };
