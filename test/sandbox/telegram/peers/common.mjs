// What the scenarios of other people's clients share: the sandbox as it introduces itself, its control plane, results.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The sandbox's first line, and the folder the clients are installed in. */
const { SANDBOX = '', PEERS = '' } = process.env;

export const sandbox = JSON.parse(SANDBOX);

/**
 * Loads a file of a client from its own folder: it is no dependency of the project.
 * @param {string} file below node_modules
 */
export async function load(file) {
	return await import(pathToFileURL(join(PEERS, 'node_modules', file)).href);
}

export const [anna, boris, clara] = sandbox.accounts;

/** @param {number} id */
export function dataCentre(id) {
	return sandbox.dcs.find((/** @type {{ id: number }} */ dc) => dc.id === id);
}

/**
 * Calls the sandbox's control plane: what other people do, faults, what was asked.
 * @param {string} name
 * @param {object} [body]
 */
export async function control(name, body = {}) {
	const answer = await fetch(`${sandbox.control}/${name}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	const text = await answer.text();
	if (!answer.ok) throw new Error(`${name}: ${text}`);
	return text === '' ? undefined : JSON.parse(text);
}

/**
 * One result for the test that started this script.
 * @param {string} name
 * @param {unknown} [value]
 */
export function say(name, value = true) {
	process.stdout.write(`${JSON.stringify({ [name]: value })}\n`);
}

/**
 * Waits for what arrives by itself; the test's own limit ends a wait that is in vain.
 * @param {() => boolean} happened
 */
export async function until(happened) {
	while (!happened()) await new Promise((resolve) => setTimeout(resolve, 20));
}
