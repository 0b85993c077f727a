import { z } from '#lib/zod';
import type { JsonObject } from '../../../contract';

/** Up to where a chat is proven complete: the last message's server time (ms) and id. */
export interface Position {
	time: number;
	/** decimal; '0' = everything before `time` */
	id: string;
}

const position = z.object({ time: z.number().int().nonnegative(), id: z.string().regex(/^\d{1,20}$/) });
const stateSchema = z.object({
	version: z.literal(1),
	/** everything up to here is journalled, in every chat */
	since: position,
	/** chats that are further */
	chats: z.record(z.string(), position),
});

/** What the journal keeps of the engine. */
export interface EngineState {
	since: Position;
	chats: ReadonlyMap<string, Position>;
}

/** null = none stored, or of a kind this version does not know: start at now. */
export function parseState(stored: JsonObject | null): EngineState | null {
	const parsed = stateSchema.safeParse(stored);
	return parsed.success
		? { since: parsed.data.since, chats: new Map(Object.entries(parsed.data.chats)) }
		: null;
}

export function formatState(state: EngineState): JsonObject {
	return {
		version: 1,
		since: { ...state.since },
		chats: Object.fromEntries([...state.chats].map(([chat, at]) => [chat, { ...at }])),
	};
}

export function positionOf(state: EngineState, chatId: string): Position {
	const own = state.chats.get(chatId);
	return own === undefined || isAfter(state.since, own) ? state.since : own;
}

/** By time first, then by id, which grows with time. */
export function isAfter(a: Position, b: Position): boolean {
	return a.time !== b.time ? a.time > b.time : compareIds(a.id, b.id) > 0;
}

/** Of two decimal ids without sign the greater one: above 0, below 0, or 0 for the same. */
export function compareIds(a: string, b: string): number {
	if (a.startsWith('0') || b.startsWith('0')) return Number(BigInt(a) - BigInt(b));
	if (a.length !== b.length) return a.length - b.length;
	return a === b ? 0 : a > b ? 1 : -1;
}

/** What has been proven: one chat up to a position, or (`chatId` null) every chat. */
export interface Move {
	chatId: string | null;
	to: Position;
}

/** The state after some moves, in their order; nothing moves backwards. The same object when nothing has moved. */
export function applyMoves(state: EngineState, moves: readonly Move[]): EngineState {
	let after = state;
	let chats: Map<string, Position> | null = null;
	for (const { chatId, to } of moves) {
		if (chatId === null) {
			after = moveAll(after, to);
			chats = null;
		} else if (isAfter(to, positionOf(after, chatId))) {
			if (chats === null) {
				chats = new Map(after.chats);
				after = { since: after.since, chats };
			}
			chats.set(chatId, to);
		}
	}
	return after;
}

/** Chats that are not further need no entry of their own. */
function moveAll(state: EngineState, to: Position): EngineState {
	const since = isAfter(to, state.since) ? to : state.since;
	return { since, chats: new Map([...state.chats].filter(([, at]) => isAfter(at, since))) };
}
