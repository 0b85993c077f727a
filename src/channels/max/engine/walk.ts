import type { Clock, Json } from '../../../contract';
import { readHistory } from '../api/history';
import type { Caller } from '../api/caller';
import { pace } from '../pace';
import { readMessage, type MessageFacts } from '../events/normalise';
import { isAfter, type Position } from './state';

/** A page never grows beyond this, whatever stands at one millisecond. */
const LARGEST_PAGE = 400;
/** Going back collects before it can tell in order; beyond this it gives up and says so. */
const MAX_BACKWARD = 10_000;

export interface WalkOptions {
	chatId: string;
	after: Position;
	/** the newest message the chat list told of; null = not known */
	target: Position | null;
	pageSize: number;
	pageDelayMs: number;
	clock: Clock;
	signal: AbortSignal;
}

/**
 * Messages of a chat after a position, oldest first, a page at a time. Pages forward by time; since few clients use that
 * direction, a walk that ends before the newest known message goes on from the other side.
 */
export async function* walkForward(caller: Caller, options: WalkOptions): AsyncGenerator<MessageFacts[]> {
	const { chatId, target, clock, signal } = options;
	let at = options.after;
	let size = options.pageSize;
	for (let first = true; ; first = false) {
		if (!first) await pace(clock, options.pageDelayMs, signal);
		// One millisecond earlier: whether the anchor itself is included differs, and several messages may share its time.
		const page = await readHistory(
			caller,
			{ chatId, from: Math.max(0, at.time - 1), forward: size },
			{ signal },
		);
		const fresh = freshOf(chatId, page, at);
		if (fresh.length > 0) {
			if (page.length >= size && !reaches(chatId, page, at)) {
				const earlier = await collectBackward(caller, {
					...options,
					after: at,
					target: positionOfMessage(fresh[0] as MessageFacts),
				});
				fresh.unshift(...earlier.filter(({ id }) => !fresh.some((one) => one.id === id)));
			}
			at = positionOfMessage(fresh.at(-1) as MessageFacts);
			size = options.pageSize;
			yield fresh;
		}
		const isFull = page.length >= size;
		// A page shorter than asked may be the server's own limit: it is the last one only beside the newest known message.
		if (!isFull && (fresh.length === 0 || (target !== null && !isAfter(target, at)))) break;
		if (fresh.length === 0) {
			if (size >= LARGEST_PAGE) break;
			size = Math.min(LARGEST_PAGE, size * 2);
		}
	}
	if (target !== null && isAfter(target, at)) {
		const rest = await collectBackward(caller, { ...options, after: at });
		if (rest.length > 0) yield rest;
	}
}

/**
 * Does a full page begin where it was asked to? It does where it holds the anchor. A reimplemented server gives the newest
 * messages whatever the anchor is: what lies between is looked for from the other side.
 */
function reaches(chatId: string, page: readonly Json[], after: Position): boolean {
	return page.some((message) => {
		const facts = readMessage(chatId, message);
		return facts !== null && !isAfter(positionOfMessage(facts), after);
	});
}

/** The same from the newest end, collected and turned round. */
async function collectBackward(caller: Caller, options: WalkOptions): Promise<MessageFacts[]> {
	const { chatId, after, target, clock, signal } = options;
	const found = new Map<string, MessageFacts>();
	let from = target?.time ?? Number.MAX_SAFE_INTEGER;
	let size = options.pageSize;
	for (let first = true; found.size < MAX_BACKWARD; first = false) {
		if (!first) await pace(clock, options.pageDelayMs, signal);
		const page = await readHistory(caller, { chatId, from, backward: size }, { signal });
		const facts = page.flatMap((message) => readMessage(chatId, message) ?? []);
		const before = found.size;
		for (const one of facts) if (isAfter(positionOfMessage(one), after)) found.set(one.id, one);
		const oldest = facts[0];
		if (oldest === undefined || !isAfter(positionOfMessage(oldest), after)) break;
		if (found.size === before) {
			if (page.length < size || size >= LARGEST_PAGE) break;
			size = Math.min(LARGEST_PAGE, size * 2);
		} else from = oldest.time;
	}
	return [...found.values()].sort((a, b) => (isAfter(positionOfMessage(a), positionOfMessage(b)) ? 1 : -1));
}

function freshOf(chatId: string, page: readonly Json[], after: Position): MessageFacts[] {
	return page
		.flatMap((message) => readMessage(chatId, message) ?? [])
		.filter((message) => isAfter(positionOfMessage(message), after))
		.sort((a, b) => (isAfter(positionOfMessage(a), positionOfMessage(b)) ? 1 : -1));
}

export function positionOfMessage({ time, id }: { time: number; id: string }): Position {
	return { time, id };
}
