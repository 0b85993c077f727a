import { isMember } from '../state/chats';
import { isRound, isVideo, isVoice } from '../state/files';
import { kindOf } from '../state/model';
import type { Copy, Marked } from '../state/model';
import { boxOf } from '../state/people';
import { peersIn, viewMessage } from '../state/views';
import { child, children, flag, int, optionalChild, optionalInt, text } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { Call, HandlerTable } from './call';
import { channelArg, messageIds, peerArg, peerOf } from './peers';

/** All messages of a chat for this account, newest first. */
function newestFirst(call: Call, peer: Marked): Copy[] {
	const found: Copy[] = [];
	for (const copy of boxOf(call.world, call.me, peer).messages.values())
		if (copy.peer === peer) found.push(copy);
	return found.reverse();
}

interface Page {
	readonly offsetId: number;
	readonly offsetDate: number;
	readonly addOffset: number;
	readonly limit: number;
	readonly maxId: number;
	readonly minId: number;
}

function pageOf({ args }: Call): Page {
	return {
		offsetId: int(args, 'offset_id'),
		offsetDate: int(args, 'offset_date'),
		addOffset: int(args, 'add_offset'),
		limit: Math.min(Math.max(int(args, 'limit'), 0), 100),
		maxId: int(args, 'max_id'),
		minId: int(args, 'min_id'),
	};
}

/**
 * Telegram's paging (core.telegram.org/api/offsets): the offset names a place in the newest-first list, which
 * `add_offset` moves; then `limit` are taken; then `max_id` and `min_id` filter.
 */
function paged(
	all: readonly Copy[],
	page: Page,
): { readonly list: readonly Copy[]; readonly skipped: number } {
	let start = 0;
	if (page.offsetId > 0) start = all.findIndex((copy) => copy.id < page.offsetId);
	else if (page.offsetDate > 0) start = all.findIndex((copy) => copy.message.date < page.offsetDate);
	if (start < 0) start = all.length;
	const from = start + page.addOffset;
	const list = all.slice(Math.max(0, from), Math.max(0, from + page.limit));
	return {
		list: list.filter((copy) => (page.maxId === 0 || copy.id < page.maxId) && copy.id > page.minId),
		skipped: Math.max(0, from),
	};
}

/** messages.messages, messagesSlice or channelMessages, as fits. */
export function viewPage(
	call: Call,
	peer: Marked | undefined,
	list: readonly Copy[],
	count: number,
	skipped = 0,
): TlObject {
	const { world, me } = call;
	const messages = list.map((copy) => viewMessage(me, copy));
	const beside = { messages, topics: [], ...peersIn(world, me, messages) };
	if (peer !== undefined && kindOf(peer) === 'channel') {
		const { box } = world.channel(peer);
		return { _: 'messages.channelMessages', pts: box.pts, count, offset_id_offset: skipped, ...beside };
	}
	if (list.length >= count && skipped === 0) return { _: 'messages.messages', ...beside };
	return { _: 'messages.messagesSlice', count, offset_id_offset: skipped, ...beside };
}

function viewList(call: Call, peer: Marked, matching: readonly Copy[]): TlObject {
	const page = pageOf(call);
	const { list, skipped } = paged(matching, page);
	const { messagesPage: most } = call.world.policy;
	// Those next to the offset; going on from it, that is the end of the list.
	const cut = page.addOffset < 0 ? list.slice(-most) : list.slice(0, most);
	return viewPage(
		call,
		peer,
		cut,
		matching.length,
		skipped + (page.addOffset < 0 ? list.length - cut.length : 0),
	);
}

const mediaFilters: Readonly<Record<string, (copy: Copy, me: bigint) => boolean>> = {
	inputMessagesFilterEmpty: () => true,
	inputMessagesFilterPhotos: ({ message }) => message.file?.kind === 'photo',
	inputMessagesFilterVideo: ({ message }) =>
		message.file !== undefined && isVideo(message.file) && !isRound(message.file),
	inputMessagesFilterPhotoVideo: ({ message }) =>
		message.file !== undefined && (message.file.kind === 'photo' || isVideo(message.file)),
	inputMessagesFilterDocument: ({ message }) =>
		message.file?.kind === 'document' &&
		!isVideo(message.file) &&
		!isVoice(message.file) &&
		!isRound(message.file),
	inputMessagesFilterUrl: ({ message }) =>
		/https?:\/\//.test(message.text) || message.entities.some((one) => one._ === 'messageEntityTextUrl'),
	inputMessagesFilterGif: ({ message }) =>
		message.file?.attributes.some((one) => one._ === 'documentAttributeAnimated') === true,
	inputMessagesFilterVoice: ({ message }) => message.file !== undefined && isVoice(message.file),
	inputMessagesFilterMusic: ({ message }) =>
		message.file?.attributes.some((one) => one._ === 'documentAttributeAudio' && one.voice !== true) === true,
	inputMessagesFilterRoundVideo: ({ message }) => message.file !== undefined && isRound(message.file),
	inputMessagesFilterRoundVoice: ({ message }) =>
		message.file !== undefined && (isRound(message.file) || isVoice(message.file)),
	inputMessagesFilterMyMentions: (copy, me) => copy.message.mentions.has(me),
	inputMessagesFilterGeo: ({ message }) => message.media?._ === 'messageMediaGeo',
	inputMessagesFilterContacts: ({ message }) => message.media?._ === 'messageMediaContact',
	inputMessagesFilterPinned: ({ message }) => message.pinned,
	inputMessagesFilterPoll: ({ message }) => message.poll !== undefined,
	inputMessagesFilterChatPhotos: ({ message }) => message.action?._ === 'messageActionChatEditPhoto',
	inputMessagesFilterPhoneCalls: ({ message }) => message.action?._ === 'messageActionPhoneCall',
};

