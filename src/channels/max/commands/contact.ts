import { z } from '#lib/zod';
import { ChannelError, type CommandContext, type JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import {
	blockedContacts,
	findByPhone,
	getContacts,
	getPresence,
	importContacts,
	searchContacts,
	updateContact,
	type ContactAction,
} from '../api/contacts';
import {
	detailFields,
	idsField,
	idField,
	limitField,
	phoneField,
	textField,
	wantsRaw,
} from '../input-fields';
import { object } from '../json';
import { pace } from '../pace';
import { resolveUser, userFields } from '../send/recipient';
import { walkPeople } from './people-walk';
import { command, LONG_TIMEOUT_MS, requestOptions } from './shared';
import { contactItem, iso, present } from './shapes';

/** ms between two lookups by phone, or two parts of an import: slower than people, who are banned for less */
const CHECK_DELAY_MS = 1_000;
/** The phone book is imported in small parts, as the notes advise. */
const IMPORT_AT_ONCE = 25;

function items(account: MaxAccount, contacts: readonly JsonObject[], raw: boolean): JsonObject[] {
	account.directory.learnContacts([...contacts]);
	return present(contacts.map((contact) => contactItem(account, contact, raw)));
}

/** The own list as LOGIN told it, or the blocked ones. */
export const contactGetMany = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({ limit: limitField, blocked: z.boolean().default(false), ...detailFields }),
	async run(account, { limit = Infinity, ...input }, context) {
		if (input.blocked)
			return {
				items: present(
					(
						await walkPeople(account, limit, context, (from, count) =>
							blockedContacts(account.session, from, count, requestOptions(context)),
						)
					).map((one) => contactItem(account, one, wantsRaw(input))),
				),
			};
		const listed = account.directory.listed.slice(0, limit);
		return {
			items: items(
				account,
				await getContacts(account.session, listed, requestOptions(context)),
				wantsRaw(input),
			),
		};
	},
});

/** People by id, a hundred a request; unknown ones are left out. */
export const contactGet = command({
	permission: 'read',
	effect: 'read',
	input: z.strictObject({ userIds: idsField, ...detailFields }),
	run: async (account, input, context) => ({
		items: items(
			account,
			await getContacts(account.session, input.userIds, requestOptions(context)),
			wantsRaw(input),
		),
	}),
});

/** People to choose from: `{ name, value, id }`. */
export const contactList = command({
	permission: 'read',
	effect: 'read',
	input: z.strictObject({
		filter: z.string().default(''),
		page: z.union([z.string(), z.number()]).optional(),
	}),
	async run(account, { filter }, context) {
		await account.directory.meet(account.directory.listed, context.signal);
		const needle = filter.trim().toLowerCase();
		const people = account.directory.listed.flatMap((userId) => account.directory.knownContact(userId) ?? []);
		const matching = people.filter(
			({ name, id: userId }) =>
				needle === '' || name.toLowerCase().includes(needle) || userId.includes(needle),
		);
		return {
			items: matching.map(({ name, id: userId }) => ({
				name: name === '' ? userId : name,
				value: userId,
				id: userId,
			})),
		};
	},
});

/** People one may find by name. */
export const contactSearch = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({ query: textField, limit: limitField, ...detailFields }),
	run: async (account, { query, limit = Infinity, ...input }, context) => ({
		items: items(
			account,
			await walkPeople(account, limit, context, (from, count) =>
				searchContacts(account.session, query, from, count, requestOptions(context)),
			),
			wantsRaw(input),
		),
	}),
});

/** The person with a number. @throws ChannelError `not_on_messenger`: nobody has it, or hides it */
export const contactFindByPhone = command({
	permission: 'read',
	effect: 'read',
	firstContacts: () => 1,
	input: z.strictObject({ phone: phoneField, ...detailFields }),
	run: async (account, input, context) => ({
		items: items(
			account,
			[(await findByPhone(account.session, input.phone, requestOptions(context))).raw],
			wantsRaw(input),
		),
	}),
});

/** One item per number: `{phone, exists, user_id, reason}`; slow on purpose, and counted as first contacts. */
export const contactCheckPhones = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	firstContacts: ({ phones }) => phones.length,
	input: z.strictObject({
		phones: z
			.array(z.union([z.string(), z.number()]))
			.min(1, 'is empty')
			.max(500),
	}),
	async run(account, { phones }, context) {
		const results: JsonObject[] = [];
		for (const [index, given] of phones.entries()) {
			if (index > 0) await pace(account.services.clock, CHECK_DELAY_MS, context.signal);
			results.push(await checkPhone(account, String(given), context));
			context.progress(index + 1, 'numbers checked', phones.length);
		}
		return { items: results };
	},
});

