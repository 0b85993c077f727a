import { isObject, long, text } from '../tl/value';
import type { TlObject, TlValue } from '../tl/value';
import { allRights, isAdmin, isMember, present } from './chats';
import { viewFileMedia, viewPhoto } from './files';
import { bareId, kindOf, marked, tlPeer } from './model';
import type { Channel, Chat, Copy, Dialog, Group, Invite, Marked, Message, Person, Poll } from './model';
import { dialogOf } from './people';
import type { World } from './world';

/** Service account that sends login codes and announces logins. */
export const serviceId = 777_000n;

function online(person: Person): TlObject {
	if (person.online) return { _: 'userStatusOnline', expires: (person.lastOnline ?? 0) + 300 };
	if (person.lastOnline === undefined) return { _: 'userStatusRecently' };
	return { _: 'userStatusOffline', was_online: person.lastOnline };
}

/** `user` as `viewer` sees it: phone numbers only of oneself and of contacts. */
export function viewUser(world: World, viewer: Person, person: Person): TlObject {
	const contact = viewer.contacts.get(person.id);
	const own = viewer.id === person.id;
	const photo = person.photos.at(-1);
	return {
		_: 'user',
		self: own,
		contact: contact !== undefined,
		mutual_contact: contact !== undefined && person.contacts.has(viewer.id),
		bot: person.bot,
		bot_info_version: person.bot ? 1 : undefined,
		verified: person.id === serviceId,
		support: person.id === serviceId,
		premium: person.premium,
		deleted: person.deletedAccount !== 'no',
		id: person.id,
		access_hash: world.accessHash(viewer.id, marked.user(person.id)),
		first_name: contact?.firstName ?? person.firstName,
		last_name: (contact?.lastName ?? person.lastName) || undefined,
		username: person.username,
		phone: own || contact !== undefined ? person.phone : undefined,
		photo: photo === undefined ? undefined : { _: 'userProfilePhoto', photo_id: photo.id, dc_id: photo.dcId },
		status: person.bot ? undefined : online(person),
	};
}

/**
 * A stranger seen in a channel: what is needed to show the name. The hash is good for nothing by itself; such a
 * user is named by the message (core.telegram.org/api/min).
 */
export function minUser(world: World, viewer: Person, user: TlObject): TlObject {
	const id = long(user, 'id');
	const known = id === viewer.id || viewer.contacts.has(id) || viewer.dialogs.has(id);
	if (known || user.bot === true) return user;
	const { _, first_name, last_name, username, photo, status } = user;
	const access_hash = world.accessHash(-viewer.id, id);
	return { _, min: true, id, access_hash, first_name, last_name, username, photo, status };
}

function chatPhoto(chat: Chat): TlObject {
	if (chat.photo === undefined) return { _: 'chatPhotoEmpty' };
	return { _: 'chatPhoto', photo_id: chat.photo.id, dc_id: chat.photo.dcId };
}

function viewGroup(world: World, viewer: Person, group: Group): TlObject {
	if (group.members.get(viewer.id)?.gone === true && !group.deactivated) {
		return { _: 'chatForbidden', id: group.id, title: group.title };
	}
	const { migratedTo } = group;
	return {
		_: 'chat',
		creator: group.creator === viewer.id,
		left: !isMember(group, viewer.id),
		deactivated: group.deactivated,
		noforwards: group.noforwards,
		id: group.id,
		title: group.title,
		photo: chatPhoto(group),
		participants_count: present(group).length,
		date: group.date,
		version: group.version,
		migrated_to:
			migratedTo === undefined
				? undefined
				: {
						_: 'inputChannel',
						channel_id: migratedTo.id,
						access_hash: world.accessHash(viewer.id, migratedTo.key),
					},
		admin_rights: adminRights(group, viewer),
		default_banned_rights: group.defaultBanned,
	};
}

function adminRights(chat: Chat, viewer: Person): TlObject | undefined {
	if (chat.creator === viewer.id) return allRights;
	return chat.members.get(viewer.id)?.admin;
}

