import { z } from '#lib/zod';
import type { JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import { getMembers, updateMembers, type MemberList } from '../api/chats';
import type { OutgoingMap } from '../codec';
import { chatIdField, idField, limitField } from '../input-fields';
import { id, number, object } from '../json';
import { pace } from '../pace';
import { command, LONG_TIMEOUT_MS } from './shared';
import { chatItem, contactItem, iso } from './shapes';

const inChat = { chats: ({ chatId }: { chatId: string }) => [chatId] };
const userIds = z.array(idField).min(1, 'is empty').max(100);
const PAGE = 50;
/** Lists of members are read slower than history: times its pause. */
const SLOWER = 3;

/** Bits of an administrator's rights: 2, 4, 8 and 16 by two sources, the others by one. */
const RIGHTS = { members: 2, admins: 4, info: 8, pin: 16, post: 256, edit: 512, delete: 1024 } as const;

/** A channel's members are shown to its administrators only. */
export const chatGetMembers = command({
	...inChat,
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({
		chatId: chatIdField,
		limit: limitField,
		role: z.enum(['member', 'admin']).default('member'),
		query: z.string().optional(),
	}),
	run: (account, input, context) =>
		list(account, input.role === 'admin' ? 'ADMIN' : 'MEMBER', input, context.signal),
});

/** People who wait to be let in, for administrators. */
export const chatGetJoinRequests = command({
	...inChat,
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({ chatId: chatIdField, limit: limitField }),
	run: (account, input, context) => list(account, 'JOIN_REQUEST', input, context.signal),
});

async function list(
	account: MaxAccount,
	type: MemberList,
	input: { chatId: string; limit?: number | undefined; query?: string | undefined },
	signal: AbortSignal,
): Promise<{ items: JsonObject[] }> {
	const items: JsonObject[] = [];
	const seen = new Set<string>();
	const markers = new Set([0]);
	let marker = 0;
	for (let first = true; ; first = false) {
		if (!first) await pace(account.services.clock, account.settings.pageDelayMs * SLOWER, signal);
		const query = {
			chatId: input.chatId,
			type,
			marker,
			count: PAGE,
			...(input.query === undefined ? {} : { query: input.query }),
		};
		const page = await getMembers(account.session, query, { signal });
		for (const member of page.members) {
			const contact = object(member['contact']) ?? member;
			const item = contactItem(account, contact, false);
			const userId = id(contact['id']);
			if (item === null || userId === null || seen.has(userId)) continue;
			seen.add(userId);
			account.directory.learnContact(contact);
			items.push({ ...item, external_chat_id: input.chatId, read_up_to: iso(number(member['readMark'])) });
			if (items.length === input.limit) return { items };
		}
		// A marker that comes again would lead round in a circle.
		if (page.marker === null || page.members.length === 0 || markers.has(page.marker)) return { items };
		markers.add(page.marker);
		marker = page.marker;
	}
}

/** Whose privacy forbids it cannot be added: `permission_denied` with the advice to send the invite link. */
export const chatAddMembers = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	firstContacts: (input) => input.userIds.length,
	input: z.strictObject({ chatId: chatIdField, userIds, showHistory: z.boolean().default(true) }),
	run: (account, input, context) =>
		change(account, input, { operation: 'add', showHistory: input.showHistory }, context.signal),
});

/** Out of the chat; on request everything they wrote goes too. */
export const chatRemoveMembers = command({
	...inChat,
	permission: 'delete',
	effect: 'change',
	input: z.strictObject({ chatId: chatIdField, userIds, deleteMessages: z.boolean().default(false) }),
	run: (account, input, context) =>
		change(
			account,
			input,
			{ operation: 'remove', cleanMsgPeriod: input.deleteMessages ? -1 : 0 },
			context.signal,
		),
});

/** Administrators, or other rights for those who are; the rights given replace the former ones. */
export const chatPromote = command({
	...inChat,
	permission: 'account',
	effect: 'change',
	input: z.strictObject({
		chatId: chatIdField,
		userIds,
		permissions: z.array(z.enum(Object.keys(RIGHTS) as (keyof typeof RIGHTS)[])).min(1, 'is empty'),
	}),
	run(account, input, context) {
		const permissions = input.permissions.reduce((bits, right) => bits | RIGHTS[right], 0);
		return change(account, input, { type: 'ADMIN', operation: 'add', permissions }, context.signal);
	},
});

/** Ordinary members again. */
export const chatDemote = command({
	...inChat,
	permission: 'account',
	effect: 'change',
	input: z.strictObject({ chatId: chatIdField, userIds }),
	run: (account, input, context) =>
		change(account, input, { type: 'ADMIN', operation: 'remove' }, context.signal),
});

/** Lets people in who asked, or turns them away. */
export const chatAnswerJoinRequests = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: z.strictObject({ chatId: chatIdField, userIds, accept: z.boolean().default(true) }),
	run: (account, input, context) =>
		change(
			account,
			input,
			{ type: 'JOIN_REQUEST', operation: input.accept ? 'add' : 'remove' },
			context.signal,
		),
});

async function change(
	account: MaxAccount,
	input: { chatId: string; userIds: readonly string[] },
	what: OutgoingMap,
	signal: AbortSignal,
): Promise<{ items: JsonObject[] }> {
	const raw = object(await updateMembers(account.session, input.chatId, input.userIds, what, { signal }));
	const item = raw === null ? null : chatItem(account, raw, false);
	return { items: [item ?? { external_chat_id: input.chatId, user_ids: [...input.userIds] }] };
}
