import type { JsonObject } from '../../../contract';
import { child, flag, long, type TlObject } from '../tl';

/** Somebody's place in a chat, one constructor each (core.telegram.org/type/ChannelParticipant); null = none. */
export function placeIn(participant: TlObject | null): string | null {
	if (participant === null || /Left$/.test(participant._)) return null;
	if (/Creator$/.test(participant._)) return 'owner';
	if (/Admin$/.test(participant._)) return 'admin';
	if (!/Banned$/.test(participant._)) return 'member';
	return flag(child(participant, 'banned_rights') ?? { _: '' }, 'view_messages') ? 'banned' : 'restricted';
}

/** What became of somebody's place: `{ what, user_ids, before, after }`, in the words of MAX where it has them. */
export function membershipData(update: TlObject): JsonObject {
	const { before, after } = placesOf(update);
	const user = long(update, 'user_id') ?? '';
	// Telegram does not say of a basic group whether somebody left or was removed; its notice in the chat does.
	const actor = long(update, 'actor_id') ?? long(update, 'inviter_id') ?? user;
	return {
		what: whatBecame(before, after, actor === user),
		user_ids: user === '' ? [] : [user],
		before,
		after,
	};
}

interface Places {
	before: string | null;
	after: string | null;
}

function placesOf(update: TlObject): Places {
	switch (update._) {
		case 'updateChatParticipantAdd':
			return { before: null, after: 'member' };
		case 'updateChatParticipantDelete':
			return { before: 'member', after: null };
		case 'updateChatParticipantAdmin':
			return flag(update, 'is_admin')
				? { before: 'member', after: 'admin' }
				: { before: 'admin', after: 'member' };
		default:
			return {
				before: placeIn(child(update, 'prev_participant')),
				after: placeIn(child(update, 'new_participant')),
			};
	}
}

function whatBecame(before: string | null, after: string | null, byItself: boolean): string {
	if (before === after) return 'changed';
	if (after === 'banned' || after === 'restricted') return after;
	if (after === null) return before === 'banned' ? 'unbanned' : byItself ? 'left' : 'removed';
	if (before === null || before === 'banned') return byItself ? 'joined' : 'added';
	if (after === 'admin') return 'promoted';
	return before === 'admin' ? 'demoted' : 'changed';
}