function viewChannel(world: World, viewer: Person, channel: Channel): TlObject {
	const member = channel.members.get(viewer.id);
	const access_hash = world.accessHash(viewer.id, channel.key);
	if (member?.banned?.view_messages === true) {
		const { megagroup } = channel;
		return {
			_: 'channelForbidden',
			broadcast: !megagroup,
			megagroup,
			id: channel.id,
			access_hash,
			title: channel.title,
		};
	}
	return {
		_: 'channel',
		creator: channel.creator === viewer.id,
		left: !isMember(channel, viewer.id),
		broadcast: !channel.megagroup,
		megagroup: channel.megagroup,
		forum: channel.forum,
		signatures: channel.signatures,
		slowmode_enabled: channel.slowmodeSeconds > 0,
		noforwards: channel.noforwards,
		has_link: channel.linked !== undefined,
		id: channel.id,
		access_hash,
		title: channel.title,
		username: channel.username,
		photo: chatPhoto(channel),
		date: member?.date ?? channel.date,
		admin_rights: adminRights(channel, viewer),
		banned_rights: member?.banned,
		default_banned_rights: channel.megagroup ? channel.defaultBanned : undefined,
		participants_count: present(channel).length,
	};
}

export function viewChat(world: World, viewer: Person, chat: Chat): TlObject {
	return chat.kind === 'group' ? viewGroup(world, viewer, chat) : viewChannel(world, viewer, chat);
}

function reactionKey(reaction: TlObject): string {
	return reaction._ === 'reactionCustomEmoji'
		? long(reaction, 'document_id').toString()
		: text(reaction, 'emoticon');
}

/** Counts of a message's reactions; undefined when it has none and `always` is not asked. */
export function viewReactions(viewer: Person, copy: Copy, always = false): TlObject | undefined {
	const { message } = copy;
	if (message.reactions.size === 0 && !always) return undefined;
	const counts = new Map<string, { reaction: TlObject; count: number; chosen: number | undefined }>();
	for (const [user, { list }] of message.reactions) {
		for (const [order, reaction] of list.entries()) {
			const key = reactionKey(reaction);
			const entry = counts.get(key) ?? { reaction, count: 0, chosen: undefined };
			entry.count += 1;
			if (user === viewer.id) entry.chosen = order;
			counts.set(key, entry);
		}
	}
	const broadcast = message.post;
	return {
		_: 'messageReactions',
		can_see_list: !broadcast,
		results: [...counts.values()].map(({ reaction, count, chosen }) => ({
			_: 'reactionCount',
			chosen_order: chosen,
			reaction,
			count,
		})),
		recent_reactions: broadcast
			? undefined
			: [...message.reactions].flatMap(([user, { list, date }]) =>
					list.map((reaction) => ({
						_: 'messagePeerReaction',
						my: user === viewer.id,
						unread: copy.reactionsUnread && user !== viewer.id,
						peer_id: tlPeer(user),
						date,
						reaction,
					})),
				),
	};
}

export function viewPoll(
	viewer: Person,
	{ poll, votes, closed, correct, solution }: Poll,
	creator: boolean,
): TlObject {
	const mine = votes.get(viewer.id);
	const answers = (poll.answers ?? []) as readonly TlObject[];
	const shown = mine !== undefined || closed;
	const count = (option: Buffer): number =>
		[...votes.values()].filter((chosen) => chosen.some((one) => one.equals(option))).length;
	return {
		_: 'messageMediaPoll',
		poll: { ...poll, closed, creator },
		results: {
			_: 'pollResults',
			results: shown
				? answers.map((answer) => {
						const option = answer.option as Buffer;
						return {
							_: 'pollAnswerVoters',
							chosen: mine?.some((one) => one.equals(option)) ?? false,
							correct: correct.some((one) => one.equals(option)),
							option,
							voters: count(option),
						};
					})
				: undefined,
			total_voters: votes.size,
			solution: shown ? solution : undefined,
			solution_entities: shown && solution !== undefined ? [] : undefined,
		},
	};
}

