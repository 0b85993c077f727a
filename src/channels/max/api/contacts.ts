import type { Json, JsonObject } from '../../../contract';
import { ChannelError } from '../../../contract';
import { wireId } from '../codec';
import { isUnknownRefusal } from '../refusal';
import { readPresence } from '../facts';
import { id, object, objects } from '../json';
import { OP } from '../opcodes';
import type { RequestOptions } from '../session/port';
import { ask, eitherSpelling, type Caller } from './caller';

/** CONTACT_INFO (32): people by id, at most 100 a call; unknown ones are left out. */
export async function getContacts(
	caller: Caller,
	userIds: readonly string[],
	options: RequestOptions,
): Promise<JsonObject[]> {
	const contacts: JsonObject[] = [];
	for (let at = 0; at < userIds.length; at += 100) {
		const reply = await ask(
			caller,
			OP.contactInfo,
			{ contactIds: userIds.slice(at, at + 100).map(wireId) },
			options,
		);
		contacts.push(...objects(reply['contacts']));
	}
	return contacts;
}

/** CONTACT_INFO_BY_PHONE (46). @throws ChannelError `not_on_messenger`: nobody has the number, or hides it */
export async function findByPhone(
	caller: Caller,
	phone: string,
	options: RequestOptions,
): Promise<{ id: string; raw: JsonObject }> {
	try {
		const contact = object((await ask(caller, OP.contactInfoByPhone, { phone }, options))['contact']);
		const userId = id(contact?.['id']);
		if (contact !== null && userId !== null) return { id: userId, raw: contact };
	} catch (error) {
		// The known clients tell that an error comes, not which: a key nobody knows, or none, is taken for this one.
		if (!isNobody(error) && !isUnknownRefusal(error)) throw error;
	}
	throw new ChannelError('not_on_messenger', 'Nobody on MAX is found by this number', {
		channel: 'max',
		hint: 'The number is not on MAX, or its owner hides it (privacy: search by phone).',
	});
}

/** Nobody has the number, or its owner hides it. */
function isNobody(error: unknown): boolean {
	if (!ChannelError.is(error)) return false;
	return (
		error.code === 'peer_not_found' ||
		error.code === 'user_not_found' ||
		// A reimplemented server's word for it; the number itself has been looked at before.
		error.providerCode === 'error.phone.wrong' ||
		error.providerCode === 'privacy.restricted'
	);
}

export type ContactAction = 'ADD' | 'REMOVE' | 'BLOCK' | 'UNBLOCK' | 'UPDATE';
/** CONTACT_UPDATE (34) */
export async function updateContact(
	caller: Caller,
	userId: string,
	action: ContactAction,
	names: { firstName?: string | undefined; lastName?: string | undefined },
	options: RequestOptions,
): Promise<Json> {
	const send = (word: string, how: RequestOptions): Promise<JsonObject> =>
		ask(caller, OP.contactUpdate, { contactId: wireId(userId), action: word, ...names }, how);
	const reply =
		action === 'UPDATE'
			? await eitherSpelling(['UPDATE', 'RENAME'], options, send)
			: await send(action, options);
	return reply['contact'] ?? null;
}

/** CONTACT_SEARCH (37) among people one may find by name. @param from how many to leave out; clients send it, what it counts is inferred */
export async function searchContacts(
	caller: Caller,
	query: string,
	from: number,
	count: number,
	options: RequestOptions,
): Promise<JsonObject[]> {
	const payload = { query, count, ...(from === 0 ? {} : { from }) };
	return objects((await ask(caller, OP.contactSearch, payload, options))['contacts']);
}

/** CONTACT_LIST (36) with BLOCKED, the one status that is proven. */
export async function blockedContacts(
	caller: Caller,
	from: number,
	count: number,
	options: RequestOptions,
): Promise<JsonObject[]> {
	return objects(
		(await ask(caller, OP.contactList, { status: 'BLOCKED', count, from }, options))['contacts'],
	);
}

/** CONTACT_PRESENCE (35) */
export async function getPresence(
	caller: Caller,
	userIds: readonly string[],
	options: RequestOptions,
): Promise<{ userId: string; online: boolean; seenMs: number | null }[]> {
	const presence =
		object(
			(await ask(caller, OP.contactPresence, { contactIds: userIds.map(wireId) }, options))['presence'],
		) ?? {};
	return Object.entries(presence).map(([userId, value]) => ({
		userId,
		...readPresence(object(value) ?? {}),
	}));
}

/** SYNC (21): the phone book; changes the account's address book. @returns those who are on MAX */
export async function importContacts(
	caller: Caller,
	entries: readonly { phone: string; firstName: string; lastName?: string | undefined }[],
	options: RequestOptions,
): Promise<JsonObject[]> {
	const contactList = Object.fromEntries(
		entries.map(({ phone, firstName, lastName }) => [phone, { firstName, lastName }]),
	);
	const reply = await ask(caller, OP.sync, { contactList }, options);
	return objects(reply['contacts']);
}
