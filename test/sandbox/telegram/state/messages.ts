import type { TlObject } from '../tl/value';
import { present } from './chats';
import type { Delivery } from './delivery';
import { isRound, isVoice } from './files';
import type { StoredFile } from './files';
import { bareId, kindOf, marked, tlPeer } from './model';
import type { Channel, Copy, Group, Marked, Message, Person, Poll, ReplyTo } from './model';
import { dialogOf } from './people';
import { viewMessage, viewReactions } from './views';
import type { World } from './world';

/** What is said; who says it and where come beside. */
export interface Content {
	readonly text?: string;
	readonly entities?: readonly TlObject[];
	/** messageMedia… as it travels, or the options (`spoiler`, `ttl_seconds`) beside `file`. */
	readonly media?: TlObject | undefined;
	readonly file?: StoredFile | undefined;
	readonly poll?: Poll | undefined;
	readonly action?: TlObject | undefined;
	readonly replyTo?: ReplyTo | undefined;
	readonly forward?: TlObject | undefined;
	readonly groupedId?: bigint | undefined;
	readonly replyMarkup?: TlObject | undefined;
	readonly silent?: boolean;
	readonly noforwards?: boolean;
	readonly viaBot?: bigint | undefined;
	readonly topicId?: number | undefined;
	/** Unix seconds; default now. */
	readonly date?: number | undefined;
	readonly fromScheduled?: boolean;
	/** Post as the chat itself. */
	readonly anonymous?: boolean;
	/** Id to take instead of the next (topics are named by their first message). */
	readonly transcription?: string | undefined;
	/** random_id of the sender: answered by updateMessageID. */
	readonly randomId?: bigint | undefined;
}

/** User ids a text mentions: by entity, or `@username`. */
function mentions(world: World, { text = '', entities = [] }: Content): Set<bigint> {
	const found = new Set<bigint>();
	for (const entity of entities) {
		if (entity._ === 'messageEntityMentionName' && typeof entity.user_id === 'bigint')
			found.add(entity.user_id);
	}
	for (const [, name = ''] of text.matchAll(/@(\w{4,32})/g)) {
		for (const person of world.people.values()) {
			if (person.username?.toLowerCase() === name.toLowerCase()) found.add(person.id);
		}
	}
	return found;
}

export function makeMessage(world: World, author: Person, chat: Marked, content: Content): Message {
	const channel = kindOf(chat) === 'channel' ? world.channel(chat) : undefined;
	const post = channel !== undefined && !channel.megagroup;
	const group = kindOf(chat) === 'user' ? undefined : world.chat(chat);
	return {
		author: post || content.anonymous === true ? chat : author.id,
		chat,
		date: content.date ?? world.serverSeconds(),
		text: content.text ?? '',
		entities: content.entities ?? [],
		media: content.media,
		file: content.file,
		poll: content.poll,
		action: content.action,
		replyTo: content.replyTo,
		forward: content.forward,
		groupedId: content.groupedId,
		replyMarkup: content.replyMarkup,
		silent: content.silent ?? false,
		noforwards: (content.noforwards ?? false) || (group?.noforwards ?? false),
		post,
		postAuthor: post && channel.signatures ? author.firstName : undefined,
		viaBot: content.viaBot,
		topicId: content.topicId,
		ttl: group?.ttl ?? dialogOf(author, chat).ttl,
		fromScheduled: content.fromScheduled ?? false,
		mentions: mentions(world, content),
		reactions: new Map(),
		editDate: undefined,
		editHide: false,
		views: 1,
		forwards: 0,
		pinned: false,
		transcription: content.transcription,
		copies: new Map(),
	};
}

function copyFor(message: Message, owner: Marked, id: number, peer: Marked): Copy {
	const { file } = message;
	const unheard = file !== undefined && (isVoice(file) || isRound(file));
	const copy: Copy = {
		id,
		message,
		peer,
		owner,
		mediaUnread: unheard,
		mentionUnread: message.mentions.size > 0,
		reactionsUnread: false,
	};
	message.copies.set(owner, copy);
	return copy;
}