function viewMedia(viewer: Person, message: Message): TlObject | undefined {
	if (message.poll !== undefined) return viewPoll(viewer, message.poll, message.author === viewer.id);
	if (message.file !== undefined) return viewFileMedia(message.file, message.media);
	return message.media;
}

/** The copy of a message the viewer has: in the box of the reply, in his own, or in a channel he is in. */
function copyIn(viewer: Person, reply: Copy, target: Message | undefined): Copy | undefined {
	const near = target?.copies.get(reply.owner) ?? target?.copies.get(viewer.id);
	if (near !== undefined || target === undefined) return near;
	return viewer.dialogs.has(target.chat) ? target.copies.get(target.chat) : undefined;
}

function viewReply(viewer: Person, copy: Copy): TlObject | undefined {
	const { replyTo, topicId } = copy.message;
	if (replyTo === undefined && topicId === undefined) return undefined;
	const target = replyTo?.message;
	const own = copyIn(viewer, copy, target);
	const elsewhere = own !== undefined && own.peer !== copy.peer;
	const id = own?.id ?? replyTo?.topId ?? topicId;
	return {
		_: 'messageReplyHeader',
		forum_topic: topicId !== undefined,
		reply_to_msg_id: id,
		reply_to_peer_id: elsewhere ? tlPeer(own.peer) : undefined,
		reply_to_top_id: topicId !== undefined && topicId !== id ? topicId : undefined,
		quote: replyTo?.quote !== undefined,
		quote_text: replyTo?.quote?.text,
		quote_entities: replyTo?.quote?.entities,
		quote_offset: replyTo?.quote?.offset,
	};
}

/** Whether a copy is outgoing for the viewer. */
export function isOut(viewer: Person, { message }: Copy): boolean {
	return message.author === viewer.id;
}

/** `message` or `messageService` as `viewer` sees it. */
export function viewMessage(viewer: Person, copy: Copy): TlObject {
	const { message, peer } = copy;
	const out = isOut(viewer, copy);
	const head = {
		out,
		mentioned: message.mentions.has(viewer.id),
		media_unread: copy.mediaUnread || (copy.mentionUnread && message.mentions.has(viewer.id)),
		silent: message.silent,
		post: message.post,
		id: copy.id,
		// In a private chat the sender of what comes in is implied by the chat.
		from_id:
			message.author === undefined || (peer > 0n && message.author === peer && !out)
				? undefined
				: tlPeer(message.author),
		peer_id: tlPeer(peer),
		reply_to: viewReply(viewer, copy),
		date: message.date,
		reactions: viewReactions(viewer, copy),
		ttl_period: message.ttl,
	};
	if (message.action !== undefined) return { _: 'messageService', ...head, action: message.action };
	return {
		_: 'message',
		...head,
		from_scheduled: message.fromScheduled,
		edit_hide: message.editHide,
		pinned: message.pinned,
		noforwards: message.noforwards,
		fwd_from: message.forward,
		via_bot_id: message.viaBot,
		message: message.text,
		media: viewMedia(viewer, message),
		reply_markup: message.replyMarkup,
		entities: message.entities.length === 0 ? undefined : message.entities,
		views: message.post ? message.views : undefined,
		forwards: message.post ? message.forwards : undefined,
		edit_date: message.editDate,
		post_author: message.postAuthor,
		grouped_id: message.groupedId,
	};
}

export function viewNotify({ notify }: Dialog): TlObject {
	return {
		_: 'peerNotifySettings',
		show_previews: notify.previews,
		silent: notify.silent,
		mute_until: notify.muteUntil,
	};
}

