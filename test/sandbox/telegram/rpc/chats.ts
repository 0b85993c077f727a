import {
	addMember,
	allRights,
	createChannel,
	createGroup,
	demandRight,
	isMember,
	present,
	removeMember,
} from '../state/chats';
import { Delivery } from '../state/delivery';
import { viewPhoto } from '../state/files';
import { post } from '../state/messages';
import { marked, tlPeer } from '../state/model';
import type { Channel, Chat, Group, Person } from '../state/model';
import { byUsername, dialogOf } from '../state/people';
import { peersIn, viewChat, viewChatPhoto, viewGroupMembers, viewInvite, viewNotify } from '../state/views';
import type { World } from '../state/world';
import { child, children, flag, int, long, longs, optionalChild, text } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { Call, HandlerTable } from './call';
import { RpcError } from './errors';
import { uploadedPhoto } from './media';
import { channelArg, channelByHash, chatArg, groupOf, userOf } from './peers';

/** A line in the chat about what happened, told to everybody. */
export function announce(call: Call, chat: Chat, action: TlObject, delivery: Delivery): void {
	post(call.world, call.me, chat.key, { action }, delivery);
	if (chat.kind === 'group' && memberActions.has(action._)) tellMembers(call.world, chat, delivery);
}

const memberActions = new Set([
	'messageActionChatCreate',
	'messageActionChatAddUser',
	'messageActionChatDeleteUser',
]);

/** The list of a basic group's members, to all of them. */
export function tellMembers(world: World, group: Group, delivery: Delivery): void {
	const update = { _: 'updateChatParticipants', participants: viewGroupMembers(group) };
	for (const { id } of present(group)) delivery.tell(world.person(id), update);
}

/** Somebody's list of chats changed: updateChannel (channels have no member updates of their own). */
export function tellChannel(person: Person, channel: Channel, delivery: Delivery): void {
	delivery.tell(person, { _: 'updateChannel', channel_id: channel.id });
}

function fresh(call: Call): Delivery {
	return new Delivery(call.world, call.origin.session);
}

/** Those who let themselves be added, and those who do not. */
export function invitable(
	call: Call,
	people: readonly Person[],
): { readonly yes: Person[]; readonly no: TlObject[] } {
	const yes = people.filter((one) => !one.privateInvites || one.contacts.has(call.me.id));
	const no = people
		.filter((one) => !yes.includes(one))
		.map((one) => ({ _: 'missingInvitee', user_id: one.id }));
	return { yes, no };
}

function createChat(call: Call): TlObject {
	const { world, me, args } = call;
	const title = text(args, 'title').trim();
	if (title === '') throw new RpcError(400, 'CHAT_TITLE_EMPTY');
	const { yes, no } = invitable(
		call,
		children(args, 'users').map((input) => userOf(call, input)),
	);
	if (yes.length === 0 && no.length === 0) throw new RpcError(400, 'USERS_TOO_FEW');
	const group = createGroup(world, me, title);
	for (const person of yes) addMember(world, group, person, me.id);
	const delivery = fresh(call);
	announce(call, group, { _: 'messageActionChatCreate', title, users: yes.map((one) => one.id) }, delivery);
	return { _: 'messages.invitedUsers', updates: delivery.finish(), missing_invitees: no };
}

function createNewChannel(call: Call): TlObject {
	const { world, me, args } = call;
	const title = text(args, 'title').trim();
	if (title === '') throw new RpcError(400, 'CHAT_TITLE_EMPTY');
	const forum = flag(args, 'forum');
	const channel = createChannel(world, me, {
		title,
		about: text(args, 'about'),
		megagroup: flag(args, 'megagroup') || forum,
		forum,
	});
	const delivery = fresh(call);
	tellChannel(me, channel, delivery);
	announce(call, channel, { _: 'messageActionChannelCreate', title }, delivery);
	return delivery.finish();
}

function pinnedId(chat: Chat, me: Person): number | undefined {
	const box = chat.kind === 'channel' ? chat.box : me.box;
	return [...box.messages.values()].filter((copy) => copy.peer === chat.key && copy.message.pinned).at(-1)
		?.id;
}

function fullGroup(call: Call, group: Group): TlObject {
	const { me } = call;
	const invite = [...group.invites.values()].find(
		(one) => one.permanent && !one.revoked && one.admin === me.id,
	);
	return {
		_: 'chatFull',
		can_set_username: group.creator === me.id,
		id: group.id,
		about: group.about,
		participants: viewGroupMembers(group),
		chat_photo: group.photo === undefined ? undefined : viewPhoto(group.photo),
		notify_settings: viewNotify(dialogOf(me, group.key)),
		exported_invite: invite === undefined ? undefined : viewInvite(invite),
		pinned_msg_id: pinnedId(group, me),
		ttl_period: group.ttl,
		requests_pending: group.requests.size === 0 ? undefined : group.requests.size,
		recent_requesters: group.requests.size === 0 ? undefined : [...group.requests.keys()],
	};
}

