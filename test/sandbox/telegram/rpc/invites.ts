import { addMember, demandRight, findInvite, isMember, makeInvite, present } from '../state/chats';
import { Delivery } from '../state/delivery';
import { post } from '../state/messages';
import { tlPeer } from '../state/model';
import type { Chat, Invite, Person } from '../state/model';
import { dialogOf } from '../state/people';
import { peersIn, viewChat, viewChatPhoto, viewInvite, viewUser } from '../state/views';
import { child, flag, int, optionalInt, optionalText, text } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { Call, HandlerTable } from './call';
import { tellChannel } from './chats';
import { RpcError } from './errors';
import { chatArg, userOf } from './peers';

function usable(call: Call, hash: string): { chat: Chat; invite: Invite } {
	const found = findInvite(call.world, hash);
	if (found === undefined) throw new RpcError(400, 'INVITE_HASH_INVALID');
	const { invite } = found;
	const late = invite.expires !== undefined && invite.expires < call.world.serverSeconds();
	const full = invite.limit !== undefined && invite.limit > 0 && invite.used.size >= invite.limit;
	if (invite.revoked || late || full) throw new RpcError(400, 'INVITE_HASH_EXPIRED');
	return found;
}

function hashOf(link: string): string {
	return link.replace(/^.*(?:\+|joinchat\/)/, '');
}

function own(call: Call): { chat: Chat; invite: Invite } {
	const chat = chatArg(call);
	demandRight(chat, call.me, 'invite_users');
	const invite = chat.invites.get(hashOf(text(call.args, 'link')));
	if (invite === undefined) throw new RpcError(400, 'INVITE_HASH_EXPIRED');
	return { chat, invite };
}

/** Lets somebody in and says so. */
function letIn(call: Call, chat: Chat, person: Person, action: TlObject, delivery: Delivery): void {
	addMember(call.world, chat, person, chat.creator);
	if (chat.kind === 'channel') {
		tellChannel(person, chat, delivery);
		Object.assign(dialogOf(person, chat.key), {
			topMessage: chat.box.nextId - 1,
			readInbox: chat.box.nextId - 1,
		});
	}
	if (chat.kind === 'group' || chat.megagroup) post(call.world, person, chat.key, { action }, delivery);
}

function importInvite(call: Call): TlObject {
	const { world, me, args } = call;
	const { chat, invite } = usable(call, text(args, 'hash'));
	if (isMember(chat, me.id)) throw new RpcError(400, 'USER_ALREADY_PARTICIPANT');
	if (invite.requestNeeded) {
		chat.requests.set(me.id, { date: world.serverSeconds(), invite: invite.hash });
		const delivery = new Delivery(world);
		delivery.tell(world.person(chat.creator), {
			_: 'updatePendingJoinRequests',
			peer: tlPeer(chat.key),
			requests_pending: chat.requests.size,
			recent_requesters: [...chat.requests.keys()],
		});
		delivery.finish();
		throw new RpcError(400, 'INVITE_REQUEST_SENT');
	}
	invite.used.set(me.id, world.serverSeconds());
	const delivery = new Delivery(world, call.origin.session);
	letIn(call, chat, me, { _: 'messageActionChatJoinedByLink', inviter_id: invite.admin }, delivery);
	return { _: 'messages.chatInviteJoinResultOk', updates: delivery.finish() };
}

function checkInvite(call: Call): TlObject {
	const { world, me } = call;
	const { chat, invite } = usable(call, text(call.args, 'hash'));
	if (isMember(chat, me.id)) return { _: 'chatInviteAlready', chat: viewChat(world, me, chat) };
	const channel = chat.kind === 'channel';
	return {
		_: 'chatInvite',
		channel,
		broadcast: channel && !chat.megagroup,
		megagroup: channel && chat.megagroup,
		request_needed: invite.requestNeeded,
		title: chat.title,
		about: chat.about === '' ? undefined : chat.about,
		photo: viewChatPhoto(chat),
		participants_count: present(chat).length,
		color: 0,
	};
}

