import type { TelegramAccount } from '../account';
import { whoAmI } from '../open';
import { child, children, flag, text } from '../tl';
import { CAPTION_LENGTH } from './text';

/** parts of a file: 2 GB, with Premium 4 GB (core.telegram.org/api/files) */
export const PARTS = 4000;
const PREMIUM_PARTS = 8000;
/** where the server does not say (core.telegram.org/api/config: caption_length_limit_premium) */
const PREMIUM_CAPTION = 4096;

/** The longest caption of this account, UTF-16 units. Asks only about one that is too long without Premium. */
export async function captionLimit(
	account: TelegramAccount,
	length: number,
	signal: AbortSignal,
): Promise<number> {
	if (length <= CAPTION_LENGTH || !(await isPremium(account, signal))) return CAPTION_LENGTH;
	const answer = await account.connection.object({ _: 'help.getAppConfig', hash: 0 }, { signal });
	const limit = children(child(answer, 'config'), 'value').find(
		(entry) => text(entry, 'key') === 'caption_length_limit_premium',
	);
	const told = child(limit ?? null, 'value')?.['value'];
	return typeof told === 'number' ? told : PREMIUM_CAPTION;
}

/** How many parts a file of this account may have. Asks only about one that is too large without Premium. */
export async function partLimit(
	account: TelegramAccount,
	parts: number,
	signal: AbortSignal,
): Promise<number> {
	return parts > PARTS && (await isPremium(account, signal)) ? PREMIUM_PARTS : PARTS;
}

async function isPremium(account: TelegramAccount, signal: AbortSignal): Promise<boolean> {
	return flag(await whoAmI(account.connection, signal), 'premium');
}
