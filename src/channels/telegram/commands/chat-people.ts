import { z } from '#lib/zod';
import { ChannelError, type CommandContext, type JsonObject } from '../../../contract';
import type { TelegramAccount } from '../account';
import { unmarkId } from '../peers/marked-id';
import { inputUser, type Peer } from '../peers/peer';
import type { TlObject } from '../tl';
import { chatRef, isChannel, peerOf } from './shared';

/** Several people, in any form a person is named by. */
export const userRefs = z.array(chatRef).min(1, 'is empty').max(100, 'at most 100 at a time');
export const inOneChat = { chats: ({ chatId }: { chatId: string }) => [chatId] };

/** A chat of many people. @throws ChannelError `invalid_parameter` for a person */
export async function groupOf(
	account: TelegramAccount,
	chatId: string,
	context: Pick<CommandContext, 'signal'>,
): Promise<Peer> {
	const { peer } = await peerOf(account, chatId, context);
	if (peer.type === 'user') {
		throw new ChannelError('invalid_parameter', 'This chat is a person: a group or channel is needed here', {
			channel: 'telegram',
			field: 'chatId',
		});
	}
	return peer;
}

/** A supergroup or channel. @throws ChannelError `not_supported` for a basic group, which Telegram lets do less */
export async function channelOf(
	account: TelegramAccount,
	chatId: string,
	context: Pick<CommandContext, 'signal'>,
): Promise<Peer> {
	const peer = await groupOf(account, chatId, context);
	if (!isChannel(peer)) throw basicGroup();
	return peer;
}

export function basicGroup(): ChannelError {
	return new ChannelError('not_supported', 'Telegram offers this for supergroups and channels only', {
		channel: 'telegram',
		hint: 'In the app, a basic group becomes a supergroup when its chat history is made visible or it gets a username.',
	});
}

/** People by their references, in order. @throws ChannelError `user_not_found` for what is no person */
export async function usersOf(
	account: TelegramAccount,
	references: readonly string[],
	context: Pick<CommandContext, 'signal'>,
	field = 'userIds',
): Promise<Peer[]> {
	const people: Peer[] = [];
	for (const reference of references) {
		const { peer } = await peerOf(account, reference, context, { field });
		if (peer.type !== 'user') {
			throw new ChannelError('user_not_found', 'This is a group or channel: a person is needed here', {
				channel: 'telegram',
				field,
			});
		}
		people.push(peer);
	}
	return people;
}

export function inputUserOf(account: TelegramAccount, person: Peer): TlObject {
	return inputUser(person, account.book.self);
}

/** The number without its mark, as requests on basic groups name them. */
export function bareId(peer: Peer): string {
	return unmarkId(peer.id)?.id ?? '0';
}

/** A person as an item. `external_chat_id` is added by what lists people of a chat. */
export function personItem(account: TelegramAccount, person: Peer): JsonObject {
	return {
		channel: 'telegram',
		external_user_id: person.id,
		client_name: person.name,
		username: person.username,
		client_phone: person.id === account.userId ? '' : (person.phone ?? ''),
		is_bot: person.chatType === 'bot',
		is_contact: person.contact,
	};
}

/** A person of whom only the number is known. */
export function personById(account: TelegramAccount, id: string): JsonObject {
	const person = account.book.get(id);
	if (person !== undefined) return personItem(account, person);
	return {
		channel: 'telegram',
		external_user_id: id,
		client_name: '',
		username: null,
		client_phone: '',
		is_bot: false,
		is_contact: false,
	};
}

/** Unix seconds as Telegram gives them; 0 and the largest number mean "never". */
export function timeOf(seconds: number | null): string | null {
	return seconds === null || seconds <= 0 || seconds >= FOREVER
		? null
		: new Date(seconds * 1000).toISOString();
}

/** Telegram's "for ever" in a signed 32-bit number of seconds. */
export const FOREVER = 2_147_483_647;

/** Runs a request; an answer that says "it is so already" is a success. Returns whether something changed. */
export async function unlessSame(
	account: TelegramAccount,
	request: TlObject,
	context: Pick<CommandContext, 'signal'>,
): Promise<boolean> {
	try {
		await account.connection.call(request, { signal: context.signal });
		return true;
	} catch (error) {
		if (ChannelError.is(error) && /NOT_MODIFIED$/.test(error.providerCode ?? '')) return false;
		throw error;
	}
}
