/** The rooms of the house, the level each stands on, and who may use what. The drawing the tests hold the code to. */

/** Level by room; imports point to a lower level only. `src/app.ts` and `src/index.ts` are rooms of one file. */
export const LEVELS: Readonly<Record<string, number>> = {
	'src/runtime': 0,
	'src/contract': 0,
	'src/network': 0,
	'src/channels/max': 1,
	'src/channels/telegram': 1,
	'src/channels/avito': 1,
	'src/store': 1,
	'src/redis': 1,
	'src/pool': 2,
	'src/app.ts': 3,
	'src/login': 3,
	'src/n8n': 4,
	'src/index.ts': 4,
	'src/cli': 4,
	nodes: 5,
	credentials: 5,
};

/** Arrows within a level: of the two ground rooms, runtime fills ports (clock, logger) that contract names. */
export const NEIGHBOURS: Readonly<Record<string, readonly string[]>> = {
	'src/runtime': ['src/contract'],
	'src/network': ['src/runtime'],
};

/** Doors beside `index.ts`: the schemas of the contract load zod, which importing its words must not. */
export const SIDE_DOORS: Readonly<Record<string, readonly string[]>> = {
	'src/contract': ['src/contract/schemas/index.ts'],
};

const CHANNELS = ['src/channels/max', 'src/channels/telegram', 'src/channels/avito'];
const N8N_SIDE = ['nodes', 'credentials', 'src/n8n'];

/** Libraries and modules that belong to some rooms only. A `#lib/…` that is not listed here is nobody's yet. */
export const USERS_OF: Readonly<Record<string, readonly string[]>> = {
	'n8n-workflow': N8N_SIDE,
	'node:sqlite': ['src/store'],
	'#lib/ioredis': ['src/redis'],
	'#lib/telegram': ['src/channels/telegram'],
	'#lib/undici': ['src/network', ...CHANNELS],
	'#lib/ws': CHANNELS,
	'#lib/socks': ['src/network', ...CHANNELS],
	'#lib/cockatiel': CHANNELS,
	'#lib/msgpack': ['src/channels/max'],
	'#lib/lz4': ['src/channels/max'],
	'#lib/qrcode': ['src/n8n', 'src/cli'],
	'#lib/rate-limiter': ['src/pool', 'src/redis', ...CHANNELS],
	'#lib/zod': Object.keys(LEVELS).filter((room) => room !== 'nodes' && room !== 'credentials'),
};

/** Libraries that exactly one file may import, so that another one can take their place. */
export const ONE_FILE_ONLY: readonly string[] = ['#lib/telegram'];

/** Rooms whose only way into `src` is the n8n room. */
export const SEES_ONLY_N8N: readonly string[] = ['nodes', 'credentials'];

/** The wiring is loaded when it is needed, not when n8n loads a node: only lazily from these rooms. */
export const LAZY_ONLY: Readonly<Record<string, readonly string[]>> = { 'src/app.ts': ['src/n8n'] };

/** The room a file (relative to the root, forward slashes) stands in, or undefined when there is no such room. */
export function roomOf(path: string): string | undefined {
	if (path in LEVELS) return path;
	return Object.keys(LEVELS).find((room) => path.startsWith(`${room}/`));
}
