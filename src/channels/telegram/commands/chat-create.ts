import { z } from '#lib/zod';
import { ChannelError, invalidParameter, type CommandContext, type JsonObject } from '../../../contract';
import type { TelegramAccount } from '../account';
import { markId } from '../peers/marked-id';
import { inputChannel, type Peer } from '../peers/peer';
import { parseReference } from '../peers/reference';
import { child, children, flag, int, long, text, type TlObject } from '../tl';
import { peerItem } from './chat';
import { addPeople } from './chat-members';
import { bareId, inOneChat, inputUserOf, usersOf } from './chat-people';
import { chatRef, command, isChannel, LONG_TIMEOUT_MS, peerOf } from './shared';

const KINDS = ['group', 'supergroup', 'channel'] as const;
/** seconds two clocks may be apart when a chat is looked for that an earlier try has made */
const CLOCK_SKEW = 120;

/**
 * A basic group, a supergroup (on request with topics) or a channel, owned by this account. Telegram has no key that
 * makes a repeat harmless here: a try whose outcome is not known looks for what it may have made.
 */
export const chatCreate = command({
	permission: 'send',
	effect: 'send',
	timeoutMs: LONG_TIMEOUT_MS,
	firstContacts: ({ userIds }) => userIds.length,
	input: z.strictObject({
		kind: z.enum(KINDS).default('supergroup'),
		title: z.string().trim().min(1, 'is empty').max(128),
		description: z.string().max(255).default(''),
		userIds: z.array(chatRef).max(100).default([]),
		topics: z.boolean().default(false),
	}),
	async run(account, input, context) {
		const { intent, signal } = context;
		if (input.kind === 'group' && (input.topics || input.description !== '')) {
			throw invalidParameter('kind', 'a basic group has neither topics nor a description at the start');
		}
		const people = await usersOf(account, input.userIds, context);
		const earlier = intent?.state === 'sent' ? await findMade(account, input, intent.context, signal) : null;
		const made =
			earlier === null ? await make(account, input, people, context) : { peer: earlier, missing: [] };
		const missing =
			input.kind === 'group' || people.length === 0
				? made.missing
				: [...(await addPeople(account, made.peer, people, true, context)).keys()];
		return {
			items: [{ ...peerItem(account, made.peer), duplicate: earlier !== null, not_added: missing }],
			...(missing.length === 0
				? {}
				: { hints: ['Not everybody was added: send those an invite link (Chat: Create Invite Link).'] }),
		};
	},
});

/** Makes it; when the outcome is not known, looks for it. `missing`: people a basic group did not take. */
async function make(
	account: TelegramAccount,
	wish: Wish,
	people: readonly Peer[],
	{ intent, signal }: CommandContext,
): Promise<{ peer: Peer; missing: string[] }> {
	const at = Math.floor(account.services.clock.now() / 1000);
	await intent?.sent({ at });
	try {
		const answer = await account.connection.object(requestFor(account, wish, people), { signal });
		const updates = child(answer, 'updates') ?? answer;
		account.book.learn(updates);
		const missing = children(answer, 'missing_invitees').map((one) => long(one, 'user_id') ?? '');
		return { peer: madeIn(account, updates, wish.title), missing };
	} catch (error) {
		const found = isUncertain(error) ? await findMade(account, wish, { at }, signal) : null;
		if (found === null) throw error;
		return { peer: found, missing: [] };
	}
}

/** The connection or the server failed: Telegram may have made it. */
function isUncertain(error: unknown): boolean {
	return ChannelError.is(error) && (error.code === 'outcome_unknown' || error.code === 'upstream_error');
}

interface Wish {
	kind: (typeof KINDS)[number];
	title: string;
	description: string;
	topics: boolean;
}

function requestFor(account: TelegramAccount, wish: Wish, people: readonly Peer[]): TlObject {
	const { kind, title, description } = wish;
	if (kind === 'group') {
		return { _: 'messages.createChat', users: people.map((one) => inputUserOf(account, one)), title };
	}
	return {
		_: 'channels.createChannel',
		title,
		about: description,
		...(kind === 'channel' ? { broadcast: true } : { megagroup: true }),
		...(wish.topics ? { forum: true } : {}),
	};
}

function madeIn(account: TelegramAccount, updates: TlObject, title: string): Peer {
	const chat = children(updates, 'chats').find((one) => text(one, 'title') === title);
	const peer = chat === undefined ? undefined : account.book.get(markOf(chat));
	if (peer !== undefined) return peer;
	throw new ChannelError('unexpected_answer', 'Telegram did not show the chat it made', {
		channel: 'telegram',
	});
}

/** A chat of this name that is ours and not older than the first try. */
async function findMade(
	account: TelegramAccount,
	{ kind, title }: Wish,
	tried: JsonObject,
	signal: AbortSignal,
): Promise<Peer | null> {
	const since = Number(tried['at'] ?? 0) - CLOCK_SKEW;
	const page = await account.connection.object(
		{
			_: 'messages.getDialogs',
			offset_date: 0,
			offset_id: 0,
			offset_peer: { _: 'inputPeerEmpty' },
			limit: 100,
			hash: '0',
		},
		{ signal },
	);
	const found = children(page, 'chats').find(
		(chat) => text(chat, 'title') === title && flag(chat, 'creator') && (int(chat, 'date') ?? 0) >= since,
	);
	const peer = found === undefined ? undefined : account.book.get(markOf(found));
	return peer?.chatType === kind ? peer : null;
}

