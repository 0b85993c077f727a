import { z } from '#lib/zod';
import { ChannelError, type CallResult, type CommandContext, type JsonObject } from '../../../contract';
import type { TelegramAccount } from '../account';
import { parseReference } from '../peers/reference';
import { inputUserOf } from './chat-people';
import { command, LONG_TIMEOUT_MS, peerOf } from './shared';

/** ms between two lookups: Telegram gives both methods a small allowance a day and answers haste with a wait of hours */
const CHECK_DELAY_MS = 1_000;
const words = z
	.array(z.union([z.string(), z.number()]).transform((value) => String(value).trim()))
	.min(1, 'is empty')
	.max(500);

/**
 * One item per number: `{phone, exists, user_id, reason}`. Slow on purpose, and each counts as a first contact.
 * Telegram finds only those who let their number be found; *import* finds more: the number is put into the address book
 * for the check and taken out again.
 */
export const contactCheckPhones = command({
	permission: 'read',
	effect: 'read',
	classify: ({ importContacts }) =>
		importContacts ? { permission: 'account', effect: 'change' } : { permission: 'read', effect: 'read' },
	timeoutMs: LONG_TIMEOUT_MS,
	firstContacts: ({ phones }) => phones.length,
	input: z.strictObject({ phones: words, importContacts: z.boolean().default(false) }),
	run: (account, { phones, importContacts }, context) =>
		checkAll(
			account,
			phones,
			context,
			async (given) => {
				const phone = parseReference(given.replace(/^(?=\d)/, '+'));
				if (phone?.kind !== 'phone') return { phone: given, ...absent('invalid_phone') };
				const name = `+${phone.digits}`;
				const found = await look(account, name, importContacts, context);
				return { phone: name, ...found };
			},
			(phone) => ({ phone }),
		),
});

/** One item per name: `{username, exists, user_id, external_chat_id, chat_type, reason}`. */
export const contactCheckUsernames = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	firstContacts: ({ usernames }) => usernames.length,
	input: z.strictObject({ usernames: words }),
	run: (account, { usernames }, context) =>
		checkAll(
			account,
			usernames,
			context,
			async (given) => {
				const name = given.replace(/^@/, '');
				if (parseReference(`@${name}`)?.kind !== 'username')
					return { username: name, ...absent('invalid_parameter') };
				return { username: name, ...(await look(account, `@${name}`, false, context)) };
			},
			(username) => ({ username: username.replace(/^@/, '') }),
		),
});

async function look(
	account: TelegramAccount,
	reference: string,
	importContact: boolean,
	context: CommandContext,
): Promise<JsonObject> {
	try {
		const { peer, imported } = await peerOf(account, reference, context, { importContact });
		if (imported) {
			await account.connection.call(
				{ _: 'contacts.deleteContacts', id: [inputUserOf(account, peer)] },
				{ signal: context.signal },
			);
		}
		return {
			exists: true,
			user_id: peer.type === 'user' ? peer.id : null,
			external_chat_id: peer.id,
			chat_type: peer.chatType,
			reason: null,
		};
	} catch (error) {
		if (!ChannelError.is(error) || !ABSENT.has(error.code)) throw error;
		return absent(error.code);
	}
}

/** Answers about the name asked for, not about this account or the connection. */
const ABSENT = new Set([
	'not_on_messenger',
	'phone_not_in_contacts',
	'invalid_phone',
	'peer_not_found',
	'user_not_found',
]);

function absent(reason: string): JsonObject {
	return { exists: false, user_id: null, external_chat_id: null, chat_type: null, reason };
}

/** One after the other. When Telegram asks to wait for longer than this call may, the rest is told as not known. */
async function checkAll(
	account: TelegramAccount,
	given: readonly string[],
	context: CommandContext,
	check: (one: string) => Promise<JsonObject>,
	named: (one: string) => JsonObject,
): Promise<CallResult> {
	const items: JsonObject[] = [];
	for (const [index, one] of given.entries()) {
		if (index > 0) await account.services.clock.sleep(CHECK_DELAY_MS, context.signal);
		try {
			items.push(await check(one));
		} catch (error) {
			if (!ChannelError.is(error) || error.code !== 'flood_wait' || index === 0) throw error;
			const rest = given.slice(index).map((left) => ({
				...named(left),
				...absent('flood_wait'),
				exists: null,
				retry_after_seconds: error.retryAfterSeconds ?? null,
			}));
			return { items: [...items, ...rest], hints: [`${error.message}: the rest was not checked.`] };
		}
		context.progress(index + 1, 'checked', given.length);
	}
	return { items };
}
