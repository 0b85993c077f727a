import type { TelegramAccount } from '../account';
import { markPeer } from '../peers/marked-id';
import type { Peer } from '../peers/peer';
import { child, children, flag, int, text, type TlObject } from '../tl';
import type { Sent } from './deliver';

/** seconds this machine's clock may be ahead of Telegram's */
const SKEW = 600;
const PAGE = 100;

export interface Sought {
	peer: Peer;
	/** the request that Telegram calls a repeat */
	request: TlObject;
	/** words of the messages, in order */
	texts: readonly string[];
	/** of the first try, unix seconds */
	since: number;
}

/**
 * The messages of an earlier try, which arrived and whose answer did not: the newest own ones of this chat with these
 * words, one for each, in order. Telegram tells that a random id was used, not for what.
 */
export async function findSent(
	account: TelegramAccount,
	{ peer, request, texts, since }: Sought,
	signal: AbortSignal,
): Promise<Sent[]> {
	const input = account.resolver.inputOf(peer.id);
	const scheduled = request['schedule_date'] !== undefined;
	const answer = await account.connection.object(
		scheduled
			? { _: 'messages.getScheduledHistory', peer: input, hash: '0' }
			: {
					_: 'messages.getHistory',
					peer: input,
					offset_id: 0,
					offset_date: 0,
					add_offset: 0,
					limit: PAGE,
					max_id: 0,
					min_id: 0,
					hash: '0',
				},
		{ signal },
	);
	const carriesMedia = request._ === 'messages.sendMedia' || request._ === 'messages.sendMultiMedia';
	const own = children(answer, 'messages')
		.filter(
			(message) =>
				message._ === 'message' &&
				// A post of a channel is not marked as one's own.
				(flag(message, 'out') || flag(message, 'post')) &&
				markPeer(child(message, 'peer_id')) === peer.id &&
				(scheduled || (int(message, 'date') ?? 0) >= since - SKEW) &&
				(!carriesMedia || child(message, 'media') !== null),
		)
		.toSorted((a, b) => (int(b, 'id') ?? 0) - (int(a, 'id') ?? 0));
	const found: Sent[] = [];
	for (const words of texts.toReversed()) {
		// Telegram cuts white space off the ends.
		const at = own.findIndex((message) => text(message, 'message').trim() === words.trim());
		const message = own[at];
		found.unshift({
			id: message === undefined ? null : int(message, 'id'),
			date: int(message ?? { _: '' }, 'date') ?? since,
		});
		if (message !== undefined) own.splice(0, at + 1);
	}
	return found;
}
