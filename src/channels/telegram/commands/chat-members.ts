import { z } from '#lib/zod';
import { ChannelError, type CommandContext, type JsonObject } from '../../../contract';
import type { TelegramAccount } from '../account';
import { markPeer } from '../peers/marked-id';
import { inputChannel, type Peer } from '../peers/peer';
import { child, children, int, long, text, type TlObject } from '../tl';
import {
	bareId,
	groupOf,
	inOneChat,
	inputUserOf,
	personById,
	timeOf,
	userRefs,
	usersOf,
} from './chat-people';
import { allowedIn, rightsOf, UNBANNED } from './chat-rights';
import { chatRef, command, isChannel, limit, LONG_TIMEOUT_MS } from './shared';

/** Most that channels.getParticipants gives at a time. */
const PAGE = 200;
const ROLES = ['member', 'admin', 'bot', 'restricted', 'banned'] as const;
type Role = (typeof ROLES)[number];

/** Members, a page at a time. Telegram shows about 10,000 of them at most, and of a channel only to its administrators. */
export const chatGetMembers = command({
	...inOneChat,
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({
		chatId: chatRef,
		limit,
		role: z.enum(ROLES).default('member'),
		/** part of a name or username */
		query: z.string().trim().default(''),
	}),
	async run(account, input, context) {
		const peer = await groupOf(account, input.chatId, context);
		const items: JsonObject[] = [];
		const met = new Set<string>();
		const pages = isChannel(peer)
			? channelMembers(account, peer, input, context)
			: groupMembers(account, peer, input, context);
		for await (const page of pages) {
			for (const member of page) {
				const id = memberId(member);
				// Somebody who joins or leaves meanwhile moves the pages.
				if (id === null || met.has(id)) continue;
				met.add(id);
				items.push(memberItem(account, peer, id, member));
				if (items.length === input.limit) return { items };
			}
			context.progress(items.length, 'members read');
		}
		return { items };
	},
});

interface Wanted {
	limit?: number | undefined;
	role: Role;
	query: string;
}

async function* channelMembers(
	account: TelegramAccount,
	peer: Peer,
	{ limit: most = Infinity, role, query }: Wanted,
	{ signal }: CommandContext,
): AsyncGenerator<TlObject[]> {
	const size = Math.min(PAGE, most);
	for (let offset = 0; ;) {
		const answer = await account.connection.object(
			{
				_: 'channels.getParticipants',
				channel: inputChannel(peer),
				filter: filterOf(role, query),
				offset,
				limit: size,
				hash: '0',
			},
			{ signal },
		);
		const page = children(answer, 'participants');
		yield page;
		offset += page.length;
		if (page.length === 0 || offset >= (int(answer, 'count') ?? 0)) return;
	}
}

function filterOf(role: Role, q: string): TlObject {
	switch (role) {
		case 'admin':
			return { _: 'channelParticipantsAdmins' };
		case 'bot':
			return { _: 'channelParticipantsBots' };
		case 'restricted':
			return { _: 'channelParticipantsBanned', q };
		case 'banned':
			return { _: 'channelParticipantsKicked', q };
		case 'member':
			return q === '' ? { _: 'channelParticipantsRecent' } : { _: 'channelParticipantsSearch', q };
	}
}

/** A basic group tells all its members at once; it restricts and bans nobody. */
async function* groupMembers(
	account: TelegramAccount,
	peer: Peer,
	{ role, query }: Wanted,
	{ signal }: CommandContext,
): AsyncGenerator<TlObject[]> {
	const answer = await account.connection.object(
		{ _: 'messages.getFullChat', chat_id: bareId(peer) },
		{ signal },
	);
	const needle = query.toLowerCase();
	yield children(child(child(answer, 'full_chat'), 'participants'), 'participants').filter((member) => {
		const person = account.book.get(memberId(member) ?? '');
		if (role === 'admin' && member._ === 'chatParticipant') return false;
		if (role === 'bot' && person?.chatType !== 'bot') return false;
		if (role === 'restricted' || role === 'banned') return false;
		return `${person?.name ?? ''} ${person?.username ?? ''}`.toLowerCase().includes(needle);
	});
}