function markOf(chat: TlObject): string {
	return markId(chat._.startsWith('channel') ? 'channel' : 'chat', long(chat, 'id') ?? '0');
}

/** By invite link, username or link. `requested`: administrators let people in by hand. */
export const chatJoin = command({
	permission: 'send',
	effect: 'change',
	firstContacts: () => 1,
	input: z.strictObject({ chatId: chatRef }),
	// The chat of an invite link is not known before; a credential limited to certain chats joins none.
	chats: ({ chatId }) => [chatId],
	async run(account, { chatId }, context) {
		const reference = parseReference(chatId);
		const invite = reference?.kind === 'invite' ? reference.hash : null;
		const { signal } = context;
		const known = invite === null ? (await peerOf(account, chatId, context)).peer : null;
		if (known !== null && known.type !== 'channel') {
			throw new ChannelError('invalid_parameter', 'Only groups and channels can be joined', {
				channel: 'telegram',
				field: 'chatId',
				hint: 'A basic group is joined by its invite link.',
			});
		}
		try {
			const answer = await account.connection.object(
				known === null
					? { _: 'messages.importChatInvite', hash: invite ?? '' }
					: { _: 'channels.joinChannel', channel: inputChannel(known) },
				{ signal },
			);
			const updates = child(answer, 'updates') ?? answer;
			account.book.learn(updates);
			const [chat] = children(updates, 'chats');
			const peer = known ?? (chat === undefined ? undefined : account.book.get(markOf(chat)));
			return joined(account, peer ?? null, { joined: true, requested: false });
		} catch (error) {
			const code = ChannelError.is(error) ? error.providerCode : undefined;
			if (code === 'INVITE_REQUEST_SENT') return joined(account, known, { joined: false, requested: true });
			if (code !== 'USER_ALREADY_PARTICIPANT') throw error;
			const peer = known ?? (await peerOf(account, chatId, context)).peer;
			return joined(account, peer, { joined: true, requested: false });
		}
	},
});

function joined(
	account: TelegramAccount,
	peer: Peer | null,
	how: { joined: boolean; requested: boolean },
): { items: JsonObject[] } {
	const item = peer === null ? { channel: 'telegram', external_chat_id: null } : peerItem(account, peer);
	return { items: [{ ...item, ...how }] };
}

/** Out of a group or channel; its messages are no longer there for this account. */
export const chatLeave = command({
	...inOneChat,
	permission: 'delete',
	effect: 'change',
	input: z.strictObject({ chatId: chatRef }),
	async run(account, { chatId }, context) {
		const { peer } = await peerOf(account, chatId, context);
		if (peer.type === 'user') throw invalidParameter('chatId', 'is a person: delete the chat instead');
		await leave(account, peer, context);
		return { items: [{ left: true, external_chat_id: peer.id }] };
	},
});

/** For everybody where this account may; else only from its own list, which for groups and channels means to leave. */
export const chatDelete = command({
	...inOneChat,
	permission: 'delete',
	effect: 'change',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({ chatId: chatRef, forEveryone: z.boolean().default(false) }),
	async run(account, { chatId, forEveryone }, context) {
		const { peer, input } = await peerOf(account, chatId, context);
		const { signal } = context;
		if (peer.type === 'channel') {
			if (forEveryone)
				await account.connection.call(
					{ _: 'channels.deleteChannel', channel: inputChannel(peer) },
					{ signal },
				);
			else await leave(account, peer, context);
		} else if (peer.type === 'chat' && forEveryone) {
			await account.connection.call({ _: 'messages.deleteChat', chat_id: bareId(peer) }, { signal });
		} else {
			if (peer.type === 'chat') await leave(account, peer, context);
			await deleteHistory(account, input, forEveryone, context);
		}
		return { items: [{ deleted: true }] };
	},
});

async function leave(account: TelegramAccount, peer: Peer, { signal }: CommandContext): Promise<void> {
	const request = isChannel(peer)
		? { _: 'channels.leaveChannel', channel: inputChannel(peer) }
		: { _: 'messages.deleteChatUser', chat_id: bareId(peer), user_id: { _: 'inputUserSelf' } };
	try {
		await account.connection.call(request, { signal });
	} catch (error) {
		// Out already.
		if (!ChannelError.is(error) || error.providerCode !== 'USER_NOT_PARTICIPANT') throw error;
	}
}

/** The server deletes in portions; an offset above zero means that there is more. */
async function deleteHistory(
	account: TelegramAccount,
	peer: TlObject,
	revoke: boolean,
	{ signal }: CommandContext,
): Promise<void> {
	for (;;) {
		const affected = await account.connection.object(
			{ _: 'messages.deleteHistory', peer, max_id: 0, ...(revoke ? { revoke: true } : {}) },
			{ signal },
		);
		if ((int(affected, 'offset') ?? 0) <= 0) return;
	}
}
