import { child, children, int, type TlObject } from '../tl';
import { markPeer, type MarkedId } from './marked-id';

/**
 * A message somebody was seen in of whom this session got no access hash of its own: Telegram takes the message in
 * place of the hash (core.telegram.org/api/min).
 */
export interface Sighting {
	chat: MarkedId;
	/** null for a basic group, which needs none */
	chatHash: string | null;
	message: number;
}

/** In which message of a payload each author, forwarded author and mentioned person appears; the last one counts. */
export function sightingsIn(payload: TlObject): ReadonlyMap<MarkedId, Omit<Sighting, 'chatHash'>> {
	const seen = new Map<MarkedId, Omit<Sighting, 'chatHash'>>();
	for (const message of messagesIn(payload)) {
		const chat = markPeer(child(message, 'peer_id'));
		const number = int(message, 'id');
		if (chat === null || number === null) continue;
		for (const peer of peersNamedBy(message)) {
			const id = markPeer(peer);
			if (id !== null && id !== chat) seen.set(id, { chat, message: number });
		}
	}
	return seen;
}

/** Of an answer, a difference or a push. */
function messagesIn(payload: TlObject): TlObject[] {
	return [
		...children(payload, 'messages'),
		...children(payload, 'new_messages'),
		...[...children(payload, 'updates'), ...children(payload, 'other_updates')]
			.map((update) => child(update, 'message'))
			.filter((message) => message !== null),
	];
}

function peersNamedBy(message: TlObject): (TlObject | null)[] {
	const forward = child(message, 'fwd_from');
	return [
		child(message, 'from_id'),
		forward === null ? null : child(forward, 'from_id'),
		...children(message, 'entities')
			.filter(({ _ }) => _ === 'messageEntityMentionName')
			.map(({ user_id }) => ({ _: 'peerUser', user_id })),
	];
}
