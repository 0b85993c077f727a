// Lint rules that keep the design's promises. eslint.config.mjs applies them, architecture.test.ts tries them out.

/** Timers, process and the global object, reached by name. Only src/runtime may, so that tests own the time. */
const RESTRICTED_GLOBALS = [
	'setTimeout',
	'setInterval',
	'setImmediate',
	'clearTimeout',
	'clearInterval',
	'clearImmediate',
	'process',
	'performance',
	'global',
	'globalThis',
	'console',
].map((name) => ({
	name,
	message: 'Only src/runtime touches clock, timers, process and globals; take it from there.',
}));

const RANDOM = [
	'randomBytes',
	'randomFill',
	'randomFillSync',
	'randomInt',
	'randomUUID',
	'getRandomValues',
	'webcrypto',
];
const HOST_MODULES = [
	'timers',
	'timers/promises',
	'process',
	'perf_hooks',
	'os',
	'worker_threads',
	'child_process',
];

/** "Only src/runtime touches clock, timers, process, globalThis, random." */
export const runtimeOnly = {
	name: 'only src/runtime touches the clock and the process',
	rules: {
		'no-restricted-globals': ['error', ...RESTRICTED_GLOBALS],
		'no-restricted-properties': [
			'error',
			{ object: 'Date', property: 'now', message: 'Be told the time: take a Clock of src/runtime.' },
			{ object: 'Math', property: 'random', message: 'Take the random source of src/runtime.' },
			{ object: 'AbortSignal', property: 'timeout', message: 'Timers come from the Clock of src/runtime.' },
			...RANDOM.map((property) => ({
				object: 'crypto',
				property,
				message: 'Take the random source of src/runtime.',
			})),
		],
		'no-restricted-imports': [
			'error',
			{
				paths: [
					...HOST_MODULES.flatMap((name) => [name, `node:${name}`]).map((name) => ({
						name,
						message: 'Only src/runtime touches the process and its timers.',
					})),
					...['crypto', 'node:crypto'].map((name) => ({
						name,
						importNames: RANDOM,
						message: 'Take the random source of src/runtime.',
					})),
				],
			},
		],
		'no-restricted-syntax': [
			'error',
			{
				selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
				message: 'Be told the time: take a Clock of src/runtime.',
			},
			{
				selector: 'CallExpression[callee.name="Date"]',
				message: 'Be told the time: take a Clock of src/runtime.',
			},
		],
	},
};

/** A test that does not run is not a test. */
export const everyTestRuns = {
	name: 'every test runs',
	rules: {
		'no-restricted-syntax': [
			'error',
			{
				selector: 'MemberExpression[property.name=/^(only|skip|skipIf|runIf|todo)$/]',
				message: 'Every test runs every time; nothing is skipped or singled out.',
			},
		],
	},
};