function fullChannel(call: Call, channel: Channel): TlObject {
	const { me } = call;
	const dialog = dialogOf(me, channel.key);
	const list = [...channel.members.values()];
	const invite = [...channel.invites.values()].find(
		(one) => one.permanent && !one.revoked && one.admin === me.id,
	);
	return {
		_: 'channelFull',
		can_view_participants: channel.megagroup || channel.creator === me.id,
		can_set_username: channel.creator === me.id,
		can_delete_channel: channel.creator === me.id,
		id: channel.id,
		about: channel.about,
		participants_count: present(channel).length,
		admins_count: list.filter((one) => one.admin !== undefined || one.id === channel.creator).length,
		kicked_count: list.filter((one) => one.banned?.view_messages === true).length,
		banned_count: list.filter((one) => one.banned !== undefined && one.banned.view_messages !== true).length,
		read_inbox_max_id: dialog.readInbox,
		read_outbox_max_id: dialog.readOutbox,
		unread_count: dialog.unread,
		chat_photo: viewChatPhoto(channel),
		notify_settings: viewNotify(dialog),
		exported_invite: invite === undefined ? undefined : viewInvite(invite),
		bot_info: [],
		migrated_from_chat_id: channel.migratedFrom?.id,
		migrated_from_max_id: channel.migratedFrom === undefined ? undefined : 0,
		pinned_msg_id: pinnedId(channel, me),
		linked_chat_id: channel.linked?.id,
		slowmode_seconds: channel.slowmodeSeconds === 0 ? undefined : channel.slowmodeSeconds,
		pts: channel.box.pts,
		ttl_period: channel.ttl,
		requests_pending: channel.requests.size === 0 ? undefined : channel.requests.size,
		recent_requesters: channel.requests.size === 0 ? undefined : [...channel.requests.keys()],
	};
}

function full(call: Call, chat: Chat): TlObject {
	const full_chat = chat.kind === 'group' ? fullGroup(call, chat) : fullChannel(call, chat);
	return { _: 'messages.chatFull', full_chat, ...peersIn(call.world, call.me, full_chat, tlPeer(chat.key)) };
}

function editTitle(call: Call, chat: Chat): TlObject {
	const title = text(call.args, 'title').trim();
	if (title === '') throw new RpcError(400, 'CHAT_TITLE_EMPTY');
	demandRight(chat, call.me, 'change_info');
	if (title === chat.title) throw new RpcError(400, 'CHAT_NOT_MODIFIED');
	chat.title = title;
	if (chat.kind === 'group') chat.version += 1;
	const delivery = fresh(call);
	announce(call, chat, { _: 'messageActionChatEditTitle', title }, delivery);
	return delivery.finish();
}

function editPhoto(call: Call, chat: Chat): TlObject {
	demandRight(chat, call.me, 'change_info');
	const input = child(call.args, 'photo');
	const delivery = fresh(call);
	if (input._ === 'inputChatPhotoEmpty') {
		chat.photo = undefined;
		announce(call, chat, { _: 'messageActionChatDeletePhoto' }, delivery);
		return delivery.finish();
	}
	const file = optionalChild(input, 'file');
	if (file === undefined) throw new RpcError(400, 'PHOTO_INVALID');
	chat.photo = uploadedPhoto(call, file);
	announce(call, chat, { _: 'messageActionChatEditPhoto', photo: viewPhoto(chat.photo) }, delivery);
	return delivery.finish();
}

function leave(call: Call, chat: Chat): TlObject {
	const { me } = call;
	if (!isMember(chat, me.id)) throw new RpcError(400, 'USER_NOT_PARTICIPANT');
	const delivery = fresh(call);
	if (chat.kind === 'group')
		announce(call, chat, { _: 'messageActionChatDeleteUser', user_id: me.id }, delivery);
	removeMember(chat, me.id);
	if (chat.kind === 'channel') tellChannel(me, chat, delivery);
	return delivery.finish();
}

function deleteChatUser(call: Call): TlObject {
	const { me, args } = call;
	const group = groupOf(call, long(args, 'chat_id'));
	const person = userOf(call, child(args, 'user_id'));
	if (person.id === me.id) return leave(call, group);
	if (!isMember(group, person.id)) throw new RpcError(400, 'USER_NOT_PARTICIPANT');
	const inviter = group.members.get(person.id)?.inviter;
	if (inviter !== me.id) demandRight(group, me, 'ban_users');
	const delivery = fresh(call);
	announce(call, group, { _: 'messageActionChatDeleteUser', user_id: person.id }, delivery);
	removeMember(group, person.id);
	return delivery.finish();
}