function matches(call: Call): (copy: Copy) => boolean {
	const { args, me } = call;
	const words = text(args, 'q').toLowerCase();
	const filter = mediaFilters[child(args, 'filter')._] ?? (() => true);
	const [minDate, maxDate] = [int(args, 'min_date'), int(args, 'max_date')];
	const topic = optionalInt(args, 'top_msg_id');
	const from = optionalChild(args, 'from_id');
	const author = from === undefined ? undefined : peerOf(call, from);
	return (copy) =>
		copy.message.text.toLowerCase().includes(words) &&
		filter(copy, me.id) &&
		(author === undefined || copy.message.author === author) &&
		(topic === undefined || copy.message.topicId === topic) &&
		(minDate === 0 || copy.message.date > minDate) &&
		(maxDate === 0 || copy.message.date < maxDate);
}

function byIds(call: Call, copies: (id: number) => Copy | undefined, peer: Marked | undefined): TlObject {
	const { world, me } = call;
	const ids = messageIds(children(call.args, 'id'));
	const messages = ids.map((id) => {
		const copy = copies(id);
		return copy === undefined ? { _: 'messageEmpty', id } : viewMessage(me, copy);
	});
	const beside = { messages, topics: [], ...peersIn(world, me, messages) };
	if (peer === undefined) return { _: 'messages.messages', ...beside };
	return {
		_: 'messages.channelMessages',
		pts: world.channel(peer).box.pts,
		count: messages.length,
		...beside,
	};
}

/** Everything the account sees, over all chats, newest first. */
function everywhere(call: Call): Copy[] {
	const { world, me } = call;
	const all = [...me.box.messages.values()];
	for (const chat of world.chats.values()) {
		if (chat.kind === 'channel' && isMember(chat, me.id)) all.push(...chat.box.messages.values());
	}
	return all.sort((a, b) => b.message.date - a.message.date || b.id - a.id);
}

function searchGlobal(call: Call): TlObject {
	const { args } = call;
	const keep = (copy: Copy): boolean => {
		const kind = kindOf(copy.peer);
		if (flag(args, 'users_only')) return kind === 'user';
		if (flag(args, 'broadcasts_only')) return kind === 'channel' && copy.message.post;
		return !flag(args, 'groups_only') || kind === 'group' || (kind === 'channel' && !copy.message.post);
	};
	const wanted = matches(call);
	const found = everywhere(call).filter((copy) => wanted(copy) && keep(copy));
	const rate = int(args, 'offset_rate');
	// The rate this sandbox gives is the number of results already told.
	const list = found.slice(rate, rate + Math.min(int(args, 'limit') || 20, 100));
	const next = rate + list.length;
	const page = viewPage(call, undefined, list, found.length, 1);
	return { ...page, next_rate: next < found.length ? next : undefined, offset_id_offset: undefined };
}

function replies(call: Call): TlObject {
	const peer = peerArg(call);
	const top = int(call.args, 'msg_id');
	const all = newestFirst(call, peer).filter(({ message, id }) => {
		if (message.topicId !== undefined) return message.topicId === top && id !== top;
		const root =
			message.replyTo?.message?.copies.get(peer) ?? message.replyTo?.message?.copies.get(call.me.id);
		return root?.id === top || message.replyTo?.topId === top;
	});
	return viewList(call, peer, all);
}

export const historyHandlers: HandlerTable = {
	'messages.getHistory': (call) => {
		const peer = peerArg(call);
		return viewList(call, peer, newestFirst(call, peer));
	},
	'messages.search': (call) => {
		const peer = child(call.args, 'peer')._ === 'inputPeerEmpty' ? undefined : peerArg(call);
		if (peer === undefined) {
			const found = everywhere(call).filter(matches(call));
			return viewPage(call, undefined, paged(found, pageOf(call)).list, found.length);
		}
		return viewList(call, peer, newestFirst(call, peer).filter(matches(call)));
	},
	'messages.searchGlobal': searchGlobal,
	'messages.getReplies': replies,
	'messages.getUnreadMentions': (call) => {
		const peer = peerArg(call);
		const unread = newestFirst(call, peer).filter(
			(copy) => copy.mentionUnread && copy.message.mentions.has(call.me.id),
		);
		return viewList(call, peer, unread);
	},
	'messages.getMessages': (call) => byIds(call, (id) => call.me.box.messages.get(id), undefined),
	'channels.getMessages': (call) => {
		const channel = channelArg(call);
		return byIds(call, (id) => channel.box.messages.get(id), channel.key);
	},
};
