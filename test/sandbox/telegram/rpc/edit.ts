import { demandRight, hasRight } from '../state/chats';
import { Delivery } from '../state/delivery';
import { announceEdit, pin, react, readHistory, removeCopies, showAction } from '../state/messages';
import { kindOf, tlPeer } from '../state/model';
import type { Channel, Copy, Marked, Message } from '../state/model';
import { boxOf, dialogOf } from '../state/people';
import { peersIn, viewMessage, viewPoll } from '../state/views';
import { buffers, child, children, flag, int, ints, optionalChild, optionalInt, text } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { Call, HandlerTable } from './call';
import { RpcError } from './errors';
import { attach, fetchExternal } from './media';
import { channelArg, chatArg, demandMessage, peerArg } from './peers';
import { checkText, entitiesOf } from './send';

function sameEntities(a: readonly TlObject[], b: readonly TlObject[]): boolean {
	const plain = (list: readonly TlObject[]): string =>
		JSON.stringify(list, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
	return plain(a) === plain(b);
}

function demandEditable(call: Call, { message }: Copy): void {
	const { world, me } = call;
	const chat = world.chats.get(message.chat);
	const own = message.author === me.id;
	const asAdmin = chat?.kind === 'channel' && message.post && hasRight(chat, me.id, 'edit_messages');
	if (!own && !asAdmin) throw new RpcError(403, 'MESSAGE_AUTHOR_REQUIRED');
	const age = (world.serverSeconds() - message.date) * 1000;
	if (age > world.policy.editLifeMs && message.chat !== me.id && !asAdmin) {
		throw new RpcError(400, 'MESSAGE_EDIT_TIME_EXPIRED');
	}
}

async function editMessage(call: Call): Promise<TlObject> {
	const { world, me, args, origin } = call;
	const peer = peerArg(call);
	const delivery = new Delivery(world, origin.session);
	const scheduled = args.schedule_date === undefined ? undefined : me.scheduled.get(int(args, 'id'));
	if (scheduled !== undefined) {
		scheduled.message = {
			...scheduled.message,
			text: text(args, 'message'),
			entities: children(args, 'entities'),
		};
		delivery.tell(me, { _: 'updateNewScheduledMessage', message: scheduled.view() });
		return delivery.finish();
	}
	const copy = demandMessage(call, peer, int(args, 'id'));
	const { message } = copy;
	demandEditable(call, copy);
	const input = optionalChild(args, 'media');
	if (input?._ === 'inputMediaPoll' && message.poll !== undefined) {
		if (child(input, 'poll').closed === true) message.poll.closed = true;
	} else if (input !== undefined) {
		const { file, media, poll } = attach(call, await fetchExternal(call, input));
		Object.assign(message, { file, media, poll: poll ?? message.poll });
	}
	if (typeof args.message === 'string') {
		const limit = message.file === undefined || me.premium ? 4096 : 1024;
		const words = checkText(args.message, children(args, 'entities'), limit, 'MESSAGE_TOO_LONG');
		if (words === '' && message.file === undefined) throw new RpcError(400, 'MESSAGE_EMPTY');
		const entities = entitiesOf(call, words);
		if (input === undefined && words === message.text && sameEntities(entities, message.entities)) {
			throw new RpcError(400, 'MESSAGE_NOT_MODIFIED');
		}
		Object.assign(message, { text: words, entities });
	} else if (input === undefined) throw new RpcError(400, 'MESSAGE_NOT_MODIFIED');
	message.editDate = world.serverSeconds();
	message.editHide = false;
	announceEdit(world, message, delivery);
	return delivery.finish();
}

function affected(pts: number, pts_count: number): TlObject {
	return { _: 'messages.affectedMessages', pts, pts_count };
}

/** Private chats and basic groups: one's own copies, or with `revoke` everybody's. */
function deleteMessages(call: Call): TlObject {
	const { world, me, args, origin } = call;
	const own = ints(args, 'id').flatMap((id) => me.box.messages.get(id) ?? []);
	if (ints(args, 'id').length > 100) throw new RpcError(400, 'MESSAGE_IDS_EMPTY');
	const copies = flag(args, 'revoke') ? own.flatMap(({ message }) => [...message.copies.values()]) : own;
	const delivery = new Delivery(world, origin.session);
	removeCopies(world, copies, delivery);
	delivery.finish();
	return affected(me.box.pts, own.length);
}

function deleteChannelMessages(call: Call): TlObject {
	const { world, me, args, origin } = call;
	const channel = channelArg(call);
	const copies = ints(args, 'id').flatMap((id) => channel.box.messages.get(id) ?? []);
	const foreign = copies.some(({ message }) => message.author !== me.id);
	if (foreign && !hasRight(channel, me.id, 'delete_messages'))
		throw new RpcError(403, 'MESSAGE_DELETE_FORBIDDEN');
	const delivery = new Delivery(world, origin.session);
	removeCopies(world, copies, delivery);
	delivery.finish();
	return affected(channel.box.pts, copies.length);
}

/** messages.deleteHistory: clears a private chat or basic group, for oneself or for both. */
function deleteHistory(call: Call): TlObject {
	const { world, me, args, origin } = call;
	const peer = peerArg(call);
	const maxId = int(args, 'max_id');
	const own = [...me.box.messages.values()].filter(
		(copy) => copy.peer === peer && (maxId === 0 || copy.id <= maxId),
	);
	const copies = flag(args, 'revoke') ? own.flatMap(({ message }) => [...message.copies.values()]) : own;
	const delivery = new Delivery(world, origin.session);
	removeCopies(world, copies, delivery);
	delivery.finish();
	if (!flag(args, 'just_clear')) dialogOf(me, peer).hidden = true;
	return { _: 'messages.affectedHistory', pts: me.box.pts, pts_count: own.length, offset: 0 };
}

function readContents(copies: readonly Copy[]): readonly Copy[] {
	const touched = copies.filter((copy) => copy.mediaUnread || copy.mentionUnread || copy.reactionsUnread);
	for (const copy of touched) Object.assign(copy, { mediaUnread: false, mentionUnread: false });
	return touched;
}

/** Marks mentions or reactions of a chat as seen. */
function clearUnread(call: Call, which: 'mentionUnread' | 'reactionsUnread'): TlObject {
	const { world, me } = call;
	const peer = peerArg(call);
	const box = boxOf(world, me, peer);
	for (const copy of box.messages.values()) if (copy.peer === peer) copy[which] = false;
	return { _: 'messages.affectedHistory', pts: box.pts, pts_count: 0, offset: 0 };
}

function demandPin(call: Call, peer: Marked): void {
	const chat = call.world.chats.get(peer);
	if (chat !== undefined) demandRight(chat, call.me, 'pin_messages');
}

function sendReaction(call: Call): TlObject {
	const { world, me, args, origin } = call;
	const copy = demandMessage(call, peerArg(call), int(args, 'msg_id'));
	const list = children(args, 'reaction').filter((one) => one._ !== 'reactionEmpty');
	if (list.length > (me.premium ? 3 : 1)) throw new RpcError(400, 'REACTIONS_TOO_MANY');
	if (list.some((one) => one._ === 'reactionEmoji' && !/\p{Emoji}/u.test(text(one, 'emoticon')))) {
		throw new RpcError(400, 'REACTION_INVALID');
	}
	const delivery = new Delivery(world, origin.session);
	react(world, me, copy.message, list, delivery);
	return delivery.finish();
}

function reactionsList(call: Call): TlObject {
	const { world, me, args } = call;
	const { message } = demandMessage(call, peerArg(call), int(args, 'id'));
	const wanted = optionalChild(args, 'reaction')?.emoticon;
	const all = [...message.reactions].flatMap(([user, { list, date }]) =>
		list
			.filter((one) => wanted === undefined || one.emoticon === wanted)
			.map((reaction) => ({
				_: 'messagePeerReaction',
				my: user === me.id,
				peer_id: tlPeer(user),
				date,
				reaction,
			})),
	);
	const start = Number(text(args, 'offset') || '0');
	const reactions = all.slice(start, start + (int(args, 'limit') || 50));
	const next = start + reactions.length;
	return {
		_: 'messages.messageReactionsList',
		count: all.length,
		reactions,
		...peersIn(world, me, reactions),
		next_offset: next < all.length ? String(next) : undefined,
	};
}

function tellPoll(call: Call, copy: Copy): TlObject {
	const { world, me, origin } = call;
	const { poll } = copy.message;
	if (poll === undefined) throw new RpcError(400, 'MESSAGE_POLL_INVALID');
	const delivery = new Delivery(world, origin.session);
	for (const [owner, one] of copy.message.copies) {
		const viewers =
			kindOf(owner) === 'channel'
				? [...world.channel(owner).members.keys()].map((id) => world.person(id))
				: [world.person(owner)];
		for (const viewer of viewers) {
			const view = viewPoll(viewer, poll, copy.message.author === viewer.id);
			delivery.tell(viewer, {
				_: 'updateMessagePoll',
				peer: tlPeer(one.peer),
				msg_id: one.id,
				poll_id: poll.id,
				poll: view.poll,
				results: viewer.id === me.id ? view.results : { ...(view.results as TlObject), min: true },
			});
		}
	}
	return delivery.finish();
}

function sendVote(call: Call): TlObject {
	const { me, args } = call;
	const copy = demandMessage(call, peerArg(call), int(args, 'msg_id'));
	const { poll } = copy.message;
	if (poll === undefined) throw new RpcError(400, 'MESSAGE_POLL_INVALID');
	if (poll.closed) throw new RpcError(400, 'MESSAGE_POLL_CLOSED');
	const options = buffers(args, 'options');
	const known = poll.poll.answers as readonly TlObject[];
	const valid = options.every((option) => known.some((answer) => (answer.option as Buffer).equals(option)));
	if (!valid || (options.length > 1 && poll.poll.multiple_choice !== true))
		throw new RpcError(400, 'OPTION_INVALID');
	if (poll.votes.has(me.id) && poll.poll.quiz === true) throw new RpcError(400, 'REVOTE_NOT_ALLOWED');
	if (options.length === 0) poll.votes.delete(me.id);
	else poll.votes.set(me.id, options);
	return tellPoll(call, copy);
}

/** Posts of a channel and their discussion in the linked group. */
function discussion(call: Call): TlObject {
	const { world, me, args } = call;
	const peer = peerArg(call);
	const copy = demandMessage(call, peer, int(args, 'msg_id'));
	const channel = world.chats.get(peer);
	const linked = channel?.kind === 'channel' ? channel.linked : undefined;
	if (linked === undefined) throw new RpcError(400, 'MSG_ID_INVALID');
	const mirrored = [...linked.box.messages.values()].find(
		(one) => one.message.forward?.channel_post === copy.id,
	);
	if (mirrored === undefined) throw new RpcError(400, 'MSG_ID_INVALID');
	const messages = [viewMessage(me, mirrored)];
	return { _: 'messages.discussionMessage', messages, unread_count: 0, ...peersIn(world, me, messages) };
}

async function callbackAnswer(call: Call): Promise<TlObject> {
	const { world, me, args } = call;
	const peer = peerArg(call);
	const { message } = demandMessage(call, peer, int(args, 'msg_id'));
	const data = Buffer.isBuffer(args.data) ? args.data : Buffer.alloc(0);
	const rows = (message.replyMarkup?.rows ?? []) as readonly TlObject[];
	const known = rows.some((row) =>
		children(row, 'buttons').some((button) => {
			const kind = button.type as TlObject;
			return Buffer.isBuffer(kind.data) && kind.data.equals(data);
		}),
	);
	if (!known) throw new RpcError(400, 'DATA_INVALID');
	world.presses.push({
		user: me.id.toString(),
		peer: peer.toString(),
		messageId: int(args, 'msg_id'),
		data: data.toString(),
	});
	const bot = message.author === undefined ? undefined : world.people.get(message.author);
	if (bot?.buttonAnswer !== undefined) return bot.buttonAnswer;
	await new Promise<void>((resolve) => void world.later(10_000, resolve));
	throw new RpcError(400, 'BOT_RESPONSE_TIMEOUT');
}

function transcribe(call: Call): TlObject {
	const { world, me, args } = call;
	const peer = peerArg(call);
	const copy = demandMessage(call, peer, int(args, 'msg_id'));
	if (copy.message.file === undefined) throw new RpcError(400, 'MSG_VOICE_MISSING');
	const transcription_id = copy.message.file.id;
	const words = copy.message.transcription;
	if (words === undefined) throw new RpcError(400, 'TRANSCRIPTION_FAILED');
	world.later(200, () => {
		const delivery = new Delivery(world);
		delivery.tell(me, {
			_: 'updateTranscribedAudio',
			peer: tlPeer(peer),
			msg_id: copy.id,
			transcription_id,
			text: words,
		});
		delivery.finish();
	});
	return { _: 'messages.transcribedAudio', pending: true, transcription_id, text: '' };
}

function readChannel(call: Call, channel: Channel, maxId: number): void {
	const delivery = new Delivery(call.world, call.origin.session);
	readHistory(call.world, call.me, channel.key, maxId, delivery);
	delivery.finish();
}

function unpinAll(call: Call, pinned: readonly Message[]): void {
	const delivery = new Delivery(call.world, call.origin.session);
	for (const message of pinned) pin(call.world, message, false, delivery);
	delivery.finish();
}

export const editHandlers: HandlerTable = {
	'messages.editMessage': editMessage,
	'messages.deleteMessages': deleteMessages,
	'channels.deleteMessages': deleteChannelMessages,
	'messages.deleteHistory': deleteHistory,
	'channels.deleteHistory': (call) => {
		const { world, args, origin } = call;
		const channel = channelArg(call);
		const delivery = new Delivery(world, origin.session);
		if (flag(args, 'for_everyone')) {
			demandRight(channel, call.me, 'delete_messages');
			removeCopies(world, [...channel.box.messages.values()], delivery);
		} else dialogOf(call.me, channel.key).hidden = true;
		return delivery.finish();
	},
	'messages.readHistory': (call) => {
		const { world, me, args, origin } = call;
		const before = me.box.pts;
		const peer = peerArg(call);
		const delivery = new Delivery(world, origin.session);
		const pts = readHistory(world, me, peer, int(args, 'max_id'), delivery);
		delivery.finish();
		return affected(pts, pts > before ? 1 : 0);
	},
	'channels.readHistory': (call) => {
		readChannel(call, channelArg(call), int(call.args, 'max_id'));
		return true;
	},
	'messages.readDiscussion': (call) => {
		const channel = chatArg(call);
		if (channel.kind !== 'channel') throw new RpcError(400, 'PEER_ID_INVALID');
		channel.topics.get(int(call.args, 'msg_id'))?.read.set(call.me.id, int(call.args, 'read_max_id'));
		return true;
	},
	'messages.readMessageContents': (call) => {
		const { world, me, args, origin } = call;
		const touched = readContents(ints(args, 'id').flatMap((id) => me.box.messages.get(id) ?? []));
		const messages = touched.map((copy) => copy.id);
		if (messages.length === 0) return affected(me.box.pts, 0);
		const delivery = new Delivery(world, origin.session);
		const pts_count = messages.length;
		delivery.account(me, pts_count, (pts) => ({ _: 'updateReadMessagesContents', messages, pts, pts_count }));
		delivery.finish();
		return affected(me.box.pts, pts_count);
	},
	'channels.readMessageContents': (call) => {
		const channel = channelArg(call);
		const touched = readContents(ints(call.args, 'id').flatMap((id) => channel.box.messages.get(id) ?? []));
		const delivery = new Delivery(call.world, call.origin.session);
		const messages = touched.map((copy) => copy.id);
		if (messages.length > 0) {
			delivery.tell(call.me, { _: 'updateChannelReadMessagesContents', channel_id: channel.id, messages });
		}
		delivery.finish();
		return true;
	},
	'messages.readMentions': (call) => clearUnread(call, 'mentionUnread'),
	'messages.readReactions': (call) => clearUnread(call, 'reactionsUnread'),
	'messages.updatePinnedMessage': (call) => {
		const { world, args, origin } = call;
		const peer = peerArg(call);
		demandPin(call, peer);
		const { message } = demandMessage(call, peer, int(args, 'id'));
		const delivery = new Delivery(world, origin.session);
		pin(world, message, !flag(args, 'unpin'), delivery);
		return delivery.finish();
	},
	'messages.unpinAllMessages': (call) => {
		const { world, me } = call;
		const peer = peerArg(call);
		demandPin(call, peer);
		const box = boxOf(world, me, peer);
		const pinned = [...box.messages.values()].filter((copy) => copy.peer === peer && copy.message.pinned);
		unpinAll(
			call,
			pinned.map((copy) => copy.message),
		);
		return { _: 'messages.affectedHistory', pts: box.pts, pts_count: pinned.length, offset: 0 };
	},
	'messages.sendReaction': sendReaction,
	'messages.getMessageReactionsList': reactionsList,
	'messages.getMessagesReactions': (call) => {
		const { world, me, args } = call;
		const peer = peerArg(call);
		const updates = ints(args, 'id').map((id) => {
			const copy = demandMessage(call, peer, id);
			const view = viewMessage(me, copy);
			const reactions = view.reactions ?? { _: 'messageReactions', results: [] };
			return { _: 'updateMessageReactions', peer: tlPeer(peer), msg_id: id, reactions };
		});
		return { _: 'updates', updates, ...peersIn(world, me, updates), date: world.serverSeconds(), seq: 0 };
	},
	'messages.setTyping': (call) => {
		const peer = peerArg(call);
		const delivery = new Delivery(call.world, call.origin.session);
		const topic = optionalInt(call.args, 'top_msg_id');
		showAction(call.world, call.me, peer, child(call.args, 'action'), topic, delivery);
		delivery.finish();
		return true;
	},
	'messages.sendVote': sendVote,
	'messages.getPollResults': (call) =>
		tellPoll(call, demandMessage(call, peerArg(call), int(call.args, 'msg_id'))),
	'messages.getDiscussionMessage': discussion,
	'messages.getBotCallbackAnswer': callbackAnswer,
	'messages.transcribeAudio': transcribe,
	'messages.getMessagesViews': (call) => {
		const peer = peerArg(call);
		const views = ints(call.args, 'id').map((id) => {
			const { message } = demandMessage(call, peer, id);
			if (flag(call.args, 'increment')) message.views += 1;
			return { _: 'messageViews', views: message.views, forwards: message.forwards };
		});
		return { _: 'messages.messageViews', views, chats: [], users: [] };
	},
	'messages.getWebPagePreview': () => ({
		_: 'messages.webPagePreview',
		media: { _: 'messageMediaEmpty' },
		chats: [],
		users: [],
	}),
	'messages.report': () => ({ _: 'reportResultReported' }),
};
