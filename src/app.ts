import { avitoDriver } from './channels/avito';
import { maxDriver } from './channels/max';
import type { ChannelDriver, Logger, Store } from './contract';
import { AccountPool, AnchoredPool, type Pool } from './pool';
import {
	dataFolder,
	onShutdown,
	packageVersion,
	processName,
	redactingLogger,
	silentLogger,
	systemClock,
	systemRandom,
} from './runtime';
import { openStore } from './store';

/** Wiring: which drivers, which store. Nothing else. */
const DRIVERS: readonly ChannelDriver[] = [avitoDriver, maxDriver];

/** n8n's logger, once the bridge has said which one it is. */
let hostLogger: Logger = silentLogger;

const logger = redactingLogger({
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

export interface OwnPoolOptions {
	/** folder of the store; default as n8n's, see `dataFolder` */
	dir?: string;
	logger?: Logger;
	store?: () => Promise<Store>;
}

/** A pool of its own, for programs without n8n and for tests. The caller shuts it down. */
export function createPool(options: OwnPoolOptions = {}): Pool {
	const log = options.logger ?? logger;
	return new AccountPool({
		drivers: DRIVERS,
		openStore:
			options.store ??
			(() =>
				openStore({
					dir: options.dir ?? dataFolder(),
					clock: systemClock,
					logger: log,
					random: systemRandom,
				})),
		clock: systemClock,
		random: systemRandom,
		logger: log,
		processName: processName(),
		version: packageVersion(),
	});
}

let shared: Pool | undefined;

/** The pool every execution, trigger and webhook of this n8n process shares, whichever copy of the package made it. */
export function getPool(n8nLogger?: Logger): Pool {
	if (n8nLogger !== undefined) hostLogger = n8nLogger;
	if (shared === undefined) {
		const pool = new AnchoredPool(packageVersion(), () => createPool());
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
