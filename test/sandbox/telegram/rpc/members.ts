import { addMember, demandRight, hasRight, isMember, present } from '../state/chats';
import { Delivery } from '../state/delivery';
import { removeCopies } from '../state/messages';
import { bareId, tlPeer } from '../state/model';
import type { Channel, Member } from '../state/model';
import { nameOf } from '../state/people';
import { peersIn } from '../state/views';
import { child, children, int, optionalText, text } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { Call, HandlerTable } from './call';
import { announce, invitable, tellChannel } from './chats';
import { RpcError } from './errors';
import { channelArg, peerOf, userOf } from './peers';

function viewMember(call: Call, channel: Channel, member: Member): TlObject {
	const { id, date, inviter, rank } = member;
	if (member.banned !== undefined) {
		return {
			_: 'channelParticipantBanned',
			left: member.gone,
			peer: tlPeer(id),
			kicked_by: member.bannedBy ?? channel.creator,
			date,
			banned_rights: member.banned,
		};
	}
	if (id === channel.creator) {
		const admin_rights = { _: 'chatAdminRights', change_info: true, add_admins: true, other: true };
		return { _: 'channelParticipantCreator', user_id: id, admin_rights, rank };
	}
	if (member.gone) return { _: 'channelParticipantLeft', peer: tlPeer(id) };
	if (member.admin !== undefined) {
		return {
			_: 'channelParticipantAdmin',
			can_edit: channel.creator === call.me.id,
			self: id === call.me.id,
			user_id: id,
			inviter_id: id === call.me.id ? inviter : undefined,
			promoted_by: member.promotedBy ?? channel.creator,
			date,
			admin_rights: member.admin,
			rank,
		};
	}
	if (id === call.me.id) return { _: 'channelParticipantSelf', user_id: id, inviter_id: inviter, date };
	return { _: 'channelParticipant', user_id: id, date };
}

function wanted(call: Call, channel: Channel, filter: TlObject): Member[] {
	const { world } = call;
	const all = [...channel.members.values()];
	const words = text(filter, 'q').toLowerCase();
	const named = (member: Member): boolean => {
		const person = world.person(member.id);
		return `${nameOf(person)} ${person.username ?? ''}`.toLowerCase().includes(words);
	};
	switch (filter._) {
		case 'channelParticipantsAdmins':
			return all.filter((one) => one.id === channel.creator || one.admin !== undefined);
		case 'channelParticipantsBots':
			return present(channel).filter((one) => world.person(one.id).bot);
		case 'channelParticipantsKicked':
			return all.filter((one) => one.banned?.view_messages === true && named(one));
		case 'channelParticipantsBanned':
			return all.filter((one) => one.banned !== undefined && one.banned.view_messages !== true && named(one));
		case 'channelParticipantsContacts':
			return present(channel).filter((one) => call.me.contacts.has(one.id) && named(one));
		default:
			return present(channel).filter(named);
	}
}

function getParticipants(call: Call): TlObject {
	const { world, me, args } = call;
	const channel = channelArg(call);
	if (!channel.megagroup && !hasRight(channel, me.id, 'invite_users'))
		throw new RpcError(400, 'CHAT_ADMIN_REQUIRED');
	const found = wanted(call, channel, child(args, 'filter'));
	const limit = Math.min(int(args, 'limit') || 200, 200);
	// The real server shows at most about ten thousand.
	const page = found.slice(0, 10_000).slice(int(args, 'offset'), int(args, 'offset') + limit);
	const participants = page.map((member) => viewMember(call, channel, member));
	return {
		_: 'channels.channelParticipants',
		count: found.length,
		participants,
		...peersIn(world, me, participants),
	};
}

function inviteToChannel(call: Call): TlObject {
	const { world, me, args } = call;
	const channel = channelArg(call);
	demandRight(channel, me, 'invite_users');
	const people = children(args, 'users').map((input) => userOf(call, input));
	const { yes, no } = invitable(call, people);
	if (yes.some((one) => channel.members.get(one.id)?.banned?.view_messages === true))
		throw new RpcError(400, 'USER_KICKED');
	const delivery = new Delivery(world, call.origin.session);
	const added = yes.filter((one) => !isMember(channel, one.id));
	for (const person of added) {
		addMember(world, channel, person, me.id);
		tellChannel(person, channel, delivery);
	}
	if (channel.megagroup && added.length > 0) {
		announce(call, channel, { _: 'messageActionChatAddUser', users: added.map((one) => one.id) }, delivery);
	}
	return { _: 'messages.invitedUsers', updates: delivery.finish(), missing_invitees: no };
}

