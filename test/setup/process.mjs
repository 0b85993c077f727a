// What every set-up step needs: the project's root, plain progress lines, child processes, one writer at a time.
// Runs under whatever Node is outside (20 and newer) and uses nothing but Node itself.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The project's root folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A set-up step that cannot go on; its message is a sentence for the person at the terminal. */
export class SetupError extends Error {}

/** Prints one plain line of progress, on the error stream: what a command answers stays alone on the other. @param {string} line */
export function say(line) {
	process.stderr.write(`setup: ${line}\n`);
}

/** The environment in which `node` is the project's own Node (node_modules/.bin first on PATH). @param {NodeJS.ProcessEnv} [extra] */
export function projectEnv(extra) {
	const path = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`;
	return { ...process.env, ...extra, PATH: path };
}

/**
 * Runs a command, passes its output on (all of it to the error stream), resolves when it ended with 0.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, what: string }} options `what`: the step, for the error
 * @returns {Promise<void>}
 * @throws {SetupError} when the command cannot start or ends with anything but 0
 */
export function run(command, args, { cwd = root, env = projectEnv(), what }) {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, { cwd, env, stdio: ['ignore', 2, 2] });
		child.once('error', (error) => reject(new SetupError(`${what} could not start: ${error.message}`)));
		child.once('close', (code, signal) => {
			if (code === 0) resolve();
			else reject(new SetupError(`${what} failed (${command} ended with ${signal ?? code}).`));
		});
	});
}

/**
 * Runs a short command and returns what it printed, or undefined when it is missing or fails.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export function probe(command, args, options) {
	const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', timeout: 20_000, ...options });
	return result.status === 0 ? result.stdout.trim() : undefined;
}

/** @param {unknown} error */
function codeOf(error) {
	return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** @param {number} pid */
function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return codeOf(error) === 'EPERM';
	}
}

/** @param {string} file @returns {number | undefined} */
function holderOf(file) {
	try {
		return Number(readFileSync(file, 'utf8'));
	} catch {
		return undefined;
	}
}

/**
 * Runs `work` while no other process runs the same step in this checkout: `npm start` and `npm test` side by
 * side must not install into one folder. The lock file holds the process id; a dead holder's file is removed.
 * @template T
 * @param {string} file lock file, its folder exists
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function exclusively(file, work) {
	for (let told = false; ;) {
		try {
			const handle = openSync(file, 'wx');
			writeSync(handle, String(process.pid));
			closeSync(handle);
			break;
		} catch (error) {
			if (codeOf(error) !== 'EEXIST') throw error;
		}
		const holder = holderOf(file);
		if (holder && !isAlive(holder)) {
			rmSync(file, { force: true });
			continue;
		}
		if (!told) {
			told = true;
			say(`waiting for another set-up of this checkout (process ${holder ?? 'unknown'})`);
		}
		await sleep(200);
	}
	try {
		return await work();
	} finally {
		rmSync(file, { force: true });
	}
}
