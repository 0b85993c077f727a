import { demandRight, isAdmin } from '../state/chats';
import { Delivery } from '../state/delivery';
import { post, removeCopies } from '../state/messages';
import { tlPeer } from '../state/model';
import type { Channel, Copy, Topic } from '../state/model';
import { peersIn, viewMessage } from '../state/views';
import { flag, int, ints, long, optionalText, text } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { Call, HandlerTable } from './call';
import { RpcError } from './errors';
import { chatArg } from './peers';

function forumArg(call: Call): Channel {
	const chat = chatArg(call);
	if (chat.kind !== 'channel' || !chat.forum) throw new RpcError(400, 'CHANNEL_FORUM_MISSING');
	return chat;
}

/** Every forum has General, number 1, without a first message. */
function topicsOf(channel: Channel): Map<number, Topic> {
	if (!channel.topics.has(1)) {
		channel.topics.set(1, {
			id: 1,
			title: 'General',
			iconColor: 0x6fb9f0,
			iconEmojiId: undefined,
			closed: false,
			hidden: false,
			pinned: false,
			creator: channel.creator,
			date: channel.date,
			read: new Map(),
		});
	}
	return channel.topics;
}

function inTopic(channel: Channel, id: number): Copy[] {
	return [...channel.box.messages.values()].filter(
		(copy) => (copy.message.topicId ?? 1) === id || (copy.id === id && id !== 1),
	);
}

function view(call: Call, channel: Channel, topic: Topic): TlObject {
	const messages = inTopic(channel, topic.id);
	const read = topic.read.get(call.me.id) ?? 0;
	return {
		_: 'forumTopic',
		my: topic.creator === call.me.id,
		closed: topic.closed,
		hidden: topic.hidden,
		pinned: topic.pinned,
		id: topic.id,
		date: topic.date,
		peer: tlPeer(channel.key),
		title: topic.title,
		icon_color: topic.iconColor,
		icon_emoji_id: topic.iconEmojiId,
		top_message: messages.at(-1)?.id ?? topic.id,
		read_inbox_max_id: read,
		read_outbox_max_id: 0,
		unread_count: messages.filter((copy) => copy.id > read && copy.message.author !== call.me.id).length,
		unread_mentions_count: 0,
		unread_reactions_count: 0,
		unread_poll_votes_count: 0,
		from_id: tlPeer(topic.creator),
		notify_settings: { _: 'peerNotifySettings' },
	};
}

function list(call: Call, channel: Channel, topics: readonly Topic[], count: number): TlObject {
	const views = topics.map((topic) => view(call, channel, topic));
	const tops = topics.flatMap((topic) => inTopic(channel, topic.id).at(-1) ?? []);
	const messages = tops.map((copy) => viewMessage(call.me, copy));
	const { pts } = channel.box;
	const self = tlPeer(channel.key);
	return {
		_: 'messages.forumTopics',
		count,
		topics: views,
		messages,
		...peersIn(call.world, call.me, views, messages, self),
		pts,
	};
}

function topicArg(call: Call, channel: Channel, field: string): Topic {
	const topic = topicsOf(channel).get(int(call.args, field));
	if (topic === undefined) throw new RpcError(400, 'TOPIC_ID_INVALID');
	return topic;
}

export const topicHandlers: HandlerTable = {
	'messages.getForumTopics': (call) => {
		const channel = forumArg(call);
		const words = (optionalText(call.args, 'q') ?? '').toLowerCase();
		const top = (topic: Topic): number => inTopic(channel, topic.id).at(-1)?.id ?? topic.id;
		const all = [...topicsOf(channel).values()]
			.filter((topic) => topic.title.toLowerCase().includes(words))
			.sort((a, b) => Number(b.pinned) - Number(a.pinned) || top(b) - top(a));
		const offset = int(call.args, 'offset_topic');
		const start = offset === 0 ? 0 : all.findIndex((topic) => topic.id === offset) + 1;
		return list(call, channel, all.slice(start, start + (int(call.args, 'limit') || 100)), all.length);
	},
	'messages.getForumTopicsByID': (call) => {
		const channel = forumArg(call);
		const topics = ints(call.args, 'topics').flatMap((id) => topicsOf(channel).get(id) ?? []);
		return list(call, channel, topics, topics.length);
	},
	'messages.createForumTopic': (call) => {
		const { world, me, args } = call;
		const channel = forumArg(call);
		demandRight(channel, me, 'manage_topics');
		const title = text(args, 'title').trim();
		if (title === '') throw new RpcError(400, 'TOPIC_TITLE_EMPTY');
		const randomId = long(args, 'random_id');
		if (me.randomIds.has(randomId)) throw new RpcError(500, 'RANDOM_ID_DUPLICATE');
		topicsOf(channel);
		const iconColor = int(args, 'icon_color') || 0x6fb9f0;
		const iconEmojiId = args.icon_emoji_id === undefined ? undefined : long(args, 'icon_emoji_id');
		const delivery = new Delivery(world, call.origin.session);
		const action = {
			_: 'messageActionTopicCreate',
			title,
			icon_color: iconColor,
			icon_emoji_id: iconEmojiId,
		};
		const copy = post(world, me, channel.key, { action, randomId }, delivery);
		me.randomIds.set(randomId, copy.id);
		channel.topics.set(copy.id, {
			id: copy.id,
			title,
			iconColor,
			iconEmojiId,
			closed: false,
			hidden: false,
			pinned: false,
			creator: me.id,
			date: world.serverSeconds(),
			read: new Map(),
		});
		return delivery.finish();
	},
	'messages.editForumTopic': (call) => {
		const { world, me, args } = call;
		const channel = forumArg(call);
		const topic = topicArg(call, channel, 'topic_id');
		if (topic.creator !== me.id && !isAdmin(channel, me.id)) throw new RpcError(400, 'CHAT_ADMIN_REQUIRED');
		const title = optionalText(args, 'title');
		const changes = {
			...(title === undefined ? {} : { title }),
			...(args.closed === undefined ? {} : { closed: flag(args, 'closed') }),
			...(args.hidden === undefined ? {} : { hidden: flag(args, 'hidden') }),
		};
		const same = Object.entries(changes).every(([name, value]) => topic[name as keyof Topic] === value);
		if (same) throw new RpcError(400, 'TOPIC_NOT_MODIFIED');
		Object.assign(topic, changes);
		const delivery = new Delivery(world, call.origin.session);
		const action = { _: 'messageActionTopicEdit', ...changes };
		post(world, me, channel.key, { action, topicId: topic.id }, delivery);
		return delivery.finish();
	},
	'messages.deleteTopicHistory': (call) => {
		const channel = forumArg(call);
		demandRight(channel, call.me, 'delete_messages');
		const topic = topicArg(call, channel, 'top_msg_id');
		const copies = inTopic(channel, topic.id);
		const delivery = new Delivery(call.world, call.origin.session);
		removeCopies(call.world, copies, delivery);
		delivery.finish();
		channel.topics.delete(topic.id);
		return { _: 'messages.affectedHistory', pts: channel.box.pts, pts_count: copies.length, offset: 0 };
	},
};
