import { z } from '#lib/zod';
import { invalidParameter, type JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import { muteChat } from '../api/chats';
import { ALL_CHATS, getFolders, putFolder, type Folder } from '../api/folders';
import { chatIdField, timeField } from '../input-fields';
import { inChat, oneChat } from './one-chat';
import { command } from './shared';
import { iso } from './shapes';

/** For ever, or until a time. */
export const chatMute = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: z.strictObject({ chatId: chatIdField, until: timeField.optional() }),
	run: (account, { chatId, until }, context) => mute(account, chatId, until ?? -1, context.signal),
});
/** Notifications on the account's devices again. */
export const chatUnmute = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: oneChat,
	run: (account, { chatId }, context) => mute(account, chatId, 0, context.signal),
});

async function mute(
	account: MaxAccount,
	chatId: string,
	until: number,
	signal: AbortSignal,
): Promise<{ items: JsonObject[] }> {
	await muteChat(account.session, chatId, until, { signal });
	account.directory.learnConfig({ chats: { [chatId]: { dontDisturbUntil: until } } });
	return {
		items: [{ external_chat_id: chatId, is_muted: until !== 0, muted_until: until > 0 ? iso(until) : null }],
	};
}

/** Chats an account may pin (one source: the configuration the service sends). */
const MAX_PINNED = 5;

/** To the top of the account's own chat list, where it stays whatever is written elsewhere. */
export const chatPin = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: oneChat,
	run: (account, { chatId }, { signal }) =>
		pinChats(account, chatId, true, signal, (pinned) => [chatId, ...pinned]),
});
/** No longer on top of the account's own list. */
export const chatUnpin = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: oneChat,
	run: (account, { chatId }, { signal }) => pinChats(account, chatId, false, signal, (pinned) => [...pinned]),
});

/**
 * Pinned chats are the favourites of the folder that shows all chats. No capture shows a client writing them: the
 * folder's members and the request that replaces it are known, that this one may be replaced is inferred.
 */
async function pinChats(
	account: MaxAccount,
	chatId: string,
	pinned: boolean,
	signal: AbortSignal,
	change: (others: readonly string[]) => string[],
): Promise<{ items: JsonObject[] }> {
	const found = (await getFolders(account.session, { signal })).find(({ id }) => id === ALL_CHATS);
	const folder: Folder = found ?? {
		id: ALL_CHATS,
		title: '',
		include: [],
		favorites: [],
		filters: [],
		options: [],
	};
	const favorites = change(folder.favorites.filter((one) => one !== chatId));
	if (favorites.length > MAX_PINNED)
		throw invalidParameter(
			'chatId',
			`MAX pins at most ${String(MAX_PINNED)} chats`,
			'Unpin another chat first.',
		);
	if (favorites.join() !== folder.favorites.join())
		await putFolder(account.session, { ...folder, favorites }, { signal });
	return { items: [{ external_chat_id: chatId, is_pinned: pinned, pinned_chat_ids: favorites }] };
}