/** Puts a message into the boxes of all who see it and tells them. Returns the author's copy (or the channel's). */
export function post(world: World, author: Person, chat: Marked, content: Content, delivery: Delivery): Copy {
	const message = makeMessage(world, author, chat, content);
	switch (kindOf(chat)) {
		case 'channel':
			return postToChannel(world, author, world.channel(chat), message, content, delivery);
		case 'group':
			return postToGroup(world, author, world.group(chat), message, content, delivery);
		case 'user':
			return postToUser(world, author, world.person(bareId(chat)), message, content, delivery);
	}
}

function tellId(author: Person, copy: Copy, { randomId }: Content, delivery: Delivery): void {
	if (randomId === undefined) return;
	delivery.answer(author, { _: 'updateMessageID', id: copy.id, random_id: randomId });
}

/** Stores one person's copy, moves the chat list and announces it. */
function give(
	person: Person,
	message: Message,
	peer: Marked,
	delivery: Delivery,
	announce?: (copy: Copy) => void,
): Copy {
	const copy = copyFor(message, person.id, person.box.take(), peer);
	person.box.messages.set(copy.id, copy);
	const dialog = dialogOf(person, peer);
	dialog.topMessage = Math.max(dialog.topMessage, copy.id);
	dialog.hidden = false;
	if (message.author !== person.id) dialog.unread += 1;
	announce?.(copy);
	delivery.account(
		person,
		1,
		(pts) => {
			if (!person.box.messages.has(copy.id)) return undefined;
			return { _: 'updateNewMessage', message: viewMessage(person, copy), pts, pts_count: 1 };
		},
		copy,
	);
	return copy;
}

function postToUser(
	world: World,
	author: Person,
	to: Person,
	message: Message,
	content: Content,
	delivery: Delivery,
): Copy {
	const own = give(author, message, marked.user(to.id), delivery, (copy) =>
		tellId(author, copy, content, delivery),
	);
	if (to.id === author.id || to.blocked.has(author.id)) return own;
	give(to, message, marked.user(author.id), delivery);
	return own;
}

function postToGroup(
	world: World,
	author: Person,
	group: Group,
	message: Message,
	content: Content,
	delivery: Delivery,
): Copy {
	let own: Copy | undefined;
	for (const { id } of present(group)) {
		const person = world.person(id);
		if (id === author.id) {
			own = give(person, message, group.key, delivery, (copy) => tellId(author, copy, content, delivery));
		} else give(person, message, group.key, delivery);
	}
	// Somebody who left says so himself: the last copy is his.
	return own ?? give(author, message, group.key, delivery);
}

function postToChannel(
	world: World,
	author: Person,
	channel: Channel,
	message: Message,
	content: Content,
	delivery: Delivery,
): Copy {
	const copy = copyFor(message, channel.key, channel.box.take(), channel.key);
	channel.box.messages.set(copy.id, copy);
	for (const { id } of present(channel)) {
		const person = world.person(id);
		const dialog = dialogOf(person, channel.key);
		dialog.topMessage = copy.id;
		if (id !== author.id) dialog.unread += 1;
	}
	tellId(author, copy, content, delivery);
	delivery.channel(
		channel,
		1,
		(viewer, pts) => {
			if (!channel.box.messages.has(copy.id)) return undefined;
			return { _: 'updateNewChannelMessage', message: viewMessage(viewer, copy), pts, pts_count: 1 };
		},
		copy,
	);
	return copy;
}

/** Tells everybody who has a copy, in each one's own numbers. */
export function tellCopies(
	world: World,
	message: Message,
	delivery: Delivery,
	count: number,
	build: (viewer: Person, copy: Copy, pts: number, inChannel: boolean) => TlObject | undefined,
): void {
	for (const [owner, copy] of message.copies) {
		if (kindOf(owner) === 'channel') {
			delivery.channel(world.channel(owner), count, (viewer, pts) => build(viewer, copy, pts, true));
		} else {
			const person = world.person(owner);
			delivery.account(person, count, (pts) => build(person, copy, pts, false));
		}
	}
}

