// Lint rules, in the order: everything, own room rules, n8n's rules, tests and tooling. A rule that cannot hold is
// off here and nowhere else, with its reason.
import community from '@n8n/eslint-plugin-community-nodes';
import nodesBase from 'eslint-plugin-n8n-nodes-base';
import { globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { everyTestRuns, runtimeOnly } from './test/architecture/lint-rules.mjs';

const OFF = 'off';

/** Own code and its tests: typescript-eslint's strict set, with types. */
const strict = {
	name: 'strict, with types',
	files: ['**/*.ts', '**/*.mts'],
	extends: [tseslint.configs.strictTypeChecked],
	linterOptions: { reportUnusedDisableDirectives: 'error' },
	languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
	rules: {
		'no-console': 'error',
		eqeqeq: ['error', 'always', { null: 'ignore' }],
		// `typeof import('x')` is how the type of a module that is loaded lazily is written.
		'@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
		'@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
		'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
		// Numbers and booleans in a template read as they are; objects and undefined stay forbidden.
		'@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
		// `() => emit(x)` and `return emit(x)` in a void function are the shortest way to say "call it".
		'@typescript-eslint/no-confusing-void-expression': [
			'error',
			{ ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
		],
		// `AccountId | SessionKey` names two ideas; that both are strings is no reason to hide one.
		'@typescript-eslint/no-duplicate-type-constituents': ['error', { ignoreUnions: true }],
		// `Promise.withResolvers<void>()` is the standard way to make a promise without a value.
		'@typescript-eslint/no-invalid-void-type': OFF,
		// The caller of a query names the shape of its rows; a cast at each call would say the same in more words.
		'@typescript-eslint/no-unnecessary-type-parameters': OFF,
		// `[...text]` counts and cuts by code point, which is what messengers' limits are given in.
		'@typescript-eslint/no-misused-spread': ['error', { allow: [{ from: 'lib', name: 'string' }] }],
		// The ports are asynchronous for the sake of Redis and sockets; their memory bodies have nothing to await.
		'@typescript-eslint/require-await': OFF,
		// A slot on the global object, an environment, a package description: emptied by key, and not ours to make Maps.
		'@typescript-eslint/no-dynamic-delete': OFF,
		// Ports are records of closures, passed on one by one; the rule cannot tell them from methods that need `this`.
		'@typescript-eslint/unbound-method': OFF,
		// TypeScript keeps `signal.aborted` and a closed flag narrowed across an await, where looking again is the point.
		'@typescript-eslint/no-unnecessary-condition': OFF,
	},
};

/** n8n's rules want the nodes' own layout; engines, channels and tests have nothing to do with them. */
const N8N_FILES = ['nodes/**/*.ts', 'credentials/**/*.ts', 'src/n8n/**/*.ts', 'package.json'];

const n8n = [
	{
		name: 'n8n community rules (the package holds sockets and cannot run on n8n Cloud)',
		files: N8N_FILES,
		extends: [community.configs.recommendedWithoutN8nCloudSupport],
	},
	{
		name: 'package.json is parsed as an expression',
		files: ['package.json'],
		plugins: { 'n8n-nodes-base': nodesBase },
		languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
		rules: nodesBase.configs.community.rules,
	},
	{
		name: 'n8n credentials',
		files: ['credentials/**/*.ts'],
		plugins: { 'n8n-nodes-base': nodesBase },
		rules: {
			...nodesBase.configs.credentials.rules,
			// Wants a camel-cased path into n8n's own docs; a community package gives a full address.
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': OFF,
			// Guesses secrets by name; the community plugin's credential-password-field is the accurate twin.
			'n8n-nodes-base/cred-class-field-type-options-password-missing': OFF,
			// Judges by name; the address of a proxy holds its password.
			'@n8n/community-nodes/credential-unnecessary-password': OFF,
		},
	},
	{
		name: 'n8n nodes',
		files: ['nodes/**/*.ts'],
		plugins: { 'n8n-nodes-base': nodesBase },
		rules: {
			...nodesBase.configs.nodes.rules,
			// Both compare with the text ['main'] and do not know NodeConnectionTypes.Main.
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': OFF,
			'n8n-nodes-base/node-class-description-outputs-wrong': OFF,
			// Some providers do have a largest page; the limit field should say so.
			'n8n-nodes-base/node-param-type-options-max-value-present': OFF,
		},
	},
	{
		name: 'action nodes with send-and-wait',
		files: ['nodes/*/*.node.ts'],
		ignores: ['nodes/*/*Trigger.node.ts'],
		rules: {
			// Their webhook is the waiting execution's own resume address: nothing is registered anywhere.
			'@n8n/community-nodes/webhook-lifecycle-complete': OFF,
		},
	},
];

const tests = {
	name: 'tests',
	files: ['test/**/*.ts'],
	rules: {
		// A test that indexes what it has just asserted fails loudly by itself.
		'@typescript-eslint/no-non-null-assertion': OFF,
		// Vitest types its matchers (`expect.any(String)`) as any.
		'@typescript-eslint/no-unsafe-assignment': OFF,
		// Servers of the sandbox and the command lines speak to a terminal.
		'no-console': OFF,
	},
};

/** The build and the set-up are plain JavaScript, checked by TypeScript through their JSDoc. */
const tooling = {
	name: 'build and set-up',
	files: ['**/*.js', '**/*.mjs'],
	extends: [tseslint.configs.recommended],
	rules: {
		// gulp and n8n load CommonJS.
		'@typescript-eslint/no-require-imports': OFF,
	},
};

export default tseslint.config(
	globalIgnores(['dist', '.n8n-host', '.data', '.cache', 'coverage']),
	strict,
	{
		...runtimeOnly,
		files: ['src/**/*.ts', 'nodes/**/*.ts', 'credentials/**/*.ts'],
		ignores: ['src/runtime/**'],
	},
	{ ...everyTestRuns, files: ['test/**/*.test.ts'] },
	...n8n,
	tests,
	tooling,
);
