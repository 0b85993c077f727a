import type { ChannelEvent } from '../../contract';

/** Where an event came from decides where its progress is kept: journal position, start-from-time values, nowhere. */
export type Source = 'journal' | 'since' | 'live';

/** One event waiting for its turn. The body may be left in the journal and fetched when it is emitted. */
export interface Pending {
	source: Source;
	/** journal sequence number; 0 for the other sources */
	seq: number;
	eventId: string;
	/** provider time, ms */
	at: number;
	/** when it was journalled, ms: silence is measured on our own clock */
	recordedAt: number;
	late: boolean;
	/** from the other side: these fall silent after a person answered */
	inbound: boolean;
	/** a message; only messages are gathered into batches */
	batchable: boolean;
	/** part of a backlog or recovery, so counted against *catch up per chat* */
	catchUp: boolean;
	event: ChannelEvent | null;
}

/** Members handed on together, once per attempt. */
export interface Emission {
	source: Source;
	members: Pending[];
	attempt: number;
	/** null until it is computed from the members' event ids */
	key: string | null;
	/** key of the attempt before, whose record is dropped once this one is written */
	replaces: string | null;
	state: 'waiting' | 'flying';
	/** not to be emitted before, ms */
	due: number;
	/** the chat's next event waits until this settled, at most until then, ms; null = not emitted yet */
	orderUntil: number | null;
	/** emits that created no execution, in a row */
	failures: number;
}

/** Members that have not been handed on yet, or not in this attempt. */
export function newEmission(
	source: Source,
	members: Pending[],
	{ attempt, key, replaces }: Pick<Emission, 'attempt' | 'key' | 'replaces'>,
): Emission {
	return {
		source,
		members,
		attempt,
		key,
		replaces,
		state: 'waiting',
		due: 0,
		orderUntil: null,
		failures: 0,
	};
}

export interface Chat {
	readonly id: string;
	/** in journal order */
	queue: Pending[];
	/** unsettled, in the order they were first emitted */
	emissions: Emission[];
	/** entries a pending wait may take, by seq; `until` in ms */
	held: Map<number, { pending: Pending; until: number }>;
	/** how many of `queue` count against *catch up per chat* */
	catchUp: number;
}

export function emptyChat(id: string): Chat {
	return { id, queue: [], emissions: [], held: new Map(), catchUp: 0 };
}

export function isIdle(chat: Chat): boolean {
	return chat.queue.length === 0 && chat.emissions.length === 0 && chat.held.size === 0;
}

export interface BatchRules {
	silenceMs: number;
	maxWaitMs: number;
	maxMessages: number;
}

export interface ChatRules {
	/** 0 = parallel */
	chatOrderMs: number;
	batch: BatchRules | null;
	/** everything journalled so far was read, so nothing of this chat is missing behind the queue */
	complete: boolean;
	/** may new events be emitted, or only repeats? */
	mayStart: boolean;
}

/** `again`: emit this repeat now; `start`: emit the first `count` of the queue; `wait`: nothing before `until` (null = until something happens). */
export type ChatStep =
	| { step: 'again'; emission: Emission }
	| { step: 'start'; count: number }
	| { step: 'wait'; until: number | null };

/** What a chat does next. Order: repeats first; a new event waits for all earlier ones to settle or for `chatOrderMs`. */
export function nextStep(chat: Chat, now: number, rules: ChatRules): ChatStep {
	let until: number | null = null;
	for (const emission of chat.emissions) {
		if (emission.state === 'waiting') {
			if (emission.due <= now) return { step: 'again', emission };
			until = earlier(until, emission.due);
		}
		if (rules.chatOrderMs > 0 && emission.orderUntil !== null && now < emission.orderUntil) {
			return { step: 'wait', until: earlier(until, emission.orderUntil) };
		}
	}
	const held = firstHeld(chat, now, rules.chatOrderMs);
	if (held !== null) return { step: 'wait', until: earlier(until, held) };
	if (chat.queue.length === 0 || !rules.mayStart) return { step: 'wait', until };
	const ready = rules.batch === null ? 1 : readyBatch(chat.queue, now, rules.batch, rules.complete);
	if (typeof ready === 'number') return { step: 'start', count: ready };
	return { step: 'wait', until: ready.until === null ? until : earlier(until, ready.until) };
}

/** A held message blocks what came after it, no longer than the order rule says; ms, or null when nothing blocks. */
function firstHeld(chat: Chat, now: number, chatOrderMs: number): number | null {
	if (chatOrderMs === 0) return null;
	const next = chat.queue[0];
	let until: number | null = null;
	for (const { pending, until: heldUntil } of chat.held.values()) {
		if (next !== undefined && next.source === 'journal' && next.seq < pending.seq) continue;
		const end = Math.min(heldUntil, pending.recordedAt + chatOrderMs);
		if (end > now) until = earlier(until, end);
	}
	return until;
}

/**
 * How many messages from the head form a batch that is ready, or when to look again. A batch is cut by its size, by an
 * event that is no message (order is kept), or by another source; it is ready after a silence or the maximum wait.
 */
export function readyBatch(
	queue: readonly Pending[],
	now: number,
	rules: BatchRules,
	complete: boolean,
): number | { until: number | null } {
	const first = queue[0];
	if (first === undefined) return { until: null };
	if (!first.batchable) return 1;
	const most = Math.max(1, rules.maxMessages);
	let count = 1;
	let last = first;
	for (; count < most; count += 1) {
		const next = queue[count];
		if (next === undefined) break;
		if (!next.batchable || next.source !== first.source) return count;
		last = next;
	}
	if (count >= most) return count;
	if (!complete) return { until: null };
	const readyAt = Math.min(last.recordedAt + rules.silenceMs, first.recordedAt + rules.maxWaitMs);
	return readyAt <= now ? count : { until: readyAt };
}

function earlier(a: number | null, b: number): number {
	return a === null ? b : Math.min(a, b);
}

/** Puts a pending event where it belongs: gaps come before what they precede, a released message back into its order. */
export function enqueue(chat: Chat, pending: Pending, first = false): void {
	if (pending.catchUp) chat.catchUp += 1;
	if (first) {
		chat.queue.unshift(pending);
		return;
	}
	const last = chat.queue[chat.queue.length - 1];
	if (
		last === undefined ||
		pending.source !== 'journal' ||
		last.source !== 'journal' ||
		last.seq < pending.seq
	) {
		chat.queue.push(pending);
		return;
	}
	const index = chat.queue.findIndex((other) => other.source === 'journal' && other.seq > pending.seq);
	chat.queue.splice(index, 0, pending);
}

/** Takes the first `count` pending events out of the queue. */
export function dequeue(chat: Chat, count: number): Pending[] {
	const members = chat.queue.splice(0, count);
	for (const member of members) if (member.catchUp) chat.catchUp -= 1;
	return members;
}

/** Drops the oldest catch-up events beyond `perChat`; they become a gap. */
export function cutOldest(chat: Chat, perChat: number): Pending[] {
	const cut: Pending[] = [];
	while (chat.catchUp > perChat) {
		const index = chat.queue.findIndex((pending) => pending.catchUp);
		const [pending] = index === -1 ? [] : chat.queue.splice(index, 1);
		if (pending === undefined) break;
		chat.catchUp -= 1;
		cut.push(pending);
	}
	return cut;
}
