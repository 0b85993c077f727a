import { avitoDriver } from './channels/avito';
import { maxDriver } from './channels/max';
import { telegramDriver } from './channels/telegram';
import {
	ChannelError,
	type Channel,
	type ChannelDriver,
	type Logger,
	type Meter,
	type Store,
} from './contract';
import { AccountPool, AnchoredPool, type Pool, type PoolOptions } from './pool';
import { openRedisCalls, openRedisStore, orFromFile, redisSettings } from './redis';
import {
	correlatingLogger,
	dataFolder,
	environmentValue,
	installedIn,
	MetricRegistry,
	metricsSettings,
	onShutdown,
	packageVersion,
	processName,
	processRole,
	publishMetrics,
	redactingLogger,
	showsDebug,
	silentLogger,
	systemClock,
	systemRandom,
} from './runtime';
import { mirrorPlace, openForMove, openStore } from './store';

/** Wiring: which drivers, which store. Nothing else. */
const DRIVERS: readonly ChannelDriver[] = [avitoDriver, maxDriver, telegramDriver];

/** n8n's logger, once the bridge has said which one it is. */
let hostLogger: Logger = silentLogger;

const cleaned = redactingLogger({
	debug: (message, meta) => {
		hostLogger.debug(message, meta);
	},
	info: (message, meta) => {
		hostLogger.info(message, meta);
	},
	warn: (message, meta) => {
		hostLogger.warn(message, meta);
	},
	error: (message, meta) => {
		hostLogger.error(message, meta);
	},
});

const logger: Logger = {
	...cleaned,
	debug: (message, meta) => {
		if (showsDebug(hostLogger)) cleaned.debug(message, meta);
	},
};

export interface OwnPoolOptions {
	/** folder of a store in a file; default: Redis where n8n runs in queue mode, else a file in n8n's own folder */
	dir?: string;
	logger?: Logger;
	store?: () => Promise<Store>;
}

/** A pool of its own, for programs without n8n and for tests. The caller shuts it down. */
export function createPool(options: OwnPoolOptions = {}): Pool {
	return accountPool(options);
}

/** The one of an n8n process: tells metrics where they are asked for. */
function createSharedPool(): Pool {
	const settings = metricsSettings();
	if (settings === null) return accountPool({});
	const registry = new MetricRegistry();
	const pool = accountPool({}, registry);
	publishMetrics(settings, registry, () => pool.readings(), logger);
	return pool;
}

function accountPool(options: OwnPoolOptions, meter?: Meter): AccountPool {
	const log = correlatingLogger(options.logger ?? logger);
	return new AccountPool({
		drivers: DRIVERS,
		...sharing(options, log),
		...(meter === undefined ? {} : { meter }),
		clock: systemClock,
		random: systemRandom,
		logger: log,
		processName: processName(),
		version: packageVersion(),
	});
}

/** Several processes share a Redis and call each other over it; one process by itself needs a file. */
function sharing(
	{ dir, store }: OwnPoolOptions,
	log: Logger,
): Pick<PoolOptions, 'openStore' | 'openRemoteCalls'> {
	if (store !== undefined) return { openStore: store };
	const services = { clock: systemClock, logger: log, random: systemRandom };
	const isWorker = processRole() === 'worker';
	const settings = dir === undefined ? redisSettings(orFromFile(environmentValue), isWorker) : null;
	if (settings === null) return { openStore: () => openStore({ dir: dir ?? dataFolder(), ...services }) };
	return {
		openStore: () => {
			const moveFrom = () => openForMove({ dir: dataFolder(), ...services });
			const mirror = mirrorPlace({ dir: dataFolder(), ...services });
			return openRedisStore({ settings, ...services, moveFrom, mirror });
		},
		openRemoteCalls: (holder, server) => openRedisCalls({ settings, ...services }, holder, server),
	};
}

/**
 * Are these fields of an account in order? Nothing is opened and nobody is asked.
 * @throws ChannelError `credential_invalid` with the field's name
 */
export function checkAccount(channel: Channel, fields: unknown): void {
	const driver = DRIVERS.find((each) => each.channel === channel);
	if (driver === undefined) throw new ChannelError('not_supported', `No driver for ${channel} is installed`);
	driver.configure(fields);
}

let shared: Pool | undefined;

/** The pool every execution, trigger and webhook of this n8n process shares, whichever copy of the package made it. */
export function getPool(n8nLogger?: Logger): Pool {
	if (n8nLogger !== undefined) hostLogger = n8nLogger;
	if (shared === undefined) {
		const presence = { clock: systemClock, isInstalled: installedIn() };
		const pool = new AnchoredPool(packageVersion(), () => createSharedPool(), presence);
		onShutdown(
			() => {
				pool.retire();
				return Promise.resolve();
			},
			() => undefined,
		);
		shared = pool;
	}
	return shared;
}
