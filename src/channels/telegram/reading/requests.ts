import { ChannelError } from '../../../contract';
import type { TelegramAccount } from '../account';
import { markId } from '../peers/marked-id';
import { inputChannel } from '../peers/peer';
import type { TlObject } from '../tl';
import { DIALOG_PAGE, type EngineRequest, type Failure } from '../updates/types';

/** Telegram's own clients ask for as much of a channel at once. */
const CHANNEL_LIMIT = 100;

/** What the engine wants to know, as Telegram is asked. @throws ChannelError for a chat that cannot be addressed */
export async function requestOf(
	request: EngineRequest,
	{ book, resolver }: Pick<TelegramAccount, 'book' | 'resolver'>,
): Promise<TlObject> {
	switch (request.kind) {
		case 'state':
			return { _: 'updates.getState' };
		case 'difference':
			return { _: 'updates.getDifference', pts: request.pts, date: request.date, qts: request.qts };
		case 'channelDifference': {
			const { peer } = await resolver.resolve(markId('channel', request.channel));
			return {
				_: 'updates.getChannelDifference',
				force: true,
				channel: inputChannel(peer),
				filter: { _: 'channelMessagesFilterEmpty' },
				pts: request.pts,
				limit: CHANNEL_LIMIT,
			};
		}
		case 'channelDialog': {
			const { peer } = await resolver.resolve(markId('channel', request.channel));
			const dialog = { _: 'inputDialogPeer', peer: resolver.inputOf(peer.id) };
			return { _: 'messages.getPeerDialogs', peers: [dialog] };
		}
		case 'dialogs': {
			const { offset, folder } = request;
			if (offset !== null) await book.find(offset.peer);
			return {
				_: 'messages.getDialogs',
				offset_date: offset?.date ?? 0,
				offset_id: offset?.id ?? 0,
				offset_peer: offset === null ? { _: 'inputPeerEmpty' } : resolver.inputOf(offset.peer),
				limit: DIALOG_PAGE,
				hash: '0',
				folder_id: folder,
				exclude_pinned: offset !== null,
			};
		}
		case 'historyAfter': {
			const { peer } = await resolver.resolve(request.chat);
			return history(resolver.inputOf(peer.id), {
				offset_id: request.afterId + 1,
				add_offset: -request.limit,
				limit: request.limit,
				min_id: request.afterId,
			});
		}
		case 'historyBefore': {
			const { peer } = await resolver.resolve(request.chat);
			return history(resolver.inputOf(peer.id), { offset_date: request.date, limit: 1 });
		}
	}
}

function history(peer: TlObject, place: Record<string, number>): TlObject {
	return {
		_: 'messages.getHistory',
		peer,
		offset_id: 0,
		offset_date: 0,
		add_offset: 0,
		limit: 100,
		max_id: 0,
		min_id: 0,
		hash: '0',
		...place,
	};
}

/** What a failed request means for the order of updates. */
export function failureOf(error: unknown): Failure {
	if (!ChannelError.is(error)) return { kind: 'retry' };
	const name = error.providerCode ?? '';
	if (/^PERSISTENT_TIMESTAMP_(INVALID|EMPTY)$/.test(name)) return { kind: 'badPosition' };
	// Not among the chats of the account, and never seen elsewhere: to ask again would be to read the whole list again.
	if (error.code === 'peer_not_found') return { kind: 'noAccess' };
	if (
		/^(CHANNEL_PRIVATE|CHANNEL_INVALID|CHANNEL_PUBLIC_GROUP_NA|CHAT_ID_INVALID|PEER_ID_INVALID)$/.test(name)
	) {
		return { kind: 'noAccess' };
	}
	return typeof error.retry === 'object'
		? { kind: 'retry', afterMs: error.retry.afterMs }
		: { kind: 'retry' };
}