async function checkPhone(account: MaxAccount, given: string, context: CommandContext): Promise<JsonObject> {
	const phone = phoneField.safeParse(given);
	if (!phone.success) return { phone: given, exists: false, user_id: null, reason: 'invalid_phone' };
	try {
		const found = await findByPhone(account.session, phone.data, requestOptions(context));
		return { phone: phone.data, exists: true, user_id: found.id, reason: null };
	} catch (error) {
		if (
			!ChannelError.is(error) ||
			!['not_on_messenger', 'invalid_phone', 'invalid_parameter'].includes(error.code)
		)
			throw error;
		return { phone: phone.data, exists: false, user_id: null, reason: error.code };
	}
}

/** Changes the address book of the account on the service. */
export const contactImport = command({
	permission: 'account',
	effect: 'change',
	timeoutMs: LONG_TIMEOUT_MS,
	firstContacts: ({ contacts }) => contacts.length,
	input: z.strictObject({
		contacts: z
			.array(z.object({ phone: phoneField, firstName: textField, lastName: z.string().optional() }))
			.min(1, 'is empty')
			.max(100),
	}),
	async run(account, { contacts }, context) {
		const found: JsonObject[] = [];
		for (let at = 0; at < contacts.length; at += IMPORT_AT_ONCE) {
			if (at > 0) await pace(account.services.clock, CHECK_DELAY_MS, context.signal);
			const part = contacts.slice(at, at + IMPORT_AT_ONCE);
			found.push(...(await importContacts(account.session, part, requestOptions(context))));
			context.progress(at + part.length, 'contacts imported', contacts.length);
		}
		return { items: items(account, found, false) };
	},
});

const names = { firstName: z.string().optional(), lastName: z.string().optional() };
/** Into the own list, by id, number or link; a name of one's own is optional. */
export const contactAdd = contactChange('ADD', z.strictObject({ ...userFields, ...names }));
/** Out of the own list; the dialog stays. */
export const contactRemove = contactChange('REMOVE', z.strictObject(userFields));
/** May write to the account no more. */
export const contactBlock = contactChange('BLOCK', z.strictObject(userFields));
/** May write again. */
export const contactUnblock = contactChange('UNBLOCK', z.strictObject(userFields));
/** A name that only this account sees. */
export const contactRename = contactChange(
	'UPDATE',
	z.strictObject({ ...userFields, firstName: textField, lastName: z.string().optional() }),
);

function contactChange<
	Schema extends z.ZodType<{
		userId?: string | undefined;
		phone?: string | undefined;
		link?: string | undefined;
		firstName?: string | undefined;
		lastName?: string | undefined;
	}>,
>(action: ContactAction, input: Schema) {
	return command({
		permission: 'account',
		effect: 'change',
		firstContacts: ({ userId }) => (userId === undefined ? 1 : 0),
		input,
		async run(account, given, context) {
			const userId = await resolveUser(account, given, requestOptions(context));
			const { firstName, lastName } = given;
			const raw = object(
				await updateContact(
					account.session,
					userId,
					action,
					{
						firstName: firstName === '' ? undefined : firstName,
						lastName: lastName === '' ? undefined : lastName,
					},
					requestOptions(context),
				),
			);
			if (action === 'ADD') account.directory.list(userId, true);
			if (action === 'REMOVE') account.directory.list(userId, false);
			return {
				items: raw === null ? [{ external_user_id: userId, done: true }] : items(account, [raw], false),
			};
		},
	});
}

/** Online now, and last seen (ISO 8601; null where hidden). */
export const contactGetPresence = command({
	permission: 'read',
	effect: 'read',
	input: z.strictObject({ userIds: z.union([z.array(idField).min(1), idsField]) }),
	async run(account, { userIds }, context) {
		const presence = await getPresence(account.session, userIds, requestOptions(context));
		return {
			items: presence.map(({ userId, online, seenMs }) => ({
				external_user_id: userId,
				online,
				last_seen: iso(seenMs),
			})),
		};
	},
});
