import { z } from '#lib/zod';
import { ChannelError, invalidParameter, type CommandContext, type JsonObject } from '../../../contract';
import type { TelegramAccount } from '../account';
import { inputChannel, type Peer } from '../peers/peer';
import { knowsMethod } from '../seam';
import { child, children, flag, int, long, text, type TlObject } from '../tl';
import { channelOf, inOneChat, timeOf, unlessSame } from './chat-people';
import { chatRef, command, limit, LONG_TIMEOUT_MS, messageId } from './shared';

const PAGE = 100;
/** The colours a topic without an emoji may have (core.telegram.org/method/messages.createForumTopic). */
const COLOURS = {
	blue: 0x6fb9f0,
	yellow: 0xffd67e,
	violet: 0xcb86db,
	green: 0x8eee98,
	rose: 0xff93b2,
	red: 0xfb6f5f,
} as const;
type Colour = keyof typeof COLOURS;
const title = z.string().trim().min(1, 'is empty').max(128);
/** number of a custom emoji */
const emojiId = z.union([z.string().trim(), z.number()]).transform(String).pipe(z.string().regex(/^\d+$/));

/** Topics of a forum, last changed first, pinned ones before. */
export const chatGetTopics = command({
	...inOneChat,
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({ chatId: chatRef, limit, query: z.string().trim().default('') }),
	async run(account, input, context) {
		const peer = await channelOf(account, input.chatId, context);
		const items: JsonObject[] = [];
		const met = new Set<number>();
		let offset = { date: 0, id: 0, topic: 0 };
		for (;;) {
			const page = await account.connection.object(
				topicRequest('getForumTopics', account, peer, {
					...(input.query === '' ? {} : { q: input.query }),
					offset_date: offset.date,
					offset_id: offset.id,
					offset_topic: offset.topic,
					limit: PAGE,
				}),
				{ signal: context.signal },
			);
			const topics = children(page, 'topics').filter((topic) => !met.has(int(topic, 'id') ?? 0));
			for (const topic of topics) {
				met.add(int(topic, 'id') ?? 0);
				if (topic._ !== 'forumTopic') continue;
				items.push(topicItem(topic, peer.id));
				if (items.length === input.limit) return { items };
			}
			const last = topics.at(-1);
			if (last === undefined || met.size >= (int(page, 'count') ?? 0)) return { items };
			const id = int(last, 'top_message') ?? 0;
			const top = children(page, 'messages').find((message) => int(message, 'id') === id);
			offset = { date: int(top ?? last, 'date') ?? 0, id, topic: int(last, 'id') ?? 0 };
		}
	},
});

/** A new topic; a repeat makes no second one. */
export const chatCreateTopic = command({
	...inOneChat,
	permission: 'send',
	effect: 'send',
	input: z.strictObject({
		chatId: chatRef,
		title,
		colour: z.enum(Object.keys(COLOURS) as [Colour, ...Colour[]]).optional(),
		/** custom emoji as its icon; needs Premium but for the ones Telegram offers to all */
		emojiId: emojiId.optional(),
	}),
	async run(account, input, context) {
		const peer = await channelOf(account, input.chatId, context);
		const request = topicRequest('createForumTopic', account, peer, {
			title: input.title,
			...(input.colour === undefined ? {} : { icon_color: COLOURS[input.colour] }),
			...(input.emojiId === undefined ? {} : { icon_emoji_id: input.emojiId }),
			random_id: randomId(account, context),
		});
		await context.intent?.sent();
		try {
			const answer = await account.connection.object(request, { signal: context.signal });
			const message = children(answer, 'updates').flatMap((update) => child(update, 'message') ?? []);
			const made = message.find((one) => child(one, 'action')?._ === 'messageActionTopicCreate');
			return { items: [created(peer.id, int(made ?? { _: '' }, 'id'), input.title, false)] };
		} catch (error) {
			if (!ChannelError.is(error) || error.providerCode !== 'RANDOM_ID_DUPLICATE') throw error;
			return {
				items: [created(peer.id, await topicNamed(account, peer, input.title, context), input.title, true)],
			};
		}
	},
});

function created(chat: string, id: number | null, name: string, duplicate: boolean): JsonObject {
	const topic = id === null ? '' : String(id);
	return { channel: 'telegram', external_chat_id: chat, topic_id: topic, title: name, duplicate };
}

async function topicNamed(
	account: TelegramAccount,
	peer: Peer,
	name: string,
	{ signal }: CommandContext,
): Promise<number | null> {
	const range = { q: name, offset_date: 0, offset_id: 0, offset_topic: 0, limit: PAGE };
	const page = await account.connection.object(topicRequest('getForumTopics', account, peer, range), {
		signal,
	});
	const found = children(page, 'topics').filter((topic) => text(topic, 'title') === name);
	return found.reduce<number | null>((newest, topic) => Math.max(newest ?? 0, int(topic, 'id') ?? 0), null);
}

/** Title, icon; closed: only administrators write in it; hidden: only General can be. */
export const chatUpdateTopic = command({
	...inOneChat,
	permission: 'account',
	effect: 'change',
	input: z.strictObject({
		chatId: chatRef,
		topicId: messageId,
		title: title.optional(),
		emojiId: emojiId.optional(),
		closed: z.boolean().optional(),
		hidden: z.boolean().optional(),
	}),
	async run(account, { chatId, topicId, ...wanted }, context) {
		const { title: name, emojiId: icon, closed, hidden } = wanted;
		const changes = {
			...(name === undefined ? {} : { title: name }),
			...(icon === undefined ? {} : { icon_emoji_id: icon }),
			...(closed === undefined ? {} : { closed }),
			...(hidden === undefined ? {} : { hidden }),
		};
		if (Object.keys(changes).length === 0) throw invalidParameter('topic', 'nothing to change is given');
		const peer = await channelOf(account, chatId, context);
		const request = topicRequest('editForumTopic', account, peer, { topic_id: topicId, ...changes });
		const changed = await unlessSame(account, request, context);
		return {
			items: [{ updated: true, changed, external_chat_id: peer.id, topic_id: String(topicId) }],
		};
	},
});

/** Layers below 2xx have the methods of topics under `channels`. */
function topicRequest(
	name: string,
	{ resolver }: TelegramAccount,
	peer: Peer,
	fields: Omit<TlObject, '_'>,
): TlObject {
	return knowsMethod(`messages.${name}`)
		? { ...fields, _: `messages.${name}`, peer: resolver.inputOf(peer.id) }
		: { ...fields, _: `channels.${name}`, channel: inputChannel(peer) };
}

/** The intent's own number, so that a repeat is none to Telegram. */
function randomId({ services }: TelegramAccount, { intent }: CommandContext): string {
	const hex = (intent?.providerKey ?? services.random.hex(8)).slice(0, 16).padStart(16, '0');
	return BigInt.asIntN(64, BigInt(`0x${hex}`)).toString();
}

function topicItem(topic: TlObject, chat: string): JsonObject {
	return {
		channel: 'telegram',
		external_chat_id: chat,
		topic_id: String(int(topic, 'id') ?? ''),
		title: text(topic, 'title'),
		emoji_id: long(topic, 'icon_emoji_id'),
		is_closed: flag(topic, 'closed'),
		is_hidden: flag(topic, 'hidden'),
		is_pinned: flag(topic, 'pinned'),
		unread_count: int(topic, 'unread_count') ?? 0,
		created: timeOf(int(topic, 'date')),
	};
}
