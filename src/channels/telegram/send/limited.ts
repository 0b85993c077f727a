import { ChannelError } from '../../../contract';
import type { TelegramAccount } from '../account';
import type { Peer } from '../peers/peer';
import { parseReference } from '../peers/reference';

/** name of the stored time (ms) until which strangers are left alone */
const LIMITED_UNTIL = 'telegram:limited-until';
const DAY_MS = 24 * 3_600_000;

/**
 * PEER_FLOOD: Telegram has limited the whole account, which may not write to strangers for now. It becomes the account's
 * state, and first contacts stop for a day. Any other error is left as it is.
 */
export async function tellLimit(account: TelegramAccount, error: unknown): Promise<unknown> {
	if (!ChannelError.is(error) || error.providerCode !== 'PEER_FLOOD') return error;
	const { accountState, clock, values } = account.services;
	const hint = error.hint === undefined ? {} : { hint: error.hint };
	accountState({ state: 'limited', reason: error.message, error, ...hint });
	await values.put(LIMITED_UNTIL, clock.now() + DAY_MS, DAY_MS);
	return error;
}

/**
 * The pool counts phone numbers as first contacts before it looks; whether a username or a link leads to a stranger is
 * known only here, after it was looked up.
 * @throws ChannelError `new_contact_limit` for a day after Telegram has limited the account
 */
export async function assertMayApproach(
	account: TelegramAccount,
	chatId: string,
	{ peer, looked }: { peer: Peer; looked: boolean },
): Promise<void> {
	const kind = parseReference(chatId)?.kind;
	// An id was found among the chats, or known before: there is a history.
	if (!looked || peer.chatType !== 'private' || kind === 'id' || kind === 'message') return;
	const { clock, values } = account.services;
	const until = await values.get(LIMITED_UNTIL);
	const left = typeof until === 'number' ? until - clock.now() : 0;
	if (left <= 0) return;
	throw new ChannelError('new_contact_limit', 'Telegram has limited this account: strangers are left alone', {
		channel: 'telegram',
		retry: { afterMs: left },
		hint: 'Ask @SpamBot. People the account has talked to can still be written to.',
	});
}
