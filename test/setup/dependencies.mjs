// node_modules of this project, and with it the Node that n8n needs (the npm package `node`).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findDifference } from './lockfile.mjs';
import { SetupError, exclusively, probe, root, run, say } from './process.mjs';

/** n8n 2.41 runs on Node 24 and newer. */
export const REQUIRED_NODE_MAJOR = 24;

/** @param {string | undefined} version as `node -v` prints it */
function majorOf(version) {
	return Number(/^v(\d+)\./.exec(version ?? '')?.[1] ?? 0);
}

function installedNode() {
	return probe(join(root, 'node_modules', '.bin', 'node'), ['-v']);
}

/**
 * Installs what package-lock.json names, unless it is installed. Install scripts stay off (one of the linters
 * refuses npm in its own); the two packages whose scripts are needed are rebuilt by name.
 */
export async function ensureDependencies() {
	const missing = () => findDifference(root) ?? (installedNode() ? undefined : 'Node is not unpacked yet');
	if (!missing()) return;
	await exclusively(join(root, '.setup.lock'), async () => {
		const reason = missing();
		if (!reason) return;
		if (findDifference(root)) {
			say(`installing the dependencies (${reason}); half a minute to four minutes`);
			await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
				what: 'npm ci',
			});
		}
		say(`unpacking Node ${nodeVersionWanted()} and esbuild`);
		await run('npm', ['rebuild', 'node', 'esbuild', '--loglevel=error'], {
			what: 'npm rebuild node esbuild',
		});
	});
	if (!existsSync(join(root, 'node_modules', '.bin', 'node')))
		throw new SetupError(
			'The npm package `node` brought no Node for this system; install Node 24 or newer by hand.',
		);
}

function nodeVersionWanted() {
	return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies.node;
}

/** Throws unless the Node that runs this process is new enough for n8n. */
export function checkNode() {
	if (majorOf(process.version) >= REQUIRED_NODE_MAJOR) return;
	throw new SetupError(
		`This step needs Node ${REQUIRED_NODE_MAJOR} or newer and runs on ${process.version}. ` +
			'Start it through npm (for example `npm start`), which puts the project’s own Node first.',
	);
}