function addChatUser(call: Call): TlObject {
	const { world, me, args } = call;
	const group = groupOf(call, long(args, 'chat_id'));
	const person = userOf(call, child(args, 'user_id'));
	demandRight(group, me, 'invite_users');
	if (isMember(group, person.id)) throw new RpcError(400, 'USER_ALREADY_PARTICIPANT');
	const { yes, no } = invitable(call, [person]);
	const delivery = fresh(call);
	if (yes.length > 0) {
		addMember(world, group, person, me.id);
		announce(call, group, { _: 'messageActionChatAddUser', users: [person.id] }, delivery);
	}
	return { _: 'messages.invitedUsers', updates: delivery.finish(), missing_invitees: no };
}

/** A basic group becomes a supergroup: members move, the group stays as a closed shell. */
function migrateChat(call: Call): TlObject {
	const { world, me, args } = call;
	const group = groupOf(call, long(args, 'chat_id'));
	if (group.creator !== me.id) throw new RpcError(400, 'CHAT_ADMIN_REQUIRED');
	if (group.deactivated) throw new RpcError(400, 'CHAT_NOT_MODIFIED');
	const channel = createChannel(world, me, { title: group.title, about: group.about, megagroup: true });
	channel.migratedFrom = group;
	const delivery = fresh(call);
	announce(call, group, { _: 'messageActionChatMigrateTo', channel_id: channel.id }, delivery);
	for (const { id, inviter } of present(group)) {
		const person = world.person(id);
		addMember(world, channel, person, inviter);
		tellChannel(person, channel, delivery);
	}
	group.deactivated = true;
	group.migratedTo = channel;
	const { title, id } = group;
	announce(call, channel, { _: 'messageActionChannelMigrateFrom', title, chat_id: id }, delivery);
	return delivery.finish();
}

function updateUsername(call: Call): true {
	const { world, me, args } = call;
	const channel = channelArg(call);
	const name = text(args, 'username');
	if (channel.creator !== me.id) throw new RpcError(400, 'CHAT_ADMIN_REQUIRED');
	if (name !== '' && !/^[a-zA-Z]\w{4,31}$/.test(name)) throw new RpcError(400, 'USERNAME_INVALID');
	if (name === (channel.username ?? '')) throw new RpcError(400, 'USERNAME_NOT_MODIFIED');
	if (name !== '' && byUsername(world, name) !== undefined) throw new RpcError(400, 'USERNAME_OCCUPIED');
	channel.username = name === '' ? undefined : name;
	return true;
}

/** Marks a channel as changed for all its members. */
function tellAll(call: Call, channel: Channel): TlObject {
	const delivery = fresh(call);
	for (const { id } of present(channel)) tellChannel(call.world.person(id), channel, delivery);
	return delivery.finish();
}

function viewChats(call: Call, chats: readonly Chat[]): TlObject {
	return { _: 'messages.chats', chats: chats.map((chat) => viewChat(call.world, call.me, chat)) };
}

