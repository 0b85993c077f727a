import { createRequire } from 'node:module';
import { configDefaults, defineConfig } from 'vitest/config';

const require = createRequire(import.meta.url);
// One copy of n8n-workflow: n8n-core requires the CommonJS build, a second ESM copy breaks `instanceof`.
const alias = { 'n8n-workflow': require.resolve('n8n-workflow') };
// Vitest hands these on to Node as --conditions: with 'import' among them, a require() inside n8n-core would get ESM.
const conditions = ['source', 'node', 'module'];

/** Tests too slow for every change (minutes, hundreds of kills) are named `*.long.test.ts` and run by name. */
const LONG = '**/*.long.test.ts';

/** Rooms whose tests stand under the same name in test/. */
const ROOMS =
	'{contract,runtime,network,store,pool,login,channels,n8n,cli,nodes,credentials,setup,support,docs}';
/** The other side of the wire: servers of our own and Redis. They change seldom and take their time. */
const SERVERS = '{sandbox,redis}';
/** Tests of a room that mostly wait for a server or a process of their own: with them `unit` would take two minutes. */
const WAITING = [
	'test/cli/**/*.test.ts',
	'test/channels/telegram/*.test.ts',
	'test/login/**/*.test.ts',
	'test/n8n/login/pages.test.ts',
	'test/nodes/*/account.test.ts',
];

function project(name: string, include: string[], testTimeout: number, exclude = [LONG]) {
	return {
		resolve: { alias, conditions },
		ssr: { resolve: { conditions, externalConditions: ['source', 'node'] } },
		test: {
			name,
			include,
			exclude: [...configDefaults.exclude, ...exclude],
			testTimeout,
			hookTimeout: testTimeout,
			environment: 'node' as const,
			// Vitest leaves one core free, which is half of a small machine.
			maxWorkers: '100%' as number | string,
		},
	};
}

/** A real n8n around the packed package: each file has one of its own, which uses one core. */
function endToEnd(
	name: string,
	include: string[],
	testTimeout: number,
	maxWorkers: number,
	exclude?: string[],
) {
	const { test, ...rest } = project(name, include, testTimeout, exclude);
	const globalSetup = ['test/e2e/harness/global-setup.ts'];
	return { ...rest, test: { ...test, maxWorkers, globalSetup } };
}

export default defineConfig({
	test: {
		projects: [
			project('unit', [`test/${ROOMS}/**/*.test.ts`, 'test/*.test.ts'], 20_000, [LONG, ...WAITING]),
			project('servers', [`test/${SERVERS}/**/*.test.ts`, ...WAITING], 60_000),
			project('package', ['test/package/**/*.test.ts'], 180_000),
			project('flows', ['test/flows/**/*.test.ts'], 120_000),
			endToEnd('e2e', ['test/e2e/**/*.test.ts'], 180_000, 2),
			endToEnd('long', [`test/${LONG}`], 1_800_000, 1, []),
		],
	},
});
