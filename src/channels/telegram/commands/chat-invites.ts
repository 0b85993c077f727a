import { z } from '#lib/zod';
import { ChannelError, type JsonObject } from '../../../contract';
import { markId } from '../peers/marked-id';
import { child, children, flag, int, long, text, type TlObject } from '../tl';
import { groupOf, inOneChat, inputUserOf, personById, timeOf, userRefs, usersOf } from './chat-people';
import { chatRef, command, limit, LONG_TIMEOUT_MS, time } from './shared';

const PAGE = 100;

/** A further link; the ones there are keep working. */
export const chatCreateInviteLink = command({
	...inOneChat,
	permission: 'account',
	effect: 'change',
	input: z.strictObject({
		chatId: chatRef,
		/** for the administrators; up to 32 characters */
		title: z.string().trim().max(32).optional(),
		expires: time.optional(),
		/** how many may join by it */
		usageLimit: z.number().int().min(1).max(99_999).optional(),
		/** administrators let each one in; excludes a usage limit */
		requestNeeded: z.boolean().default(false),
	}),
	async run(account, input, context) {
		const peer = await groupOf(account, input.chatId, context);
		const invite = await account.connection.object(
			{
				_: 'messages.exportChatInvite',
				peer: account.resolver.inputOf(peer.id),
				...(input.title === undefined || input.title === '' ? {} : { title: input.title }),
				...(input.expires === undefined ? {} : { expire_date: input.expires }),
				...(input.usageLimit === undefined ? {} : { usage_limit: input.usageLimit }),
				...(input.requestNeeded ? { request_needed: true } : {}),
			},
			{ signal: context.signal },
		);
		return { items: [inviteItem(invite, peer.id)] };
	},
});

/** The links this account has made, newest first. */
export const chatGetInviteLinks = command({
	...inOneChat,
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({ chatId: chatRef, limit, revoked: z.boolean().default(false) }),
	async run(account, input, context) {
		const peer = await groupOf(account, input.chatId, context);
		const items: JsonObject[] = [];
		let last: TlObject | undefined;
		for (;;) {
			const page: TlObject = await account.connection.object(
				{
					_: 'messages.getExportedChatInvites',
					peer: account.resolver.inputOf(peer.id),
					admin_id: { _: 'inputUserSelf' },
					limit: PAGE,
					...(input.revoked ? { revoked: true } : {}),
					...(last === undefined
						? {}
						: { offset_date: int(last, 'date') ?? 0, offset_link: text(last, 'link') }),
				},
				{ signal: context.signal },
			);
			const invites = children(page, 'invites');
			for (const invite of invites) {
				if (invite._ !== 'chatInviteExported') continue;
				items.push(inviteItem(invite, peer.id));
				if (items.length === input.limit) return { items };
			}
			const previous = last;
			last = invites.at(-1);
			const moved = last !== undefined && text(last, 'link') !== text(previous ?? { _: '' }, 'link');
			if (!moved || items.length >= (int(page, 'count') ?? 0)) return { items };
		}
	},
});

/** Nobody joins by it any more. The main link is replaced by a new one, which the result tells. */
export const chatRevokeInviteLink = command({
	...inOneChat,
	permission: 'account',
	effect: 'change',
	input: z.strictObject({ chatId: chatRef, link: z.string().trim().min(1, 'is missing') }),
	async run(account, { chatId, link }, context) {
		const peer = await groupOf(account, chatId, context);
		const answer = await account.connection.object(
			{
				_: 'messages.editExportedChatInvite',
				peer: account.resolver.inputOf(peer.id),
				link,
				revoked: true,
			},
			{ signal: context.signal },
		);
		const replaced = child(answer, 'new_invite');
		return {
			items: [
				{
					...inviteItem(child(answer, 'invite') ?? { _: '' }, peer.id),
					new_link: replaced === null ? null : text(replaced, 'link'),
				},
			],
		};
	},
});

/** Who asks to be let in. */
export const chatGetJoinRequests = command({
	...inOneChat,
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({ chatId: chatRef, limit }),
	async run(account, input, context) {
		const peer = await groupOf(account, input.chatId, context);
		const items: JsonObject[] = [];
		let offset: { date: number; user: TlObject } = { date: 0, user: { _: 'inputUserEmpty' } };
		for (;;) {
			const page = await account.connection.object(
				{
					_: 'messages.getChatInviteImporters',
					requested: true,
					peer: account.resolver.inputOf(peer.id),
					offset_date: offset.date,
					offset_user: offset.user,
					limit: PAGE,
				},
				{ signal: context.signal },
			);
			const importers = children(page, 'importers');
			for (const one of importers) {
				items.push({
					...personById(account, long(one, 'user_id') ?? ''),
					external_chat_id: peer.id,
					about: text(one, 'about') || null,
					requested_at: timeOf(int(one, 'date')),
				});
				if (items.length === input.limit) return { items };
			}
			const last = importers.at(-1);
			if (last === undefined || items.length >= (int(page, 'count') ?? 0)) return { items };
			const person = account.book.get(markId('user', long(last, 'user_id') ?? ''));
			if (person === undefined) return { items };
			offset = { date: int(last, 'date') ?? 0, user: inputUserOf(account, person) };
		}
	},
});

/** Lets people in who asked to join, or turns them down. Somebody whose request is gone is told as such. */
export const chatAnswerJoinRequests = command({
	...inOneChat,
	permission: 'send',
	effect: 'change',
	input: z.strictObject({ chatId: chatRef, userIds: userRefs, accept: z.boolean().default(true) }),
	async run(account, { chatId, userIds, accept }, context) {
		const peer = await groupOf(account, chatId, context);
		const items: JsonObject[] = [];
		for (const person of await usersOf(account, userIds, context)) {
			let found = true;
			try {
				await account.connection.call(
					{
						_: 'messages.hideChatJoinRequest',
						...(accept ? { approved: true } : {}),
						peer: account.resolver.inputOf(peer.id),
						user_id: inputUserOf(account, person),
					},
					{ signal: context.signal },
				);
			} catch (error) {
				if (!ChannelError.is(error) || !GONE.test(error.providerCode ?? '')) throw error;
				found = false;
			}
			items.push({
				...personById(account, person.id),
				external_chat_id: peer.id,
				accepted: accept && found,
				reason: found ? null : 'no_such_request',
			});
		}
		return { items };
	},
});

/** Another administrator was faster, or the person has taken the request back. */
const GONE = /^(HIDE_REQUESTER_MISSING|USER_ALREADY_PARTICIPANT)$/;

function inviteItem(invite: TlObject, chat: string): JsonObject {
	return {
		channel: 'telegram',
		external_chat_id: chat,
		link: text(invite, 'link'),
		title: text(invite, 'title') || null,
		is_main: flag(invite, 'permanent'),
		is_revoked: flag(invite, 'revoked'),
		request_needed: flag(invite, 'request_needed'),
		created: timeOf(int(invite, 'date')),
		expires: timeOf(int(invite, 'expire_date')),
		usage_limit: int(invite, 'usage_limit'),
		joined: int(invite, 'usage') ?? 0,
		waiting: int(invite, 'requested') ?? 0,
	};
}
