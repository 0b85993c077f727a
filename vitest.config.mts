import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

const require = createRequire(import.meta.url);
// One copy of n8n-workflow: n8n-core requires the CommonJS build, a second ESM copy breaks `instanceof`.
const alias = { 'n8n-workflow': require.resolve('n8n-workflow') };
const conditions = ['source', 'node', 'import', 'module', 'default'];
const shared = { alias, conditions };

function project(name: string, include: string[], testTimeout: number) {
	return {
		resolve: shared,
		ssr: { resolve: { conditions, externalConditions: ['source', 'node'] } },
		test: { name, include, testTimeout, hookTimeout: testTimeout, environment: 'node' as const },
	};
}

/** A real n8n around the packed package: one file after another, each with an n8n of its own. */
function endToEnd() {
	const { test, ...rest } = project('e2e', ['test/e2e/**/*.test.ts'], 180_000);
	return { ...rest, test: { ...test, fileParallelism: false, globalSetup: ['test/e2e/harness/global-setup.ts'] } };
}

export default defineConfig({
	test: {
		projects: [
			project('unit', ['test/{contract,runtime,store,pool,channels,n8n,redis,nodes,credentials,sandbox}/**/*.test.ts', 'test/*.test.ts'], 20_000),
			project('flows', ['test/flows/**/*.test.ts'], 120_000),
			endToEnd(),
		],
	},
});
