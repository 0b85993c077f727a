// `npm test`: every tier one after another, and as the very last line `N passed, N failed`. With arguments only
// the named steps, e.g. `node test/setup/test.mjs e2e`. Each step says what it needs; that is set up before it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	checkNode,
	ensureBuild,
	ensureN8nHost,
	ensureRegistryHost,
	ensureSystemPackages,
	ensureTelegramPeers,
	projectEnv,
	root,
} from './index.mjs';
import { summarise, tallyOf } from './tally.mjs';

const BUILT = [ensureBuild];
const REDIS = [() => ensureSystemPackages(['redis'])];
const SERVERS = [...REDIS, ensureTelegramPeers];
const PEERS = [() => ensureSystemPackages(['redis', 'telethon'])];
const HOSTED = [
	() => ensureSystemPackages(['chromium', 'redis', 'postgresql']),
	ensureBuild,
	ensureN8nHost,
	ensureRegistryHost,
];

/**
 * A step is a command, or a Vitest project; `needs` is set up before it.
 * @typedef {{ command?: string[], project?: string, needs?: (() => Promise<unknown>)[] }} Step
 */

/**
 * In the order in which they run: what fails fast comes first.
 * @type {Record<string, Step>}
 */
const STEPS = {
	lint: { command: ['eslint', '.'] },
	format: { command: ['prettier', '--check', '--log-level', 'warn', '.'] },
	types: { command: ['tsc', '-p', '.'] },
	unit: { project: 'unit' },
	servers: { project: 'servers', needs: SERVERS },
	package: { project: 'package', needs: BUILT },
	flows: { project: 'flows', needs: PEERS },
	e2e: { project: 'e2e', needs: HOSTED },
	long: { project: 'long', needs: HOSTED },
};

/** `long` takes too long for every change; it is run by name. */
const DEFAULT = Object.keys(STEPS).filter((name) => name !== 'long');

/**
 * Runs a program of node_modules/.bin.
 * @param {string[]} command
 * @returns {Promise<number>} its exit code
 */
function runProgram([program = '', ...args]) {
	return new Promise((resolve) => {
		const child = spawn(join(root, 'node_modules', '.bin', program), args, {
			cwd: root,
			env: projectEnv(),
			stdio: ['ignore', 'inherit', 'inherit'],
		});
		child.once('error', () => resolve(1));
		child.once('close', (code) => resolve(code ?? 1));
	});
}

/** @param {string} file */
function readReport(file) {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch {
		return undefined;
	}
}

/** @param {string} project */
async function runVitest(project) {
	const folder = mkdtempSync(join(tmpdir(), 'messenger-accounts-test-'));
	try {
		const file = join(folder, 'report.json');
		const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
		const exitCode = await runProgram(['vitest', 'run', '--project', project, ...reporters]);
		return tallyOf(readReport(file), exitCode);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/**
 * @param {Step} step
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
async function runStep(step) {
	try {
		for (const ensure of step.needs ?? []) await ensure();
	} catch (error) {
		process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
		return { passed: 0, failed: 1, skipped: 0 };
	}
	if (step.project) return await runVitest(step.project);
	const exitCode = await runProgram(step.command ?? []);
	return { passed: 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
}

/**
 * @param {import('./tally.mjs').Tally} tally
 * @param {Step} step
 */
function describe({ passed, failed, skipped }, step) {
	if (!step.project) return failed === 0 ? 'good' : 'failed';
	return `${passed} passed, ${failed} failed${skipped ? ` (${skipped} of them skipped)` : ''}`;
}

checkNode();
const names = process.argv.length > 2 ? process.argv.slice(2) : DEFAULT;
const steps = names.flatMap((name) => (STEPS[name] ? [{ name, step: STEPS[name] }] : []));
const unknown = names.filter((name) => !STEPS[name]);
if (unknown.length > 0) {
	process.stderr.write(`No such step: ${unknown.join(', ')}. There are: ${Object.keys(STEPS).join(', ')}.\n`);
	process.exit(2);
}

const tallies = [];
for (const [index, { name, step }] of steps.entries()) {
	process.stdout.write(`\n== ${name} (${index + 1} of ${steps.length})\n`);
	const startedAt = performance.now();
	const tally = await runStep(step);
	const seconds = Math.round((performance.now() - startedAt) / 1000);
	process.stdout.write(`== ${name}: ${describe(tally, step)}, ${seconds} s\n`);
	tallies.push(tally);
}
process.exitCode = tallies.every((tally) => tally.failed === 0) ? 0 : 1;
process.stdout.write(`\n${summarise(tallies)}\n`);