function stillThere(world: World, copy: Copy): boolean {
	const box = kindOf(copy.owner) === 'channel' ? world.channel(copy.owner).box : world.person(copy.owner).box;
	return box.messages.get(copy.id) === copy;
}

/** Announces a changed message: updateEditMessage or updateEditChannelMessage with what it is now. */
export function announceEdit(world: World, message: Message, delivery: Delivery): void {
	tellCopies(world, message, delivery, 1, (viewer, copy, pts, inChannel) => {
		if (!stillThere(world, copy)) return undefined;
		return {
			_: inChannel ? 'updateEditChannelMessage' : 'updateEditMessage',
			message: viewMessage(viewer, copy),
			pts,
			pts_count: 1,
		};
	});
}

function newTop(world: World, person: Person, peer: Marked): void {
	const box = kindOf(peer) === 'channel' ? world.channel(peer).box : person.box;
	const dialog = person.dialogs.get(peer);
	if (dialog === undefined) return;
	let top = 0;
	for (const copy of box.messages.values()) if (copy.peer === peer && copy.id > top) top = copy.id;
	dialog.topMessage = top;
}

/** Removes copies from their boxes and tells their owners; one update per owner. Returns each owner's pts. */
export function removeCopies(world: World, copies: readonly Copy[], delivery: Delivery): Map<Marked, number> {
	const byOwner = new Map<Marked, Copy[]>();
	for (const copy of copies) byOwner.set(copy.owner, [...(byOwner.get(copy.owner) ?? []), copy]);
	const pts = new Map<Marked, number>();
	for (const [owner, list] of byOwner) {
		const ids = list.map((copy) => copy.id);
		const pts_count = ids.length;
		if (kindOf(owner) === 'channel') {
			const channel = world.channel(owner);
			for (const id of ids) channel.box.messages.delete(id);
			for (const { id } of present(channel)) newTop(world, world.person(id), owner);
			const build = (_viewer: Person, now: number): TlObject => ({
				_: 'updateDeleteChannelMessages',
				channel_id: channel.id,
				messages: ids,
				pts: now,
				pts_count,
			});
			pts.set(owner, delivery.channel(channel, pts_count, build));
			continue;
		}
		const person = world.person(owner);
		for (const copy of list) {
			person.box.messages.delete(copy.id);
			const dialog = dialogOf(person, copy.peer);
			if (copy.message.author !== owner && copy.id > dialog.readInbox)
				dialog.unread = Math.max(0, dialog.unread - 1);
			newTop(world, person, copy.peer);
		}
		const build = (now: number): TlObject => ({
			_: 'updateDeleteMessages',
			messages: ids,
			pts: now,
			pts_count,
		});
		pts.set(owner, delivery.account(person, pts_count, build));
	}
	return pts;
}

/** An account reads a chat up to a message. Returns the pts of its own box (private chats and basic groups). */
export function readHistory(
	world: World,
	person: Person,
	peer: Marked,
	maxId: number,
	delivery: Delivery,
): number {
	const dialog = dialogOf(person, peer);
	const wanted = maxId === 0 ? dialog.topMessage : Math.min(maxId, dialog.topMessage);
	const channel = kindOf(peer) === 'channel' ? world.channel(peer) : undefined;
	const box = channel?.box ?? person.box;
	if (wanted <= dialog.readInbox) return box.pts;
	const before = dialog.readInbox;
	dialog.readInbox = wanted;
	const incoming = [...box.messages.values()].filter(
		(copy) => copy.peer === peer && copy.message.author !== person.id,
	);
	dialog.unread = incoming.filter((copy) => copy.id > wanted).length;
	dialog.unreadMark = false;
	const newly = incoming.filter((copy) => copy.id > before && copy.id <= wanted);
	if (channel !== undefined) {
		delivery.tell(person, {
			_: 'updateReadChannelInbox',
			channel_id: channel.id,
			max_id: wanted,
			still_unread_count: dialog.unread,
			pts: channel.box.pts,
		});
	}
	const pts =
		channel === undefined
			? delivery.account(person, 1, (now) => ({
					_: 'updateReadHistoryInbox',
					peer: tlPeer(peer),
					max_id: wanted,
					still_unread_count: dialog.unread,
					pts: now,
					pts_count: 1,
				}))
			: channel.box.pts;
	tellAuthors(world, newly, delivery);
	return pts;
}

