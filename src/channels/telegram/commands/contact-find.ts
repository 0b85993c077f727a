import { z } from '#lib/zod';
import type { JsonObject } from '../../../contract';
import { isAllowedChat } from '../account';
import { markPeer } from '../peers/marked-id';
import { parseReference } from '../peers/reference';
import { children, flag, int, long, text, type TlObject } from '../tl';
import { peerItem } from './chat';
import { chatRef, command, peerOf, phoneContacts } from './shared';

/** People, groups and channels by name or username: first those the account has, then public ones. */
export const contactSearch = command({
	permission: 'read',
	effect: 'read',
	input: z.strictObject({
		query: z.string().trim().min(1, 'is missing'),
		limit: z.number().int().min(1).max(100).default(50),
	}),
	async run(account, { query, limit: most }, context) {
		const found = await account.connection.object(
			{ _: 'contacts.search', q: query, limit: most },
			{ signal: context.signal },
		);
		const items = (['my_results', 'results'] as const).flatMap((list) =>
			children(found, list).flatMap((named): JsonObject[] => {
				const peer = account.book.get(markPeer(named) ?? '');
				if (peer === undefined || !isAllowedChat(account, peer.id)) return [];
				return [{ ...peerItem(account, peer), is_own: list === 'my_results' }];
			}),
		);
		return { items: items.slice(0, most) };
	},
});

/** Who or what a username, link, phone number or id stands for. Of an invite link also when the account is not in. */
export const contactResolve = command({
	permission: 'read',
	effect: 'read',
	chats: ({ chatId }) => [chatId],
	firstContacts: ({ chatId }) => phoneContacts(chatId),
	input: z.strictObject({ chatId: chatRef }),
	async run(account, { chatId }, context) {
		const reference = parseReference(chatId);
		if (reference?.kind === 'invite') {
			const invite = await account.connection.object(
				{ _: 'messages.checkChatInvite', hash: reference.hash },
				{ signal: context.signal },
			);
			if (invite._ === 'chatInvite') return { items: [inviteItem(invite)] };
		}
		const { peer, looked } = await peerOf(account, chatId, context);
		const messageId = reference !== null && 'messageId' in reference ? reference.messageId : undefined;
		return {
			items: [
				{
					...peerItem(account, peer),
					is_member: null,
					message_id: messageId === undefined ? null : String(messageId),
					peer_resolved: looked,
				},
			],
		};
	},
});

function inviteItem(invite: TlObject): JsonObject {
	const group = flag(invite, 'megagroup') ? 'supergroup' : 'group';
	return {
		channel: 'telegram',
		external_chat_id: '',
		external_user_id: '',
		client_name: '',
		chat_type: flag(invite, 'broadcast') ? 'channel' : group,
		chat_title: text(invite, 'title'),
		description: text(invite, 'about'),
		members_count: int(invite, 'participants_count'),
		request_needed: flag(invite, 'request_needed'),
		is_member: false,
		message_id: null,
		peer_resolved: true,
	};
}

/** Names with numbers into the address book of the account; an item each, with what became of it. */
export const contactImport = command({
	permission: 'account',
	effect: 'change',
	firstContacts: ({ contacts }) => contacts.length,
	input: z.strictObject({
		contacts: z
			.array(
				z.object({
					phone: z.union([z.string(), z.number()]).transform(String),
					firstName: z.string().trim().min(1, 'is empty'),
					lastName: z.string().trim().default(''),
				}),
			)
			.min(1, 'is empty')
			.max(100, 'at most 100 at a time'),
	}),
	async run(account, { contacts }, context) {
		const phones = contacts.map(({ phone }) => parseReference(phone.trim().replace(/^(?=\d)/, '+')));
		const answer = await account.connection.object(
			{
				_: 'contacts.importContacts',
				contacts: contacts.flatMap(({ firstName, lastName }, index) => {
					const phone = phones[index];
					if (phone?.kind !== 'phone') return [];
					const names = { first_name: firstName, last_name: lastName };
					return [{ _: 'inputPhoneContact', client_id: String(index), phone: `+${phone.digits}`, ...names }];
				}),
			},
			{ signal: context.signal },
		);
		const users = new Map(
			children(answer, 'imported').map((one) => [long(one, 'client_id'), long(one, 'user_id')] as const),
		);
		const later = new Set(
			Array.isArray(answer['retry_contacts']) ? answer['retry_contacts'].map(String) : [],
		);
		return {
			items: contacts.map(({ phone, firstName, lastName }, index) => {
				const userId = users.get(String(index)) ?? null;
				const why =
					phones[index]?.kind !== 'phone'
						? 'invalid_phone'
						: later.has(String(index))
							? 'flood_wait'
							: 'not_on_messenger';
				return {
					phone: phones[index]?.kind === 'phone' ? `+${phones[index].digits}` : phone,
					first_name: firstName,
					last_name: lastName,
					imported: userId !== null,
					user_id: userId,
					reason: userId === null ? why : null,
				};
			}),
		};
	},
});
