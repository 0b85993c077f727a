import * as consumers from './consumers';
import * as epoch from './epoch';
import * as inbox from './inbox';
import * as intents from './intents';
import * as journal from './journal';
import * as leases from './leases';
import * as pace from './pace';
import type { Script } from './script';
import * as seeding from './seeding';
import * as values from './values';

export { consumers, epoch, inbox, intents, journal, leases, pace, seeding, values };
export type { Script };

/** Loaded into every server before the first command. */
export const ALL_SCRIPTS: readonly Script[] = [
	epoch,
	leases,
	journal,
	consumers,
	inbox,
	intents,
	pace,
	seeding,
	values,
].flatMap((group) => Object.values(group));