/** Those whose messages were read learn up to where. */
function tellAuthors(world: World, read: readonly Copy[], delivery: Delivery): void {
	const furthest = new Map<bigint, Copy>();
	for (const copy of read) {
		const { author } = copy.message;
		if (author === undefined || kindOf(author) !== 'user') continue;
		if ((furthest.get(author)?.id ?? 0) < copy.id) furthest.set(author, copy);
	}
	for (const [author, copy] of furthest) {
		const person = world.people.get(author);
		const own = copy.message.copies.get(author) ?? copy;
		if (person === undefined) continue;
		const dialog = dialogOf(person, own.peer);
		if (own.id <= dialog.readOutbox) continue;
		dialog.readOutbox = own.id;
		if (kindOf(own.owner) === 'channel') {
			delivery.tell(person, { _: 'updateReadChannelOutbox', channel_id: bareId(own.owner), max_id: own.id });
		} else {
			delivery.account(person, 1, (pts) => ({
				_: 'updateReadHistoryOutbox',
				peer: tlPeer(own.peer),
				max_id: own.id,
				pts,
				pts_count: 1,
			}));
		}
	}
}

/** Sets one person's reactions on a message (none: taken back) and tells those who see it. */
export function react(
	world: World,
	person: Person,
	message: Message,
	list: readonly TlObject[],
	delivery: Delivery,
): void {
	if (list.length === 0) message.reactions.delete(person.id);
	else message.reactions.set(person.id, { list, date: world.serverSeconds() });
	for (const [owner, copy] of message.copies) {
		const viewers =
			kindOf(owner) === 'channel'
				? present(world.channel(owner)).map(({ id }) => world.person(id))
				: [world.person(owner)];
		if (message.author !== person.id) copy.reactionsUnread = list.length > 0;
		for (const viewer of viewers) {
			delivery.tell(viewer, {
				_: 'updateMessageReactions',
				peer: tlPeer(copy.peer),
				msg_id: copy.id,
				top_msg_id: message.topicId,
				reactions: viewReactions(viewer, copy, true),
			});
		}
	}
}

/** Pins or unpins, for everybody. */
export function pin(world: World, message: Message, pinned: boolean, delivery: Delivery): void {
	message.pinned = pinned;
	tellCopies(world, message, delivery, 1, (_viewer, copy, pts, inChannel) => {
		const common = { pinned, messages: [copy.id], pts, pts_count: 1 };
		return inChannel
			? { _: 'updatePinnedChannelMessages', channel_id: bareId(copy.owner), ...common }
			: { _: 'updatePinnedMessages', peer: tlPeer(copy.peer), ...common };
	});
}

/** Typing and its kin: to the other side, or to all other members. */
export function showAction(
	world: World,
	person: Person,
	chat: Marked,
	action: TlObject,
	topicId: number | undefined,
	delivery: Delivery,
): void {
	if (kindOf(chat) === 'user') {
		const other = world.person(bareId(chat));
		if (other.id !== person.id) delivery.tell(other, { _: 'updateUserTyping', user_id: person.id, action });
		return;
	}
	const group = world.chat(chat);
	for (const { id } of present(group)) {
		if (id === person.id) continue;
		const from_id = tlPeer(person.id);
		delivery.tell(
			world.person(id),
			group.kind === 'group'
				? { _: 'updateChatUserTyping', chat_id: group.id, from_id, action }
				: { _: 'updateChannelUserTyping', channel_id: group.id, top_msg_id: topicId, from_id, action },
		);
	}
}
