import type { MaxAccount } from '../account';
import type { EventOwner } from './normalise';

/** The part of an account that events need. */
export function ownerOf(account: MaxAccount): EventOwner {
	const { accountId, userId, ownPhone, settings } = account;
	return { accountId, userId, ownPhone, account: account.account, serviceIds: settings.serviceIds };
}
