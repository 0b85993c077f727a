import type { Call, HandlerTable } from '../core/call';
import type { Outgoing } from '../codec/wire';
import { badPayload, Refusal } from '../refusal';
import { chatFor, chatList, partnerOf, visible } from '../state/chats';
import { chatByLink, userByLink } from '../state/links';
import type { Chat, Message, User } from '../state/model';
import { viewChat, viewMessage, viewUser } from '../state/views';

interface Paging {
	readonly query: string;
	readonly count: number;
	/** Index to continue from; choice: the marker is a position, its real form is not published. */
	readonly marker: number;
}

function paging({ world, body }: Call): Paging {
	const query = body.string('query').trim();
	const count = body.number('count');
	if (query === '') throw badPayload("'query' is empty");
	if (count < 1 || count > 100) throw badPayload("'count' out of range");
	return {
		query: query.toLowerCase(),
		count: Math.min(count, world.policy.listMax),
		marker: body.maybeNumber('marker') ?? body.maybeNumber('from') ?? 0,
	};
}

function page<T>(all: readonly T[], { marker, count }: Paging): { items: readonly T[]; marker: number } {
	return {
		items: all.slice(marker, marker + count),
		marker: marker + count < all.length ? marker + count : 0,
	};
}

function matches(text: string | undefined, query: string): boolean {
	return text?.toLowerCase().includes(query) ?? false;
}

/** What a dialog is called for this viewer. */
function titleOf(call: Call, chat: Chat): string {
	if (chat.title !== undefined) return chat.title;
	const partner = partnerOf(call.world, call.me, chat.id);
	const entry = partner === undefined ? undefined : call.me.contacts.get(partner.id);
	return [entry?.firstName ?? partner?.firstName, entry?.lastName ?? partner?.lastName]
		.filter(Boolean)
		.join(' ');
}

function found(me: User, chat: Chat, query: string): Message[] {
	return chat.messages.filter((one) => visible(chat, me.id, one) && matches(one.text, query)).reverse();
}

/** PUBLIC_SEARCH: public groups and channels, and bots by their public name. */
function publicSearch(call: Call): Outgoing {
	const { world, me, conn } = call;
	const asked = paging(call);
	call.body.maybeString('type');
	const chats = [...world.chats.values()].filter(
		(chat) =>
			chat.access === 'PUBLIC' && (matches(chat.title, asked.query) || matches(chat.publicName, asked.query)),
	);
	const users = [...world.users.values()].filter((user) => matches(user.link, asked.query));
	const all = [
		...chats.map((chat) => ({ chat: viewChat(conn, me, chat), highlights: [asked.query] })),
		...users.map((user) => ({ contact: viewUser(conn, me, user), highlights: [asked.query] })),
	];
	const { items, marker } = page(all, asked);
	return { result: items, total: all.length, marker };
}

/** CHAT_SEARCH: own chats by title, then messages everywhere, then public chats. */
function searchAll(call: Call): Outgoing {
	const { world, me, conn } = call;
	const asked = paging(call);
	const highlights = [asked.query];
	const mine = chatList(world, me);
	const chats = mine
		.filter((chat) => matches(titleOf(call, chat), asked.query))
		.map((chat) => ({
			section: 'CHATS',
			chatId: chat.id,
			chat: viewChat(conn, me, chat),
			highlights,
			count: 1,
		}));
	const messages = mine.flatMap((chat) =>
		found(me, chat, asked.query).map((message) => ({
			section: 'MESSAGES',
			chatId: chat.id,
			message: viewMessage(conn, me, chat, message),
			highlights,
			count: 1,
		})),
	);
	const open = [...world.chats.values()]
		.filter(
			(chat) => chat.access === 'PUBLIC' && !chat.members.has(me.id) && matches(chat.title, asked.query),
		)
		.map((chat) => ({
			section: 'PUBLIC_CHATS',
			chatId: chat.id,
			chat: viewChat(conn, me, chat),
			highlights,
			count: 1,
		}));
	const all: Outgoing[] = [...chats, ...messages, ...open];
	const { items, marker } = page(all, asked);
	const counters = { CHATS: chats.length, MESSAGES: messages.length, PUBLIC_CHATS: open.length };
	return { result: items, counters, total: all.length, marker };
}

/** MSG_SEARCH: in one chat, newest first. */
function searchChat(call: Call): Outgoing {
	const { world, me, conn, body } = call;
	const asked = paging(call);
	const chat = chatFor(world, me, body.int('chatId'));
	const all = found(me, chat, asked.query);
	const { items, marker } = page(all, asked);
	const result = items.map((message) => ({
		message: viewMessage(conn, me, chat, message),
		highlights: [asked.query],
	}));
	return { result, total: all.length, marker };
}

/** LINK_INFO: a chat, or a user. */
function linkInfo({ world, me, conn, body }: Call): Outgoing {
	const link = body.string('link');
	const chat = chatByLink(world, link);
	if (chat !== undefined) return { chat: viewChat(conn, me, chat) };
	const user = userByLink(world, link);
	if (user === undefined) throw new Refusal('not.found');
	return { user: viewUser(conn, me, user) };
}

export const searchHandlers: HandlerTable = {
	56: linkInfo,
	60: publicSearch,
	68: searchAll,
	73: searchChat,
	89: linkInfo,
};
