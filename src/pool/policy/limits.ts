import { ChannelError } from '../../contract';
import type { PolicyCall, PolicyStep } from './call';
import { natureOf } from './guards';

const DAY_MS = 86_400_000;

/** Automatic answers to one chat, see `LoopBreaker`. Counts only sends into the chat whose incoming event caused them. */
export const loopGuard: PolicyStep = (call, next) => {
	const cause = call.options.causedBy;
	if (
		cause !== undefined &&
		natureOf(call.spec, call.input).effect === 'send' &&
		mayGoTo(cause.chatId, call.input)
	) {
		const { loopLimit, loopWindowMs } = call.policy;
		call.loopBreaker.count(cause.chatId, call.clock.now(), loopLimit, loopWindowMs);
	}
	return next();
};

/** Ids of chats in any messenger; everything else – a name, a number, a link – may be any chat. */
const CHAT_ID = /^(-?\d+|[ua]2[iu]-.+)$/;

/** What is passed on to somebody else, however much of it, answers nobody. */
function mayGoTo(chatId: string, input: unknown): boolean {
	const to =
		typeof input === 'object' && input !== null && 'chatId' in input && typeof input.chatId === 'string'
			? input.chatId
			: null;
	return to === null || to === chatId || !CHAT_ID.test(to);
}

/** Messages to people without history, phone checks, joins: a small daily budget of their own. */
export const firstContacts: PolicyStep = (call, next) => {
	const cost = call.spec.firstContacts?.(call.input) ?? 0;
	return cost === 0 ? next() : countFirstContacts(call, cost).then(next);
};

async function countFirstContacts(call: PolicyCall, cost: number): Promise<void> {
	const stoppedUntil = await call.store.getValue(call.account, FIRST_CONTACTS_STOPPED);
	if (typeof stoppedUntil === 'number' && stoppedUntil > call.clock.now()) {
		throw tooMany('The provider restricted new contacts of this account', stoppedUntil - call.clock.now());
	}
	const day = Math.floor(call.clock.now() / DAY_MS);
	const used = await call.store.increment(call.account, `first-contacts:${String(day)}`, cost, 2 * DAY_MS);
	if (used > call.policy.firstContactsPerDay) {
		await call.store.increment(call.account, `first-contacts:${String(day)}`, -cost, 2 * DAY_MS);
		throw tooMany(
			`The account's ${String(call.policy.firstContactsPerDay)} first contacts of today are used up`,
			(day + 1) * DAY_MS - call.clock.now(),
		);
	}
}

/** Name of the stored value (ms) until which a provider's restriction stops first contacts. */
export const FIRST_CONTACTS_STOPPED = 'first-contacts-stopped';

function tooMany(message: string, afterMs: number): ChannelError {
	return new ChannelError('new_contact_limit', message, {
		retry: { afterMs },
		hint: 'Writing to many strangers gets accounts banned. Wait, or raise the daily limit in the credential knowingly.',
	});
}
