import type { Json, JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import { readChat, readContact, type ChatFacts, type ContactFacts } from '../facts';
import { maskRaw, maskText } from '../events/mask';
import { mediaTypeOf, readMessage, type MessageFacts } from '../events/normalise';
import { array, id, ids, number, object, text } from '../json';

/** What a dialog is called: its partner, as far as that is known. */
export function chatName(account: MaxAccount, chat: ChatFacts): string {
	if (chat.kind === 'saved') return 'Saved Messages';
	if (chat.title !== null && chat.title !== '') return chat.title;
	return chat.partnerId === null
		? chat.id
		: (account.directory.knownContact(chat.partnerId)?.name ?? chat.id);
}

/** A chat as an item: the unified names where there are any. */
export function chatItem(account: MaxAccount, raw: JsonObject, withRaw: boolean): JsonObject | null {
	const chat = readChat(raw, account.userId);
	if (chat === null) return null;
	const last = readMessage(chat.id, raw['lastMessage'] ?? null);
	const partner = chat.partnerId === null ? null : account.directory.knownContact(chat.partnerId);
	return {
		channel: 'max',
		external_chat_id: chat.id,
		chat_type: chat.kind,
		chat_title: chatName(account, chat),
		external_user_id: chat.partnerId ?? '',
		client_name: partner?.name ?? '',
		client_phone: shownPhone(account, partner?.phone ?? null),
		unread_count: chat.unread,
		members_count: number(raw['participantsCount']),
		owner_id: id(raw['owner']),
		admin_ids: ids(raw['admins']),
		description: text(raw['description']),
		access: text(raw['access']),
		link: text(raw['link']),
		status: chat.status,
		is_muted: account.directory.isMuted(chat.id),
		pinned_message_id: id(object(raw['pinnedMessage'])?.['id']),
		created: iso(number(raw['created'])),
		updated: iso(chat.lastEventTime),
		last_message: last === null ? null : shortMessage(account, last),
		...(withRaw ? { raw: masked(account, raw) } : {}),
	};
}

function shortMessage(account: MaxAccount, message: MessageFacts): JsonObject {
	return {
		id: message.id,
		text: maskText(message.text, { ownPhone: account.ownPhone, service: false, maybeCodes: true }),
		type: mediaTypeOf(message),
		direction: message.senderId === account.userId ? 'out' : 'in',
		timestamp: new Date(message.time).toISOString(),
	};
}

/** The account's own profile; its number is never shown whole. */
export function profileItem(account: MaxAccount, raw: JsonObject | null): JsonObject {
	const contact = readContact(raw ?? {});
	return {
		id: account.userId,
		name: contact?.name ?? '',
		username: contact?.username ?? null,
		description: text(raw?.['description']),
		avatar_url: text(raw?.['baseUrl']),
		phone_masked: maskPhone(account.ownPhone),
		phone_hash: account.account.phone_hash,
	};
}

/** Digits → with the plus sign; '' for a hidden one and the own. */
function shownPhone(account: MaxAccount, phone: string | null): string {
	return phone === null || phone === account.ownPhone ? '' : `+${phone}`;
}

/** A person as an item. The own number is never shown whole. */
export function contactItem(account: MaxAccount, raw: JsonObject, withRaw: boolean): JsonObject | null {
	const contact: ContactFacts | null = readContact(raw);
	if (contact === null) return null;
	return {
		channel: 'max',
		external_user_id: contact.id,
		client_name: contact.name,
		username: contact.username,
		client_phone: shownPhone(account, contact.phone),
		is_bot: contact.isBot,
		is_verified: contact.isOfficial,
		is_blocked: contact.blocked,
		description: text(raw['description']),
		avatar_url: text(raw['baseUrl']),
		options: array(raw['options']),
		...(withRaw ? { raw: masked(account, raw) } : {}),
	};
}

/** A message's reactions: how many of which, and the own one. */
export function reactionFields(info: Json): JsonObject {
	const body = object(info) ?? {};
	return {
		counters: body['counters'] ?? [],
		total: number(body['totalCount']) ?? 0,
		your_reaction: text(body['yourReaction']),
	};
}

/** Chat lists hold texts of all chats: what might be a login code goes, since senders need not be known here. */
export function masked(account: MaxAccount, value: Json): Json {
	return maskRaw(value, { ownPhone: account.ownPhone, service: false, maybeCodes: true });
}

/** ms since 1970 → ISO 8601; null for what is no time. */
export function iso(ms: number | null): string | null {
	return ms === null || ms <= 0 || ms > 8e15 ? null : new Date(ms).toISOString();
}

/** First and last two digits: enough to recognise one's own number, useless to anybody else. */
export function maskPhone(phone: string | null): string | null {
	return phone === null || phone.length < 6
		? null
		: `+${phone.slice(0, 1)}${'*'.repeat(phone.length - 3)}${phone.slice(-2)}`;
}

/** Without those that could not be read. */
export function present(items: readonly (JsonObject | null)[]): JsonObject[] {
	return items.filter((item): item is JsonObject => item !== null);
}
