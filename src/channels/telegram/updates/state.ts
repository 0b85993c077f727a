import { z } from '#lib/zod';
import type { JsonObject } from '../../../contract';

/** A chat whose history is being read because its differences did not reach far enough. Ids ascend. */
export interface Fill {
	chat: string;
	/** everything up to this id is handled; null = not known, to be asked by time */
	afterId: number | null;
	/** handled before this fill began, where that is known: what lies between it and `afterId` is out of reach */
	knownId: number | null;
	/** the newest message the difference left out; null = until nothing newer is there */
	toId: number | null;
	/** unix seconds: the beginning, where no id is known */
	since: number;
}

/** A walk over all dialogs: first to learn where every channel is, later to find what a too long difference left out. */
export interface Sweep {
	purpose: 'baseline' | 'fill';
	folder: 0 | 1;
	offset: { date: number; id: number; peer: string } | null;
	/** unix seconds: the newest dialog when this round began */
	head: number;
	/** unix seconds: where this round ends, the head of the one before; 0 = at the end of the list */
	downTo: number;
	round: number;
	/** private chats and basic groups share one numbering: what is above this is new */
	afterId: number;
	/** unix seconds */
	since: number;
}

/**
 * How far an account's updates are known to be complete. `pts` numbers say: everything up to here has been applied.
 * While a box is filled from history its number stays; `ahead` holds where its live updates are.
 */
export interface EngineState {
	/** hash of the session `seq` and `qts` belong to; they are asked anew in another one */
	session: string;
	pts: number;
	/** unix seconds, server time: the last complete difference */
	date: number;
	/** unix seconds, server time: the newest update while nothing was missing */
	seen: number;
	seq: number;
	qts: number;
	/** highest message id of private chats and basic groups */
	top: number;
	/** bare channel id → [pts, highest message id] */
	channels: Record<string, [number, number]>;
	/** channels said to have news whose difference is not there yet: nobody names them a second time */
	behind: string[];
	ahead: { common: number | null; channels: Record<string, number> };
	fills: Fill[];
	sweep: Sweep | null;
	/** channels whose position is being asked for → since when (unix seconds) they are to be filled; null = from now */
	joins: Record<string, number | null>;
}

const schema = z.object({
	v: z.literal(1),
	session: z.string(),
	pts: z.number(),
	date: z.number(),
	seen: z.number(),
	seq: z.number(),
	qts: z.number(),
	top: z.number(),
	channels: z.record(z.string(), z.tuple([z.number(), z.number()])),
	behind: z.array(z.string()),
	ahead: z.object({ common: z.number().nullable(), channels: z.record(z.string(), z.number()) }),
	fills: z.array(
		z.object({
			chat: z.string(),
			afterId: z.number().nullable(),
			knownId: z.number().nullable(),
			toId: z.number().nullable(),
			since: z.number(),
		}),
	),
	sweep: z
		.object({
			purpose: z.enum(['baseline', 'fill']),
			folder: z.union([z.literal(0), z.literal(1)]),
			offset: z.object({ date: z.number(), id: z.number(), peer: z.string() }).nullable(),
			head: z.number(),
			downTo: z.number(),
			round: z.number(),
			afterId: z.number(),
			since: z.number(),
		})
		.nullable(),
	joins: z.record(z.string(), z.number().nullable()),
});

/** The journal's engine state, or null when there is none or it is of an unknown kind (then: start at now). */
export function parseState(stored: JsonObject | null): EngineState | null {
	const parsed = schema.safeParse(stored);
	return parsed.success ? parsed.data : null;
}

export function formatState(state: EngineState): JsonObject {
	return { v: 1, ...state } as unknown as JsonObject;
}