function importers(call: Call): TlObject {
	const { world, me, args } = call;
	const chat = chatArg(call);
	demandRight(chat, me, 'invite_users');
	const link = optionalText(args, 'link');
	const list = flag(args, 'requested')
		? [...chat.requests].map(([id, { date }]) => ({
				_: 'chatInviteImporter',
				requested: true,
				user_id: id,
				date,
			}))
		: [...(chat.invites.get(hashOf(link ?? ''))?.used ?? [])].map(([id, date]) => ({
				_: 'chatInviteImporter',
				user_id: id,
				date,
			}));
	const offset = child(args, 'offset_user');
	const start =
		offset._ === 'inputUserEmpty' ? 0 : list.findIndex((one) => one.user_id === userOf(call, offset).id) + 1;
	const page = list.slice(start, start + (int(args, 'limit') || 100));
	return {
		_: 'messages.chatInviteImporters',
		count: list.length,
		importers: page,
		users: peersIn(world, me, page).users,
	};
}

export const inviteHandlers: HandlerTable = {
	'messages.exportChatInvite': (call) => {
		const { args } = call;
		const chat = chatArg(call);
		demandRight(chat, call.me, 'invite_users');
		const [expires, limit, title] = [
			optionalInt(args, 'expire_date'),
			optionalInt(args, 'usage_limit'),
			optionalText(args, 'title'),
		];
		const requestNeeded = flag(args, 'request_needed');
		const plain = expires === undefined && limit === undefined && title === undefined && !requestNeeded;
		const main = [...chat.invites.values()].find(
			(one) => one.permanent && !one.revoked && one.admin === call.me.id,
		);
		// A further link leaves the administrator's main one as it is, but with the flag that replaces it.
		const permanent = plain && (main === undefined || flag(args, 'legacy_revoke_permanent'));
		if (permanent && main !== undefined) main.revoked = true;
		return viewInvite(
			makeInvite(call.world, chat, call.me.id, { expires, limit, title, requestNeeded, permanent }),
		);
	},
	'messages.getExportedChatInvites': (call) => {
		const chat = chatArg(call);
		const admin = userOf(call, child(call.args, 'admin_id'));
		const revoked = flag(call.args, 'revoked');
		const list = [...chat.invites.values()]
			.filter((one) => one.admin === admin.id && one.revoked === revoked)
			.reverse();
		const after = optionalText(call.args, 'offset_link');
		const start = after === undefined ? 0 : list.findIndex((one) => one.hash === hashOf(after)) + 1;
		const invites = list.slice(start, start + (int(call.args, 'limit') || 100)).map(viewInvite);
		const users = [viewUser(call.world, call.me, admin)];
		return { _: 'messages.exportedChatInvites', count: list.length, invites, users };
	},
	'messages.getExportedChatInvite': (call) => {
		const { invite } = own(call);
		return {
			_: 'messages.exportedChatInvite',
			invite: viewInvite(invite),
			users: [viewUser(call.world, call.me, call.me)],
		};
	},
	'messages.editExportedChatInvite': (call) => {
		const { args } = call;
		const { chat, invite } = own(call);
		if (flag(args, 'revoked')) {
			invite.revoked = true;
			if (invite.permanent) {
				const fresh = makeInvite(call.world, chat, invite.admin, { permanent: true });
				return {
					_: 'messages.exportedChatInviteReplaced',
					invite: viewInvite(invite),
					new_invite: viewInvite(fresh),
					users: [viewUser(call.world, call.me, call.me)],
				};
			}
		}
		if (args.expire_date !== undefined) invite.expires = int(args, 'expire_date') || undefined;
		if (args.usage_limit !== undefined) invite.limit = int(args, 'usage_limit') || undefined;
		if (args.request_needed !== undefined) invite.requestNeeded = flag(args, 'request_needed');
		if (args.title !== undefined) invite.title = optionalText(args, 'title');
		return {
			_: 'messages.exportedChatInvite',
			invite: viewInvite(invite),
			users: [viewUser(call.world, call.me, call.me)],
		};
	},
	'messages.deleteExportedChatInvite': (call) => {
		const { chat, invite } = own(call);
		if (!invite.revoked) throw new RpcError(400, 'INVITE_HASH_INVALID');
		return chat.invites.delete(invite.hash);
	},
	'messages.checkChatInvite': checkInvite,
	'messages.importChatInvite': importInvite,
	'messages.getChatInviteImporters': importers,
	'messages.hideChatJoinRequest': (call) => {
		const chat = chatArg(call);
		demandRight(chat, call.me, 'invite_users');
		const person = userOf(call, child(call.args, 'user_id'));
		if (!chat.requests.delete(person.id)) throw new RpcError(400, 'HIDE_REQUESTER_MISSING');
		const delivery = new Delivery(call.world, call.origin.session);
		if (flag(call.args, 'approved'))
			letIn(call, chat, person, { _: 'messageActionChatJoinedByRequest' }, delivery);
		return delivery.finish();
	},
};
