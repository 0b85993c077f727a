import type { JsonObject } from '../../../contract';
import type { TelegramAccount } from '../account';
import { inputChannel, type Peer } from '../peers/peer';
import { child, children, flag, int, text, type TlObject } from '../tl';
import { bareId, inputUserOf } from './chat-people';
import { isChannel } from './shared';

/** What only Telegram's "full" objects tell of a chat or person (users.getFullUser, …getFullChat, …getFullChannel). */
export async function fullOf(
	account: TelegramAccount,
	peer: Peer,
	signal: AbortSignal,
): Promise<{ full: TlObject; answer: TlObject }> {
	const request: TlObject =
		peer.type === 'user'
			? { _: 'users.getFullUser', id: inputUserOf(account, peer) }
			: isChannel(peer)
				? { _: 'channels.getFullChannel', channel: inputChannel(peer) }
				: { _: 'messages.getFullChat', chat_id: bareId(peer) };
	const answer = await account.connection.object(request, { signal });
	return { full: child(answer, peer.type === 'user' ? 'full_user' : 'full_chat') ?? answer, answer };
}

export function fullItem({ type }: Peer, full: TlObject): JsonObject {
	const pinned = int(full, 'pinned_msg_id');
	return {
		description: text(full, 'about'),
		pinned_message_id: pinned === null ? null : String(pinned),
		auto_delete_seconds: int(full, 'ttl_period'),
		...(type === 'user'
			? { is_blocked: flag(full, 'blocked'), common_chats: int(full, 'common_chats_count') ?? 0 }
			: {
					members_count: int(full, 'participants_count') ?? membersIn(full),
					slow_mode_seconds: int(full, 'slowmode_seconds') ?? 0,
					join_requests: int(full, 'requests_pending') ?? 0,
					invite_link: text(child(full, 'exported_invite') ?? { _: '' }, 'link') || null,
				}),
	};
}

function membersIn(full: TlObject): number | null {
	const list = child(full, 'participants');
	return list?._ === 'chatParticipants' ? children(list, 'participants').length : null;
}

/** The chat's row of the dialog list: what is unread, muted, archived. */
export async function dialogOf(
	account: TelegramAccount,
	peer: Peer,
	signal: AbortSignal,
): Promise<TlObject | null> {
	const answer = await account.connection.object(
		{
			_: 'messages.getPeerDialogs',
			peers: [{ _: 'inputDialogPeer', peer: account.resolver.inputOf(peer.id) }],
		},
		{ signal },
	);
	return children(answer, 'dialogs')[0] ?? null;
}
