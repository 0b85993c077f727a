import { consumerLeaseName, readerLeaseName, type AccountId, type StoreMirror } from '../contract';
import { integer } from './replies';
import { seeding as scripts } from './scripts';
import type { SeedParts } from './seeding';

/**
 * What is done when a copy comes after somebody has read without it, from now on: the account goes back to the state of
 * the copy, and what came in between is read from the messenger again. What was journalled meanwhile is known by its ids.
 */

/** Whoever holds a lease that was ended has noticed it by then, ms: leases are renewed every five seconds. */
export const NOTICED_MS = 6_000;

/**
 * Who has taken a trigger for a new one, or is about to, is to open it anew before anything is read again: it would pass
 * what is older than the trigger seemed to be.
 * @returns whether somebody had it
 */
export async function endPosition(id: string, { commands, keys }: SeedParts): Promise<boolean> {
	return integer(await commands.call('HDEL', keys.lease(consumerLeaseName(id)), 'holder', 'expires')) > 0;
}

/** The mirror's state, unless there is one that leaves nothing out. Whoever reads from another state begins anew from this one. */
export async function putState(
	mirror: StoreMirror,
	account: AccountId,
	{ commands, keys }: SeedParts,
): Promise<void> {
	const { state } = await mirror.read((source) => source.account(account));
	if (state === null) return;
	const touched = [keys.account(account), keys.lease(readerLeaseName(account))];
	await commands.run(scripts.putState, touched, [JSON.stringify(state), await mirror.begunOf(account)]);
}