/** A row of the chat list. */
export function viewDialog(world: World, person: Person, peer: Marked): TlObject {
	const dialog = dialogOf(person, peer);
	const channel = kindOf(peer) === 'channel' ? world.channel(peer) : undefined;
	const box = channel?.box ?? person.box;
	const unreadOf = (wanted: (copy: Copy) => boolean): number =>
		[...box.messages.values()].filter((copy) => copy.peer === peer && wanted(copy)).length;
	return {
		_: 'dialog',
		pinned: dialog.pinned,
		unread_mark: dialog.unreadMark,
		peer: tlPeer(peer),
		top_message: dialog.topMessage,
		read_inbox_max_id: dialog.readInbox,
		read_outbox_max_id: dialog.readOutbox,
		unread_count: dialog.unread,
		unread_mentions_count: unreadOf((copy) => copy.mentionUnread && copy.message.mentions.has(person.id)),
		unread_reactions_count: unreadOf((copy) => copy.reactionsUnread && isOut(person, copy)),
		unread_poll_votes_count: 0,
		notify_settings: viewNotify(dialog),
		pts: channel?.box.pts,
		draft: dialog.draft,
		folder_id: dialog.folderId === 0 ? undefined : dialog.folderId,
		ttl_period: dialog.ttl,
	};
}

export function viewInvite(invite: Invite): TlObject {
	return {
		_: 'chatInviteExported',
		revoked: invite.revoked,
		permanent: invite.permanent,
		request_needed: invite.requestNeeded,
		link: `https://t.me/+${invite.hash}`,
		admin_id: invite.admin,
		date: invite.date,
		expire_date: invite.expires,
		usage_limit: invite.limit,
		usage: invite.used.size === 0 ? undefined : invite.used.size,
		title: invite.title,
	};
}

export function viewChatPhoto(chat: Chat): TlObject {
	return chat.photo === undefined ? { _: 'photoEmpty', id: 0n } : viewPhoto(chat.photo);
}

export function viewGroupMembers(group: Group): TlObject {
	return {
		_: 'chatParticipants',
		chat_id: group.id,
		participants: present(group).map(({ id, inviter, date }) =>
			id === group.creator
				? { _: 'chatParticipantCreator', user_id: id }
				: {
						_: isAdmin(group, id) ? 'chatParticipantAdmin' : 'chatParticipant',
						user_id: id,
						inviter_id: inviter,
						date,
					},
		),
		version: group.version,
	};
}

const userFields = new Set([
	'user_id',
	'inviter_id',
	'admin_id',
	'promoted_by',
	'kicked_by',
	'via_bot_id',
	'actor_id',
	'from_id',
	'approved_by',
]);
const userLists = new Set(['users', 'recent_requesters']);

/** Every peer named anywhere inside. */
function mentioned(value: TlValue, found: Set<Marked>): void {
	if (Array.isArray(value)) for (const one of value as readonly TlValue[]) mentioned(one, found);
	if (!isObject(value)) return;
	for (const [name, field] of Object.entries(value)) {
		if (typeof field === 'bigint' && field > 0n) {
			if (userFields.has(name)) found.add(marked.user(field));
			else if (name === 'channel_id') found.add(marked.channel(field));
			else if (name === 'chat_id') found.add(marked.group(field));
		} else if (userLists.has(name) && Array.isArray(field)) {
			for (const one of field as readonly TlValue[]) if (typeof one === 'bigint') found.add(marked.user(one));
			mentioned(field, found);
		} else if (typeof field === 'object') mentioned(field, found);
	}
}

/** The `users` and `chats` that must stand beside `values`, so that every peer in them can be named. */
export function peersIn(
	world: World,
	viewer: Person,
	...values: readonly TlValue[]
): { users: TlObject[]; chats: TlObject[] } {
	const found = new Set<Marked>();
	for (const value of values) mentioned(value, found);
	const users: TlObject[] = [];
	const chats: TlObject[] = [];
	for (const peer of found) {
		if (kindOf(peer) === 'user') {
			const person = world.people.get(bareId(peer));
			if (person !== undefined) users.push(viewUser(world, viewer, person));
		} else {
			const chat = world.chats.get(peer);
			if (chat !== undefined) chats.push(viewChat(world, viewer, chat));
		}
	}
	return { users, chats };
}