function noted(call: Call, channel: Channel, action: TlObject): void {
	channel.adminLog.push({
		_: 'channelAdminLogEvent',
		id: BigInt(channel.adminLog.length + 1),
		date: call.world.serverSeconds(),
		user_id: call.me.id,
		action,
	});
}

function editBanned(call: Call): TlObject {
	const { world, me, args } = call;
	const channel = channelArg(call);
	demandRight(channel, me, 'ban_users');
	const id = bareId(peerOf(call, child(args, 'participant')));
	if (id === channel.creator) throw new RpcError(400, 'USER_ADMIN_INVALID');
	const person = world.person(id);
	const rights = child(args, 'banned_rights');
	const member = channel.members.get(id) ?? addMember(world, channel, person, me.id);
	const prev = viewMember(call, channel, member);
	const any = Object.entries(rights).some(([, value]) => value === true);
	if (!any && member.banned === undefined && !isMember(channel, id))
		throw new RpcError(400, 'USER_NOT_PARTICIPANT');
	member.banned = any ? rights : undefined;
	member.bannedBy = any ? me.id : undefined;
	if (rights.view_messages === true) member.gone = true;
	noted(call, channel, {
		_: 'channelAdminLogEventActionParticipantToggleBan',
		prev_participant: prev,
		new_participant: viewMember(call, channel, member),
	});
	const delivery = new Delivery(world, call.origin.session);
	tellChannel(person, channel, delivery);
	tellChannel(me, channel, delivery);
	return delivery.finish();
}

function editAdmin(call: Call): TlObject {
	const { world, me, args } = call;
	const channel = channelArg(call);
	if (channel.creator !== me.id && !hasRight(channel, me.id, 'add_admins'))
		throw new RpcError(400, 'CHAT_ADMIN_REQUIRED');
	const person = userOf(call, child(args, 'user_id'));
	const rights = child(args, 'admin_rights');
	const member = channel.members.get(person.id);
	if (member === undefined || member.gone) throw new RpcError(400, 'USER_NOT_PARTICIPANT');
	const prev = viewMember(call, channel, member);
	const any = Object.entries(rights).some(([, value]) => value === true);
	const rank = optionalText(args, 'rank');
	Object.assign(member, {
		admin: any ? rights : undefined,
		promotedBy: any ? me.id : undefined,
		rank: rank === '' ? undefined : rank,
	});
	noted(call, channel, {
		_: 'channelAdminLogEventActionParticipantToggleAdmin',
		prev_participant: prev,
		new_participant: viewMember(call, channel, member),
	});
	const delivery = new Delivery(world, call.origin.session);
	tellChannel(person, channel, delivery);
	tellChannel(me, channel, delivery);
	return delivery.finish();
}

export const memberHandlers: HandlerTable = {
	'channels.getParticipants': getParticipants,
	'channels.getParticipant': (call) => {
		const channel = channelArg(call);
		const id = bareId(peerOf(call, child(call.args, 'participant')));
		const member = channel.members.get(id);
		if (member === undefined || (member.gone && member.banned === undefined))
			throw new RpcError(400, 'USER_NOT_PARTICIPANT');
		const participant = viewMember(call, channel, member);
		return { _: 'channels.channelParticipant', participant, ...peersIn(call.world, call.me, participant) };
	},
	'channels.inviteToChannel': inviteToChannel,
	'channels.editBanned': editBanned,
	'channels.editAdmin': editAdmin,
	'channels.deleteParticipantHistory': (call) => {
		const channel = channelArg(call);
		demandRight(channel, call.me, 'delete_messages');
		const author = peerOf(call, child(call.args, 'participant'));
		const copies = [...channel.box.messages.values()].filter(({ message }) => message.author === author);
		const delivery = new Delivery(call.world, call.origin.session);
		removeCopies(call.world, copies, delivery);
		delivery.finish();
		return { _: 'messages.affectedHistory', pts: channel.box.pts, pts_count: copies.length, offset: 0 };
	},
	'channels.getAdminLog': (call) => {
		const channel = channelArg(call);
		demandRight(channel, call.me, 'ban_users');
		const events = [...channel.adminLog].reverse().slice(0, int(call.args, 'limit') || 100);
		return { _: 'channels.adminLogResults', events, ...peersIn(call.world, call.me, events) };
	},
};
