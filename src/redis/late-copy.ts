import {
	consumerLeaseName,
	readerLeaseName,
	type AccountId,
	type JsonObject,
	type StoreMirror,
} from '../contract';
import { integer } from './replies';
import { seeding as scripts } from './scripts';
import type { SeedParts } from './seeding';

/**
 * What is done when a copy comes after somebody has read without it, from now on: the account goes back to the state of
 * the copy, and what came in between is read from the messenger again. What was journalled meanwhile is known by its ids.
 */

/** Whoever holds a lease that was ended has noticed it by then, ms: leases are renewed every five seconds. */
const NOTICED_MS = 6_000;

/**
 * Triggers that were taken for new ones would pass what is older than they seemed to be. They get their own beginning back,
 * and are opened anew before anything is read again.
 */
export async function giveBackBeginnings(
	mirror: StoreMirror,
	accounts: readonly AccountId[],
	parts: SeedParts,
): Promise<void> {
	const { commands, consumers, keys, clock, signal } = parts;
	let anyOpen = false;
	for (const account of accounts) {
		const known = await mirror.read((source) => source.account(account));
		for (const { id, notBefore } of known.consumers) {
			const here = await consumers.load(id);
			if (here === null || here.record.notBefore <= notBefore) continue;
			await consumers.save({ ...here.record, notBefore });
			const ended = await commands.call('HDEL', keys.lease(consumerLeaseName(id)), 'holder', 'expires');
			anyOpen ||= integer(ended) > 0;
		}
	}
	if (anyOpen) await clock.sleep(NOTICED_MS, signal);
}

/** @param over also in the place of another one. Whoever reads from another state begins anew from this one */
export async function putState(
	account: AccountId,
	state: JsonObject,
	over: boolean,
	{ commands, keys }: SeedParts,
): Promise<void> {
	const touched = [keys.account(account), keys.lease(readerLeaseName(account))];
	await commands.run(scripts.putState, touched, [JSON.stringify(state), over ? 1 : 0]);
}
