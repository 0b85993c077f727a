import type { ChannelError } from '../../contract';
import type { AvitoAccount } from './account';
import { subscriptionMissing } from './errors';
import { isPlaceholderMessage } from './events/from-list';
import type { AvitoChat } from './schemas/chat';

const DAY_MS = 86_400_000;

/** Once a day: without the paid access nothing arrives, and nobody would notice. */
export function reportMissingSubscription(
	account: AvitoAccount,
	error: ChannelError = subscriptionMissing(),
): void {
	account.services.accountState({
		state: 'subscription_missing',
		reason: error.message,
		...(error.hint === undefined ? {} : { hint: error.hint }),
		error,
		atMostEveryMs: DAY_MS,
	});
}

/**
 * Without the paid access the chat list answers 200 with a notice in the place of every text. One such text alone may
 * have been typed by a customer; that all of them are tells. (Reading messages then answers 402, so nothing is passed.)
 */
export function tellMissingSubscription(account: AvitoAccount, chats: readonly AvitoChat[]): boolean {
	const texts = chats.flatMap(({ last_message: last }) => (last?.type === 'text' ? [last] : []));
	const missing = texts.length > 0 && texts.every(isPlaceholderMessage);
	if (missing) reportMissingSubscription(account);
	return missing;
}
