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
	return a.time !== b.time ? a.time > b.time : BigInt(a.id) > BigInt(b.id);
}

/** Never backwards. */
export function moveChat(state: EngineState, chatId: string, to: Position): EngineState {
	if (!isAfter(to, positionOf(state, chatId))) return state;
	return { since: state.since, chats: new Map(state.chats).set(chatId, to) };
}

/** Every chat is complete up to `to`: chats that are not further need no entry of their own. */
export function moveAll(state: EngineState, to: Position): EngineState {
	const since = isAfter(to, state.since) ? to : state.since;
	return { since, chats: new Map([...state.chats].filter(([, at]) => isAfter(at, since))) };
}
