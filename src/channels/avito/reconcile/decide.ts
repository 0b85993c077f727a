import type { Gap } from '../events/gap';
import type { AvitoChat } from '../schemas/chat';
import type { AvitoMessage } from '../schemas/message';
import type { ChatPosition, ReconcileState } from './state';

/**
 * Seconds below the mark that are looked at again. `created` of a message and `updated` of its chat are set by
 * different machines of Avito's; the journal drops what it knows already, so looking twice costs nothing.
 */
export const OVERLAP_S = 600;
/** Seconds in which a message may be deleted after it was sent (OpenAPI: deleteMessage), and some for our clock. */
export const DELETABLE_S = 3600 + 600;

/** What a pass works with; fixed for its whole run, but for the positions it gathers. */
export interface PassLimits {
	/** messages below are not read, whatever the state says (largest catch-up of all consumers) */
	recoverSince: number;
	/** a deletion of a message created before this has been told already, or is not ours to tell */
	deletedSince: number;
}

/** From where on a chat is unread: its position, or the mark where it has none. */
export interface ChatPlan {
	position: ChatPosition;
	/** `position` before `recoverSince` raised it; the difference is not read */
	wanted: ChatPosition;
}

/** The second from which chats without a position of their own are unread. */
export function floorOf(state: ReconcileState): number {
	return state.mark - OVERLAP_S;
}

/**
 * First run ever: all that is there now counts as handled, but for what was written since `startAt` (unix seconds).
 */
export function initialState(
	firstPage: readonly AvitoChat[],
	passedAt: number,
	startAt = Infinity,
): ReconcileState {
	const mark = Math.min(startAt, Math.max(0, ...firstPage.map(changedAt)));
	const chats: Record<string, ChatPosition> = {};
	for (const { id, last_message: last } of firstPage) {
		if (last == null || last.created < mark - OVERLAP_S) continue;
		chats[id] =
			last.created < startAt
				? { at: last.created, ids: [last.id], through: last.id }
				: { at: startAt, ids: [] };
	}
	return { mark, chats, passedAt };
}

/** When the chat changed last; the list is sorted by it, newest first. */
export function changedAt(chat: AvitoChat): number {
	return chat.updated ?? chat.last_message?.created ?? chat.created ?? 0;
}

/** Must the messages of this chat be read, and back to where? null = nothing new in it. */
export function planChat(chat: AvitoChat, state: ReconcileState, limits: PassLimits): ChatPlan | null {
	const floor = floorOf(state);
	const known = state.chats[chat.id];
	const wanted = known !== undefined && known.at >= floor ? known : { at: floor, ids: [] };
	const position = wanted.at >= limits.recoverSince ? wanted : { at: limits.recoverSince, ids: [] };
	const last = chat.last_message;
	if (last == null) return changedAt(chat) >= position.at ? { position, wanted } : null;
	return isNew(last, position) ? { position, wanted } : null;
}

export function isNew(message: Pick<AvitoMessage, 'id' | 'created'>, position: ChatPosition): boolean {
	return (
		message.created > position.at || (message.created === position.at && !position.ids.includes(message.id))
	);
}

/** What one page of a chat's messages (newest first) gives. */
export interface PageDecision<M> {
	/** new messages, and deletions of known ones, newest first */
	take: M[];
	/** the position was reached: nothing new lies below */
	complete: boolean;
	/** messages between `wanted` and the position: there, but beyond the catch-up limit */
	cutOff: boolean;
}

export function decidePage<M extends { value: AvitoMessage }>(
	page: readonly M[],
	plan: ChatPlan,
	limits: PassLimits,
): PageDecision<M> {
	const { position } = plan;
	const through = page.findIndex(({ value }) => value.id === position.through);
	const wasThere = ({ created }: AvitoMessage, index: number): boolean =>
		through >= 0 && index > through && created === position.at;
	const take = page.filter(
		({ value }, index) =>
			(isNew(value, position) && !wasThere(value, index)) || isFreshDeletion(value, limits),
	);
	const below = page.filter(({ value }) => value.created < position.at);
	return {
		take,
		complete: below.length > 0,
		cutOff: plan.wanted !== position && below.some(({ value }) => isNew(value, plan.wanted)),
	};
}

/** A message known as sent may have been deleted since: within its hour, its deletion is told (the journal knows if it was). */
function isFreshDeletion(message: AvitoMessage, limits: PassLimits): boolean {
	return message.type === 'deleted' && message.created >= limits.deletedSince;
}

/** The chat's position after all messages down to the old one were handled. */
export function advance(
	old: ChatPosition,
	handled: readonly Pick<AvitoMessage, 'id' | 'created'>[],
): ChatPosition {
	const at = Math.max(old.at, ...handled.map(({ created }) => created));
	const ids = new Set(at === old.at ? old.ids : []);
	for (const message of handled) if (message.created === at) ids.add(message.id);
	const through = at === old.at ? old.through : undefined;
	return { at, ids: [...ids], ...(through === undefined ? {} : { through }) };
}

/** The state after a finished pass. `mark` never goes back; positions the new mark covers are dropped. */
export function finishPass(state: ReconcileState, mark: number, passedAt: number): ReconcileState {
	const next = Math.max(state.mark, mark);
	const chats = Object.fromEntries(
		Object.entries(state.chats).filter(([, { at }]) => at >= next - OVERLAP_S),
	);
	return { mark: next, chats, passedAt };
}

/** Something changed before the catch-up limit and is not read: said once, for the account. */
export function catchUpGap(state: ReconcileState, limits: PassLimits): Gap {
	return { chatId: null, from: state.mark, to: limits.recoverSince, reason: 'catch_up_limit' };
}
