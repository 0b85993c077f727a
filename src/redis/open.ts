import type { Clock, Logger, MirrorPlace, MoveSource, Random, Store } from '../contract';
import { Accounts } from './accounts';
import { Condition } from './condition';
import { RedisConnection } from './connection';
import { Consumers } from './consumers';
import { Epoch, GUARD_MS } from './epoch';
import { closed } from './faults';
import { Intents } from './intents';
import { Journal } from './journal';
import { Marks } from './marks';
import { Keys } from './keys';
import { Leases } from './leases';
import { serverFacts } from './server-facts';
import type { RedisSettings } from './settings';
import { MirroredStore } from './mirrored-store';
import { MirrorKeeper } from './mirror-keeper';
import { Renumbered } from './renumbered';
import { RedisStore } from './store';
import { moveIn } from './moving';
import { Pace } from './pace';
import { Sweep } from './sweep';
import { Values } from './values';
import { Waits } from './waits';

export interface RedisStoreOptions {
	settings: RedisSettings;
	clock: Clock;
	random: Random;
	logger: Logger;
	/**
	 * Whose clock decides when a lease ends. Default Redis' own, one for all hosts; the one handed in is for tests that
	 * own the time.
	 */
	leaseTime?: 'server' | 'clock';
	/** no lease is given for this long after Redis was new, lost data, restarted or failed over; default one lease, ms */
	guardMs?: number;
	/** what n8n kept before it used Redis, see `moveIn` */
	moveFrom?(): Promise<MoveSource | null>;
	/** where a second copy of what this process writes is kept, to be put back when Redis comes back empty */
	mirror?: MirrorPlace;
	/** how long an answer of Redis is waited for, ms, default 5 s */
	answerMs?: number;
}

/**
 * The store that several processes and hosts share. Opens one connection and closes it with the store.
 * @throws ChannelError `store_unavailable` when Redis cannot be reached now. Try again later.
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<Store> {
	const { settings, clock, random, logger } = options;
	const keys = new Keys(settings.prefix);
	let connected: RedisConnection | undefined;
	const mirroring: { keeper?: MirrorKeeper } = {};
	const condition = new Condition({
		...{ clock, logger },
		createdAt: () => epoch.createdAt,
		trouble: () => sentencesOf(connected?.trouble(), mirroring.keeper?.trouble),
		isCopied: () => mirroring.keeper?.isKept ?? false,
		isRestored: () => epoch.isRestored,
		isOlder: () => epoch.isOlder,
	});
	const epoch = new Epoch({
		keys,
		clock,
		random,
		guardMs: options.guardMs ?? GUARD_MS,
		isWhole: async (prepared) => (await marks?.areWhole(prepared)) ?? true,
		lost: () => {
			for (const each of onLost) each();
			condition.lost();
		},
	});
	const onLost: (() => void)[] = [];
	let marks: Marks | undefined;
	const commands = (connected = await RedisConnection.open({
		settings,
		clock,
		logger,
		name: 'messenger-accounts:store',
		...(options.answerMs === undefined ? {} : { answerMs: options.answerMs }),
		prepare: async (prepared) => {
			const facts = await serverFacts(prepared, { keys, random, cluster: settings.cluster });
			await epoch.enter(prepared, facts.runId);
			condition.learn(facts);
		},
	}));

	if (!settings.cluster) marks = new Marks(commands, keys, clock, random);
	const time = options.leaseTime ?? 'server';
	const leaseNow = () => (time === 'server' ? '' : String(clock.now()));
	const accounts = new Accounts(commands, keys, { epoch, cluster: settings.cluster, now: leaseNow });
	onLost.push(() => accounts.reset());
	const journal = new Journal(commands, keys, clock, epoch);
	onLost.push(() => journal.reset());
	const consumers = new Consumers(commands, keys, journal);
	const values = new Values(commands, keys, clock);
	const waits = new Waits(commands, keys, clock);
	const life = new AbortController();
	const pace = new Pace({
		...{ commands, keys, clock, random, time, signal: life.signal },
		...(options.mirror === undefined
			? {}
			: { keep: (owner, known, ms) => void mirroring.keeper?.notePace(owner, known, ms) }),
	});
	onLost.push(() => pace.putBack());
	const leases = new Leases({
		commands,
		keys,
		clock,
		cluster: settings.cluster,
		time,
		async mayAcquire() {
			await epoch.mayAcquire(commands);
			await mirroring.keeper?.settled();
			await pace.settled();
		},
		confirm: () => epoch.confirm(commands),
		clockWasSet: () => epoch.clockWasSet(commands),
		life: () => epoch.id,
	});
	const intents = new Intents(commands, keys, clock);
	if (options.moveFrom !== undefined) {
		try {
			await moveIn(options.moveFrom, {
				commands,
				keys,
				clock,
				random,
				logger,
				accounts,
				consumers,
				intents,
				waits,
			});
		} catch (error) {
			await commands.close();
			throw error;
		}
	}
	const redis = new RedisStore({
		condition,
		accounts,
		journal,
		consumers,
		values,
		waits,
		leases,
		pace,
		intents,
		marks,
		sweep: new Sweep({ commands, keys, clock, accounts, consumers, leases, values, waits }),
		async keep() {
			await epoch.confirm(commands);
			await epoch.keep(commands);
			await marks?.keep();
		},
		close: async () => {
			life.abort(closed());
			await epoch.end(closed());
			await marks?.end();
			await commands.close();
		},
	});
	if (options.mirror === undefined) return redis;
	const parts = { commands, keys, random, epoch, accounts, consumers, intents, journal, pace, values, waits };
	const numbers = new Renumbered();
	const keeper = (mirroring.keeper = new MirrorKeeper({
		...{ place: options.mirror, parts, clock, random, logger },
		renumbered: (account, seqs, start) => numbers.add(account, seqs, start),
		restored: (result) => condition.restored(result),
	}));
	const mirrored = new MirroredStore(redis, keeper, parts, clock, numbers);
	onLost.push(() => mirrored.lost());
	await keeper.begin();
	return mirrored;
}

function sentencesOf(...sentences: (string | null | undefined)[]): string | null {
	return sentences.filter((sentence) => sentence != null).join(' ') || null;
}
