import type { z } from '#lib/zod';
import { ChannelError, invalidParameter } from '../../../contract';
import type { MaxAccount } from '../account';
import { resolveLink } from '../api/chats';
import { findByPhone } from '../api/contacts';
import type { Target } from '../api/messages';
import { chatIdField, idField, linkField, phoneField } from '../input-fields';
import { peerNotFound } from '../errors';
import { dialogId } from '../ids';
import { id } from '../json';
import type { RequestOptions } from '../session/port';

/** Whom a message goes to. */
export interface Recipient {
	target: Target;
	/** the person was looked up first */
	resolved: boolean;
}

/** Exactly one of them: a chat, a person, or a phone number that is looked up first. */
export const recipientFields = {
	chatId: chatIdField.optional(),
	userId: idField.optional(),
	phone: phoneField.optional(),
	link: linkField.optional(),
};
export type RecipientInput = z.output<z.ZodObject<typeof recipientFields>>;

export async function resolveRecipient(
	account: MaxAccount,
	input: RecipientInput,
	options: RequestOptions,
): Promise<Recipient> {
	const given = [input.chatId, input.userId, input.phone, input.link].filter((one) => one !== undefined);
	if (given.length !== 1)
		throw invalidParameter('chatId', 'give exactly one of chatId, userId, phone and link');
	if (input.chatId !== undefined) return { target: { chatId: input.chatId }, resolved: false };
	if (input.link !== undefined) {
		const { chat, user } = await resolveLink(account.session, input.link, options);
		const chatId = id(chat?.['id']);
		if (chatId !== null) return { target: { chatId }, resolved: true };
		if (user === null) throw peerNotFound('what this link leads to');
	}
	const userId = await resolveUser(account, input, options);
	return { target: { userId, dialogId: dialogId(userId, account.userId) }, resolved: true };
}

/** Exactly one of them: a person by id, number or link. */
export const userFields = {
	userId: idField.optional(),
	phone: phoneField.optional(),
	link: linkField.optional(),
};
type UserInput = z.output<z.ZodObject<typeof userFields>>;

/** @throws ChannelError `not_on_messenger`, `user_not_found` */
export async function resolveUser(
	account: MaxAccount,
	input: UserInput,
	options: RequestOptions,
): Promise<string> {
	if (input.userId !== undefined) return input.userId;
	if (input.phone !== undefined) {
		const contact = await findByPhone(account.session, input.phone, options);
		account.directory.learnContact(contact.raw);
		return contact.id;
	}
	if (input.link === undefined)
		throw invalidParameter('userId', 'give exactly one of userId, phone and link');
	const { user } = await resolveLink(account.session, input.link, options);
	const userId = id(user?.['id']);
	if (user === null || userId === null) {
		throw new ChannelError('user_not_found', 'The link leads to no person', {
			channel: 'max',
			field: 'link',
		});
	}
	account.directory.learnContact(user);
	return userId;
}

export function recipientChats({ chatId }: RecipientInput): string[] {
	return chatId === undefined ? [] : [chatId];
}

/** A person or a number instead of a chat may be somebody never written to. */
export function recipientFirstContacts({ chatId }: RecipientInput): number {
	return chatId === undefined ? 1 : 0;
}
