import type { JsonObject } from '../../../contract';
import { markPeer } from '../peers/marked-id';
import { child, children, flag, int, long, text, type TlObject } from '../tl';

/** Somebody else's newest reaction, where the chat shows who reacts. */
export interface Reactor {
	userId: string;
	reaction: string;
}

/** How many gave which reaction, and the own one: the words that MAX's reactions have, too. */
export function reactionData(messageId: string, reactions: TlObject | null): JsonObject {
	const results = children(reactions, 'results');
	const counters = results.map((one) => ({
		reaction: reactionWord(child(one, 'reaction')),
		count: int(one, 'count') ?? 0,
	}));
	const own = results.find((one) => int(one, 'chosen_order') !== null);
	return {
		message_id: messageId,
		counters,
		total: counters.reduce((sum, { count }) => sum + count, 0),
		your_reaction: own === undefined ? null : reactionWord(child(own, 'reaction')),
	};
}

export function newestReactor(reactions: TlObject | null): Reactor | null {
	const others = children(reactions, 'recent_reactions').filter((one) => !flag(one, 'my'));
	const [newest] = others.toSorted((a, b) => (int(b, 'date') ?? 0) - (int(a, 'date') ?? 0));
	if (newest === undefined) return null;
	return {
		userId: markPeer(child(newest, 'peer_id')) ?? '',
		reaction: reactionWord(child(newest, 'reaction')),
	};
}

/** The emoji, or the id of a custom one. */
export function reactionWord(reaction: TlObject | null): string {
	if (reaction === null) return '';
	return reaction._ === 'reactionPaid' ? '⭐' : (long(reaction, 'document_id') ?? text(reaction, 'emoticon'));
}