function memberId(member: TlObject): string | null {
	return long(member, 'user_id') ?? markPeer(child(member, 'peer'));
}

/** One constructor per role, in basic groups and in channels (core.telegram.org/type/ChannelParticipant). */
function memberItem(account: TelegramAccount, peer: Peer, id: string, member: TlObject): JsonObject {
	const admin = child(member, 'admin_rights');
	const banned = child(member, 'banned_rights');
	return {
		...personById(account, id),
		external_chat_id: peer.id,
		role: roleOf(member),
		title: text(member, 'rank') || null,
		joined: timeOf(int(member, 'date')),
		admin_permissions: admin === null ? null : rightsOf(admin),
		permissions: banned === null ? null : allowedIn(banned),
		until: banned === null ? null : timeOf(int(banned, 'until_date')),
	};
}

function roleOf(member: TlObject): string {
	if (/Creator$/.test(member._)) return 'owner';
	if (/Admin$/.test(member._)) return 'admin';
	if (/Left$/.test(member._)) return 'left';
	if (!/Banned$/.test(member._)) return 'member';
	return allowedIn(child(member, 'banned_rights') ?? UNBANNED).length === 0 ? 'banned' : 'restricted';
}

/**
 * Puts people into a chat; an item each. Whose privacy forbids it is not added: `reason` says so, and an invite link is
 * the way.
 */
export const chatAddMembers = command({
	...inOneChat,
	permission: 'send',
	effect: 'change',
	timeoutMs: LONG_TIMEOUT_MS,
	firstContacts: ({ userIds }) => userIds.length,
	input: z.strictObject({ chatId: chatRef, userIds: userRefs, showHistory: z.boolean().default(true) }),
	async run(account, { chatId, userIds, showHistory }, context) {
		const peer = await groupOf(account, chatId, context);
		const people = await usersOf(account, userIds, context);
		const missing = await addPeople(account, peer, people, showHistory, context);
		return {
			items: people.map((person) => ({
				...personById(account, person.id),
				external_chat_id: peer.id,
				added: !missing.has(person.id),
				reason: missing.get(person.id) ?? null,
			})),
			...(missing.size === 0
				? {}
				: { hints: ['Not everybody was added: send those an invite link (Chat: Create Invite Link).'] }),
		};
	},
});

/** Refusals that are about one person, not about the request. */
const ABOUT_ONE =
	/^(USER_(PRIVACY_RESTRICTED|NOT_MUTUAL_CONTACT|KICKED|CHANNELS_TOO_MUCH|BOT|BLOCKED|ID_INVALID|ALREADY_PARTICIPANT)|USER_BANNED_IN_CHANNEL|INPUT_USER_DEACTIVATED|BOT_GROUPS_BLOCKED|YOU_BLOCKED_USER)$/;

/** Who was not added, with the reason (a code in lower case). Somebody who is in already is added. */
export async function addPeople(
	account: TelegramAccount,
	peer: Peer,
	people: readonly Peer[],
	showHistory: boolean,
	context: CommandContext,
): Promise<Map<string, string>> {
	const missing = new Map<string, string>();
	const add = async (some: readonly Peer[]): Promise<void> => {
		const users = some.map((person) => inputUserOf(account, person));
		const request = isChannel(peer)
			? { _: 'channels.inviteToChannel', channel: inputChannel(peer), users }
			: {
					_: 'messages.addChatUser',
					chat_id: bareId(peer),
					user_id: users[0],
					fwd_limit: showHistory ? 100 : 0,
				};
		try {
			const answer = await account.connection.object(request, { signal: context.signal });
			for (const one of children(answer, 'missing_invitees'))
				missing.set(long(one, 'user_id') ?? '', 'user_privacy_restricted');
		} catch (error) {
			const code = ChannelError.is(error) ? (error.providerCode ?? '') : '';
			if (!ABOUT_ONE.test(code)) throw error;
			// One refusal refuses all: the others are asked for one by one.
			if (some.length > 1) for (const person of some) await add([person]);
			else if (code !== 'USER_ALREADY_PARTICIPANT')
				for (const { id } of some) missing.set(id, code.toLowerCase());
		}
	};
	if (isChannel(peer)) await add(people);
	else for (const person of people) await add([person]);
	return missing;
}
