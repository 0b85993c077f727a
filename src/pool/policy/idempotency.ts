import { hash } from 'node:crypto';
import { ChannelError, type CallResult, type ErrorCode, type IntentRecord, type Json } from '../../contract';
import type { PolicyCall, PolicyStep } from './call';
import { natureOf } from './guards';
import { reserve, StoredIntent, type IntentScope } from './intent';

/** After these the message may or may not be out; the intent stays `sent` and a repeat finds out. */
const AMBIGUOUS: readonly ErrorCode[] = [
	'timeout',
	'unreachable',
	'cancelled',
	'outcome_unknown',
	'upstream_error',
	'unexpected_answer',
	'account_in_use',
];

/** A send without a key of its own is still one send: remembered as long as a crash could need it. */
const ANONYMOUS_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * Nothing is sent twice: a repeat with the same key joins the running send, gets the remembered result
 * (`duplicate: true`), or – when an earlier try may have reached the provider – goes on under the same provider key.
 */
export const idempotency: PolicyStep = (call, next) => {
	if (natureOf(call.spec, call.input).effect !== 'send') return next();
	const key = call.options.idempotency?.key ?? `anonymous:${call.random.hex(16)}`;
	const { rawInput } = call;
	const first = call.running.get(key);
	if (first !== undefined)
		return first.result.then((result) =>
			asDuplicate(result, first.rawInput !== rawInput && hashOf(first.rawInput) !== hashOf(rawInput)),
		);
	const result = sendOnce(call, key, next);
	call.running.set(key, { rawInput, result });
	return result;
};

async function sendOnce(call: PolicyCall, key: string, next: () => Promise<CallResult>): Promise<CallResult> {
	const chats = call.spec.chats?.(call.input) ?? [];
	const scope: IntentScope = {
		store: call.store,
		deduplicated: call.spec.deduplicated === true,
		record: (name) => newRecord(call, name, chats[0] ?? ''),
	};
	const settled = chats.map((chat) => call.ownSends.begin(chat));
	let handle: StoredIntent | null = null;
	const forget = (): void => void call.running.delete(key);
	let noted: Promise<void> | null = null;
	try {
		const { created, intent } = await reserve(scope, key);
		if (intent.state === 'done') {
			return asDuplicate(
				{ items: intent.result as CallResult['items'] },
				intent.paramsHash !== hashOf(call.rawInput),
			);
		}
		handle = new StoredIntent(scope, intent, created);
		call.intent = handle;
		const result = await next();
		noted = noteDone(call, key, result);
		return result;
	} catch (error) {
		if (handle !== null && (!handle.left || isDefinite(error))) await call.store.deleteIntent(key);
		throw error;
	} finally {
		for (const settle of settled) settle();
		// A repeat that comes before it is noted joins this one.
		if (noted === null) forget();
		else noted.then(forget, forget);
	}
}

function newRecord(call: PolicyCall, key: string, chatId: string): IntentRecord {
	const now = call.clock.now();
	return {
		key,
		accountId: call.account,
		chatId,
		/** Worked out when it is written: the message does not wait for it. */
		get paramsHash() {
			return hashOf(call.rawInput);
		},
		state: 'reserved',
		providerKey: providerKeyOf(call.account, key, now),
		context: {},
		result: null,
		createdAt: now,
		expiresAt: now + (call.options.idempotency?.rememberMs ?? ANONYMOUS_MS),
	};
}

/**
 * The same for a repeat whose first note was lost with the power; another one once the key's own time is over, or the
 * provider would take a new message for the old one.
 */
function providerKeyOf(account: string, key: string, now: number): string {
	return hashOf([account, key, Math.floor(now / DAY_MS)]).slice(0, 16);
}

/**
 * All in one transaction, and the caller does not wait for it: the message is out, whatever becomes of the note. Without
 * it the intent stays as it was when the message left, as after a crash, and a repeat goes on under the same provider key.
 */
function noteDone(call: PolicyCall, key: string, { items }: CallResult): Promise<void> {
	for (const { chat_id: chat, message_id: message } of items) {
		if (typeof chat === 'string' && typeof message === 'string') call.ownSends.remember(chat, message);
	}
	const beside = call.spec.deduplicated === true;
	return call.store.updateIntent(key, { state: 'done', result: items }, { beside });
}

function isDefinite(error: unknown): boolean {
	return ChannelError.is(error) && !AMBIGUOUS.includes(error.code);
}

function asDuplicate(result: CallResult, otherParameters: boolean): CallResult {
	const hints = otherParameters
		? ['This key was used before with other parameters: the first result is returned and nothing was sent.']
		: ['Already sent: the first result is returned and nothing was sent again.'];
	return { items: result.items.map((item) => ({ ...item, duplicate: true })), hints };
}

function hashOf(value: Json): string {
	return hash('sha256', JSON.stringify(value)).slice(0, 32);
}
