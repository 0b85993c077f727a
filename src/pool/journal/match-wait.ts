import type { EngineEvent, WaitRecord } from '../../contract';

/** A reply is held back from triggers at most so long, ms, while it is decided whether the wait takes it. */
export const HOLD_MS = 60_000;

/**
 * Which pending wait does this message answer? One whose question it quotes, else the oldest of its chat; only written by
 * a chosen person, only while the wait lasts, never by a message that a recovery brings from before the question.
 * @param busy waits that are being resumed: they have their answer
 */
export function matchWait(
	{ event, at, recovered }: EngineEvent,
	waits: Iterable<WaitRecord>,
	busy: ReadonlySet<string>,
	now: number,
): WaitRecord | null {
	if (event.event_type !== 'message' || event.meta.direction !== 'in' || event.meta.is_service === true)
		return null;
	const { reply_to: reply } = event.meta;
	// Numbers of messages are those of a chat: the same number of another chat is another message.
	const quoted = reply?.chat_id === undefined ? reply?.id : undefined;
	let oldest: WaitRecord | null = null;
	for (const wait of waits) {
		if (wait.chatId !== event.external_chat_id || busy.has(wait.id) || wait.expiresAt <= now) continue;
		if (recovered && at < wholeSecond(wait.createdAt)) continue;
		if (!mayAnswer(event.external_user_id, wait)) continue;
		if (quoted !== undefined && quoted === wait.messageId) return wait;
		if (oldest === null || wait.createdAt < oldest.createdAt) oldest = wait;
	}
	return oldest;
}

/** Reactions name the message they stand on: only the question's own counts, and they are never stored or held. */
export function matchReaction(
	{ event }: Pick<EngineEvent, 'event'>,
	waits: Iterable<WaitRecord>,
	busy: ReadonlySet<string>,
	now: number,
): WaitRecord | null {
	if (event.event_type !== 'reaction' || event.meta.direction !== 'in') return null;
	for (const wait of waits) {
		if (wait.chatId !== event.external_chat_id || busy.has(wait.id) || wait.expiresAt <= now) continue;
		const onQuestion = wait.messageId !== null && event.meta.external_message_id === wait.messageId;
		if (onQuestion && mayAnswer(event.external_user_id, wait)) return wait;
	}
	return null;
}

function mayAnswer(user: string, wait: WaitRecord): boolean {
	return wait.responders.length === 0 || wait.responders.includes(user);
}

/** Providers tell whole seconds: an answer in the second of the question is not older than it. */
function wholeSecond(ms: number): number {
	return Math.floor(ms / 1_000) * 1_000;
}
