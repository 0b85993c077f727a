import { invalidParameter } from '../../../contract';
import type { TelegramAccount } from '../account';
import type { DialogEntry } from '../history';
import { markId, type MarkedId } from '../peers/marked-id';
import type { Peer } from '../peers/peer';
import { child, children, flag, int, long, text, type TlObject } from '../tl';

/** Is this chat in the folder? */
export type FolderRule = (entry: DialogEntry, peer: Peer) => boolean;

/**
 * A folder of the account (*dialog filter*) as a rule. Telegram keeps the rule, not the list: each app applies it to the
 * chats it has (core.telegram.org/api/folders).
 * @param named its name, in any case, or its number
 * @throws ChannelError `invalid_parameter` when there is none of that name
 */
export async function folderRule(
	account: TelegramAccount,
	named: string,
	signal: AbortSignal,
): Promise<FolderRule> {
	const answer = await account.connection.call({ _: 'messages.getDialogFilters' }, { signal });
	// Older layers answer with the bare list.
	const filters = children({ _: '', filters: answer }, 'filters');
	const all = filters.length > 0 ? filters : children(answer as TlObject, 'filters');
	const folders = all.filter(({ _ }) => _ !== 'dialogFilterDefault');
	const wanted = named.trim().toLowerCase();
	const folder = folders.find(
		(one) => titleOf(one).toLowerCase() === wanted || String(int(one, 'id')) === wanted,
	);
	if (folder === undefined) {
		throw invalidParameter(
			'folder',
			`there is no folder "${named}"`,
			folders.length === 0 ? 'The account has no folders.' : `There are: ${folders.map(titleOf).join(', ')}.`,
		);
	}
	return ruleOf(account, folder);
}

function titleOf(folder: TlObject): string {
	return text(folder, 'title') || text(child(folder, 'title') ?? { _: '' }, 'text');
}

function ruleOf(account: TelegramAccount, folder: TlObject): FolderRule {
	const ids = (field: string): Set<MarkedId> =>
		new Set(children(folder, field).flatMap((input) => idOf(input, account.userId) ?? []));
	const included = new Set([...ids('pinned_peers'), ...ids('include_peers')]);
	const excluded = ids('exclude_peers');
	return (entry, peer) => {
		// What was put in by hand stays in, whatever else the folder leaves out.
		if (included.has(peer.id)) return true;
		if (excluded.has(peer.id) || !ofKind(folder, peer)) return false;
		const { muted, archived } = account.book.flags(peer.id);
		const read = (int(entry.dialog, 'unread_count') ?? 0) === 0 && !flag(entry.dialog, 'unread_mark');
		return !(
			(flag(folder, 'exclude_muted') && muted) ||
			(flag(folder, 'exclude_archived') && archived) ||
			(flag(folder, 'exclude_read') && read)
		);
	};
}

function ofKind(folder: TlObject, peer: Peer): boolean {
	if (peer.chatType === 'bot') return flag(folder, 'bots');
	if (peer.type === 'user') return flag(folder, peer.contact ? 'contacts' : 'non_contacts');
	return flag(folder, peer.chatType === 'channel' ? 'broadcasts' : 'groups');
}

function idOf(input: TlObject, self: MarkedId): MarkedId | null {
	if (input._ === 'inputPeerSelf') return self;
	const [user, chat, channel] = [long(input, 'user_id'), long(input, 'chat_id'), long(input, 'channel_id')];
	if (user !== null) return user;
	if (channel !== null) return markId('channel', channel);
	return chat === null ? null : markId('chat', chat);
}
