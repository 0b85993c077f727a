import type { AccountId, Clock, Logger, StoreMirror } from '../contract';
import { copyAccount, type CopyParts } from './copying';
import { NOTICED_MS, putState } from './late-copy';
import { moveValues } from './moving';
import { paceOwnerOf } from './pace-memory';
import { seedAccount, type PutBack } from './seed-account';
import { alone } from './turn';

/** Its ids the mirror has already; values written since are newer in Redis. */
const ANEW = { own: new Set<string>(), ids: false, mayTakeNamed: () => false, hasAllSends: () => false };

export interface SeedParts extends CopyParts {
	clock: Clock;
	logger: Logger;
	/** consumers whose positions this process writes */
	own(id: string): boolean;
	/** was it read for, or sent with, by this process when the data was lost? */
	isOwn(account: AccountId): boolean;
	/** old numbers of what was put back, and the new ones: executions under way still name the old. New ones lie above `start` */
	renumbered(account: AccountId, seqs: ReadonlyMap<number, number>, start: number): void;
	signal: AbortSignal;
}

export interface Seeded {
	accounts: number;
	/** somebody read for them, and no state is known from which to read again: what came in between may be missing */
	gaps: number;
}

/**
 * Puts into a Redis that came back empty what this process' mirror knows, under new numbers: those of each life lie above
 * those of every earlier one, whichever process has known which. Everything is told apart by event ids, not by
 * numbers: so it may be broken off and begun anew, and several mirrors may do it one after another, also when
 * somebody reads for an account already. What is in Redis by then is newer and stays.
 */
export async function seed(mirror: StoreMirror, parts: SeedParts): Promise<Seeded> {
	const { epoch, signal } = parts;
	const seeded: Seeded = { accounts: 0, gaps: 0 };
	const begun = epoch.id;
	if ((await mirror.staleAccounts(begun)).length === 0) return seeded;
	await alone(
		parts,
		async (goOn) => {
			const stored = await mirror.read((source) => source.values());
			const values = stored.filter(({ owner }) => paceOwnerOf(owner) === null);
			const secrets = await mirror.read((source) => source.secrets());
			await moveValues({ values, secrets }, parts);
			for (const { owner, value } of stored) {
				const account = paceOwnerOf(owner);
				if (account !== null) parts.pace.learn(account, value);
			}
			parts.pace.putBack();
			const accounts = await mirror.staleAccounts(begun);
			const finish = async ({ account, mayMiss, putsState }: PutBack): Promise<void> => {
				if (putsState) await putState(mirror, account, parts);
				// In another life by now, part of it was put into the one before: what is known here must stay known.
				await copyAccount(account, mirror, parts, ANEW, begun);
				if (mayMiss) seeded.gaps += 1;
				seeded.accounts += 1;
			};
			const inUse: PutBack[] = [];
			for (const account of accounts) {
				await goOn();
				const putBack = await seedAccount(mirror, account, parts);
				if (putBack.inUse) inUse.push(putBack);
				else await finish(putBack);
			}
			if (inUse.length > 0) await parts.clock.sleep(NOTICED_MS, signal);
			for (const putBack of inUse) {
				await goOn();
				await finish(putBack);
			}
		},
		signal,
	);
	return seeded;
}
