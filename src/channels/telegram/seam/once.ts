import type { Sender } from './client';

/**
 * What Telegram would do a second time, or tell a person twice: requests without a random id by which it knows a repeat.
 * Everything else is the same when it is done again, or is refused.
 */
const ONCE = new Set([
	'account.sendVerifyEmailCode',
	'auth.resendCode',
	'auth.sendCode',
	'channels.createChannel',
	'messages.createChat',
	'messages.exportChatInvite',
	'messages.getBotCallbackAnswer',
	'photos.uploadProfilePhoto',
]);

export function isOnce(method: string): boolean {
	return ONCE.has(method) || method.startsWith('payments.send');
}

/** The connection ended when such a request was out and not answered: what became of it nobody here knows. */
export class OutcomeUnknown extends Error {}

/**
 * Called when a connection has ended and before another is made: the library sends again whatever was not answered, as a
 * new request. What may be done only once is taken out of that.
 */
export function dropUnrepeatable({ _pendingState: pending }: Sender): void {
	for (const state of pending?.values() ?? []) {
		// The seam names its requests by TL's own names; those of the library are of no interest here.
		const method = state.request?.className;
		if (method === undefined || !isOnce(method) || state.msgId === undefined) continue;
		pending?.delete(state.msgId);
		state.reject?.(new OutcomeUnknown(method));
	}
}