export const chatHandlers: HandlerTable = {
	'messages.createChat': createChat,
	'channels.createChannel': createNewChannel,
	'messages.getFullChat': (call) => full(call, groupOf(call, long(call.args, 'chat_id'))),
	'channels.getFullChannel': (call) => full(call, channelArg(call)),
	'messages.getChats': (call) =>
		viewChats(
			call,
			longs(call.args, 'id').map((id) => groupOf(call, id)),
		),
	'channels.getChannels': (call) =>
		viewChats(
			call,
			children(call.args, 'id').map((input) => channelByHash(call, input)),
		),
	'messages.editChatTitle': (call) => editTitle(call, groupOf(call, long(call.args, 'chat_id'))),
	'channels.editTitle': (call) => editTitle(call, channelArg(call)),
	'messages.editChatPhoto': (call) => editPhoto(call, groupOf(call, long(call.args, 'chat_id'))),
	'channels.editPhoto': (call) => editPhoto(call, channelArg(call)),
	'messages.editChatAbout': (call) => {
		const chat = chatArg(call);
		demandRight(chat, call.me, 'change_info');
		const about = text(call.args, 'about');
		if (about.length > 255) throw new RpcError(400, 'CHAT_ABOUT_TOO_LONG');
		if (about === chat.about) throw new RpcError(400, 'CHAT_ABOUT_NOT_MODIFIED');
		chat.about = about;
		return true;
	},
	'messages.editChatDefaultBannedRights': (call) => {
		const chat = chatArg(call);
		demandRight(chat, call.me, 'ban_users');
		chat.defaultBanned = child(call.args, 'banned_rights');
		if (chat.kind === 'group') chat.version += 1;
		const delivery = fresh(call);
		const version = chat.kind === 'group' ? chat.version : 0;
		for (const { id } of present(chat)) {
			delivery.tell(call.world.person(id), {
				_: 'updateChatDefaultBannedRights',
				peer: tlPeer(chat.key),
				default_banned_rights: chat.defaultBanned,
				version,
			});
		}
		return delivery.finish();
	},
	'messages.toggleNoForwards': (call) => {
		const chat = chatArg(call);
		demandRight(chat, call.me, 'change_info');
		chat.noforwards = flag(call.args, 'enabled');
		return chat.kind === 'channel' ? tellAll(call, chat) : fresh(call).finish();
	},
	'channels.updateUsername': updateUsername,
	'channels.checkUsername': (call) => byUsername(call.world, text(call.args, 'username')) === undefined,
	'channels.toggleSlowMode': (call) => {
		const channel = channelArg(call);
		demandRight(channel, call.me, 'ban_users');
		const seconds = int(call.args, 'seconds');
		if (![0, 5, 10, 30, 60, 300, 900, 3600].includes(seconds)) throw new RpcError(400, 'SECONDS_INVALID');
		channel.slowmodeSeconds = seconds;
		return tellAll(call, channel);
	},
	'channels.toggleForum': (call) => {
		const channel = channelArg(call);
		if (channel.creator !== call.me.id) throw new RpcError(400, 'CHAT_ADMIN_REQUIRED');
		channel.forum = flag(call.args, 'enabled');
		return tellAll(call, channel);
	},
	'channels.toggleSignatures': (call) => {
		const channel = channelArg(call);
		demandRight(channel, call.me, 'change_info');
		channel.signatures = flag(call.args, 'signatures_enabled') || flag(call.args, 'enabled');
		return tellAll(call, channel);
	},
	'channels.setDiscussionGroup': (call) => {
		const [channel, group] = [channelArg(call, 'broadcast'), channelArg(call, 'group')];
		channel.linked = group;
		group.linked = channel;
		return true;
	},
	'channels.joinChannel': (call) => {
		const { world, me } = call;
		const channel = channelByHash(call, child(call.args, 'channel'));
		if (channel.members.get(me.id)?.banned?.view_messages === true)
			throw new RpcError(400, 'CHANNEL_PRIVATE');
		if (channel.username === undefined && !isMember(channel, me.id))
			throw new RpcError(400, 'CHANNEL_PRIVATE');
		if (isMember(channel, me.id)) throw new RpcError(400, 'USER_ALREADY_PARTICIPANT');
		addMember(world, channel, me, me.id);
		const delivery = fresh(call);
		tellChannel(me, channel, delivery);
		dialogOf(me, channel.key).topMessage = channel.box.nextId - 1;
		dialogOf(me, channel.key).readInbox = channel.box.nextId - 1;
		if (channel.megagroup)
			announce(call, channel, { _: 'messageActionChatAddUser', users: [me.id] }, delivery);
		return { _: 'messages.chatInviteJoinResultOk', updates: delivery.finish() };
	},
	'channels.leaveChannel': (call) => leave(call, channelArg(call)),
	'channels.deleteChannel': (call) => {
		const channel = channelArg(call);
		if (channel.creator !== call.me.id) throw new RpcError(400, 'CHAT_ADMIN_REQUIRED');
		const delivery = fresh(call);
		for (const { id } of present(channel)) {
			const person = call.world.person(id);
			tellChannel(person, channel, delivery);
			removeMember(channel, id);
		}
		return delivery.finish();
	},
	'messages.deleteChat': (call) => {
		const group = groupOf(call, long(call.args, 'chat_id'));
		if (group.creator !== call.me.id) throw new RpcError(400, 'CHAT_ADMIN_REQUIRED');
		for (const { id } of present(group)) removeMember(group, id);
		group.deactivated = true;
		return true;
	},
	'messages.deleteChatUser': deleteChatUser,
	'messages.addChatUser': addChatUser,
	'messages.migrateChat': migrateChat,
	'messages.editChatAdmin': (call) => {
		const group = groupOf(call, long(call.args, 'chat_id'));
		if (group.creator !== call.me.id) throw new RpcError(400, 'CHAT_ADMIN_REQUIRED');
		const member = group.members.get(userOf(call, child(call.args, 'user_id')).id);
		if (member === undefined) throw new RpcError(400, 'USER_NOT_PARTICIPANT');
		member.admin = flag(call.args, 'is_admin') ? allRights : undefined;
		group.version += 1;
		return true;
	},
	'channels.getSendAs': (call) => {
		const peers = [{ _: 'sendAsPeer', peer: tlPeer(marked.user(call.me.id)) }];
		return { _: 'channels.sendAsPeers', peers, ...peersIn(call.world, call.me, peers) };
	},
};
