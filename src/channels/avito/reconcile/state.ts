import { z } from '#lib/zod';
import type { JsonObject } from '../../../contract';

/**
 * How far an account's messages are known to be complete. All times are Avito's own, unix seconds, except `passedAt`.
 *
 * Meaning of `mark`: every message of every chat that was created before it has been handled. A chat's position says
 * the same for that chat alone, and exactly: everything up to second `at`, and of that second the messages `ids`.
 * A position is only kept while it lies beyond the mark (less the overlap); so the state stays small.
 */
export interface ReconcileState {
	mark: number;
	/** chat id → position */
	chats: Record<string, ChatPosition>;
	/** our clock, ms: when the last pass was finished */
	passedAt: number;
}

export interface ChatPosition {
	at: number;
	ids: string[];
	/** of that second also all that Avito lists below this message (newest first): they were there before anybody looked */
	through?: string | undefined;
}

const stateSchema = z.object({
	v: z.literal(1),
	mark: z.number(),
	passedAt: z.number(),
	chats: z.record(
		z.string(),
		z.object({ at: z.number(), ids: z.array(z.string()), through: z.string().optional() }),
	),
});

/** The journal's engine state, or null when there is none or it is of an unknown kind (then: start at now). */
export function parseState(stored: JsonObject | null): ReconcileState | null {
	const parsed = stateSchema.safeParse(stored);
	if (!parsed.success) return null;
	const { mark, chats, passedAt } = parsed.data;
	return { mark, chats, passedAt };
}

export function formatState({ mark, chats, passedAt }: ReconcileState): JsonObject {
	return { v: 1, mark, passedAt, chats: chats as unknown as JsonObject };
}
