import { z } from '#lib/zod';
import { invalidParameter, type CallResult, type CommandContext, type JsonObject } from '../../../contract';
import type { TelegramAccount } from '../account';
import { eventOf } from '../history';
import { isLastPage } from '../messages-page';
import { SERVICE_USER } from '../peers/peer-book';
import { children, int, type TlObject } from '../tl';
import { chatRef, command, detail, LONG_TIMEOUT_MS, messageId, messageItem, peerOf, time } from './shared';
import type { Detail } from './shared';

/** What a message carries → Telegram's filter. */
const FILTERS = {
	all: 'inputMessagesFilterEmpty',
	audio: 'inputMessagesFilterMusic',
	contact: 'inputMessagesFilterContacts',
	document: 'inputMessagesFilterDocument',
	gif: 'inputMessagesFilterGif',
	link: 'inputMessagesFilterUrl',
	location: 'inputMessagesFilterGeo',
	mention: 'inputMessagesFilterMyMentions',
	photo: 'inputMessagesFilterPhotos',
	photoVideo: 'inputMessagesFilterPhotoVideo',
	pinned: 'inputMessagesFilterPinned',
	poll: 'inputMessagesFilterPoll',
	video: 'inputMessagesFilterVideo',
	videoNote: 'inputMessagesFilterRoundVideo',
	voice: 'inputMessagesFilterVoice',
} as const;
export const SEARCH_FILTERS = Object.keys(FILTERS) as (keyof typeof FILTERS)[];

/** Which chats a search in all of them looks at. */
const SCOPES = {
	all: {},
	private: { users_only: true },
	group: { groups_only: true },
	channel: { broadcasts_only: true },
};

const searchFields = {
	/** may be empty where something else narrows the search */
	query: z.string().trim().default(''),
	filter: z.enum(SEARCH_FILTERS).default('all'),
	since: time.optional(),
	before: time.optional(),
	limit: z.number().int().min(1).max(1000).default(50),
	includeService: z.boolean().default(false),
};

/** In one chat, or in all of them; newest first. */
export const messageSearch = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({
		...searchFields,
		chatId: chatRef.optional(),
		/** only with a chat */
		fromUserId: chatRef.optional(),
		topicId: messageId.optional(),
		/** only without a chat */
		scope: z.enum(['all', 'private', 'group', 'channel']).default('all'),
		...detail,
	}),
	chats: ({ chatId }) => (chatId === undefined ? [] : [chatId]),
	async run(account, input, context) {
		const range = {
			q: input.query,
			filter: { _: FILTERS[input.filter] },
			// Both ends are exclusive.
			min_date: input.since === undefined ? 0 : input.since - 1,
			max_date: input.before ?? 0,
		};
		if (input.chatId === undefined) {
			if (input.fromUserId !== undefined || input.topicId !== undefined)
				throw invalidParameter('chatId', 'is needed to search by sender or topic');
			if (input.query === '' && input.filter === 'all')
				throw invalidParameter('query', 'is empty', 'Give a text, or choose what the messages carry.');
			return everywhere(account, { ...range, ...SCOPES[input.scope] }, input, context);
		}
		const { input: peer } = await peerOf(account, input.chatId, context);
		const from =
			input.fromUserId === undefined
				? null
				: await peerOf(account, input.fromUserId, context, { field: 'fromUserId' });
		return inChat(
			account,
			{
				_: 'messages.search',
				...range,
				peer,
				...(from === null ? {} : { from_id: from.input }),
				...(input.topicId === undefined ? {} : { top_msg_id: input.topicId }),
			},
			input,
			context,
		);
	},
});

/** Messages of a chat that mention this account or answer it, and have not been read. */
export const messageGetMentions = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({
		chatId: chatRef,
		topicId: messageId.optional(),
		limit: z.number().int().min(1).max(1000).default(50),
		...detail,
	}),
	chats: ({ chatId }) => [chatId],
	async run(account, { chatId, topicId, ...input }, context) {
		const { input: peer } = await peerOf(account, chatId, context);
		const request = {
			_: 'messages.getUnreadMentions',
			peer,
			...(topicId === undefined ? {} : { top_msg_id: topicId }),
		};
		return inChat(account, request, { ...input, includeService: true }, context);
	},
});

interface Wanted extends Detail {
	limit: number;
	includeService: boolean;
}

async function inChat(
	account: TelegramAccount,
	request: TlObject,
	wanted: Wanted,
	{ signal }: CommandContext,
): Promise<CallResult> {
	const items: JsonObject[] = [];
	for (let offset = 0; ;) {
		const size = Math.min(100, wanted.limit - items.length);
		const place = { offset_id: offset, add_offset: 0, limit: size, max_id: 0, min_id: 0, hash: '0' };
		const page = await account.connection.object({ ...place, ...request }, { signal });
		const messages = found(page);
		await add(account, messages, wanted, items);
		const last = int(messages.at(-1) ?? { _: '' }, 'id');
		if (items.length >= wanted.limit || last === null || last === offset || isLastPage(page, size))
			return { items };
		offset = last;
	}
}

async function everywhere(
	account: TelegramAccount,
	range: Record<string, TlObject[string]>,
	wanted: Wanted,
	{ signal }: CommandContext,
): Promise<CallResult> {
	const items: JsonObject[] = [];
	let offset = { id: 0, rate: 0, peer: { _: 'inputPeerEmpty' } as TlObject };
	for (;;) {
		const size = Math.min(100, wanted.limit - items.length);
		const page = await account.connection.object(
			{
				...range,
				_: 'messages.searchGlobal',
				limit: size,
				offset_rate: offset.rate,
				offset_peer: offset.peer,
				offset_id: offset.id,
			},
			{ signal },
		);
		const messages = found(page);
		await add(account, messages, wanted, items);
		const last = messages.at(-1);
		const id = last === undefined ? null : int(last, 'id');
		const rate = int(page, 'next_rate');
		// The count is a guess here; where the next page begins is told by the rate.
		const isLast = rate === null ? messages.length < size : isLastPage(page, size);
		if (items.length >= wanted.limit || last === undefined || id === null || isLast) return { items };
		if (id === offset.id && (rate ?? 0) === offset.rate) return { items };
		const chat = (await eventOf(account, last)).external_chat_id;
		offset = { id, rate: rate ?? 0, peer: account.resolver.inputOf(chat) };
	}
}

function found(page: TlObject): TlObject[] {
	return children(page, 'messages').filter(({ _ }) => _ !== 'messageEmpty');
}

async function add(
	account: TelegramAccount,
	messages: readonly TlObject[],
	wanted: Wanted,
	items: JsonObject[],
): Promise<void> {
	for (const message of messages) {
		const event = await eventOf(account, message);
		if (!wanted.includeService && event.external_chat_id === SERVICE_USER) continue;
		if (items.length < wanted.limit) items.push(messageItem(event, wanted));
	}
}
