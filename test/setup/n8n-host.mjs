// A real n8n in a git-ignored folder, installed once from the lock file in test/e2e/host.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findDifference } from './lockfile.mjs';
import { SetupError, exclusively, probe, projectEnv, root, run, say } from './process.mjs';

const recipe = join(root, 'test', 'e2e', 'host');

function hostFolder() {
	return process.env.MESSENGER_ACCOUNTS_N8N_HOST || join(root, '.n8n-host');
}

/** @param {string} folder */
function lacksSqlite(folder) {
	const loads = probe('node', ['-e', 'require("sqlite3")'], { cwd: folder, env: projectEnv() });
	return loads === undefined;
}

/**
 * Installs n8n unless it is there, and returns its folder (`<folder>/node_modules/n8n/bin/n8n`).
 * `.n8n-host`, or the folder MESSENGER_ACCOUNTS_N8N_HOST names, so that several checkouts can share one.
 * Peer checks and install scripts are off: n8n's tree has conflicting peers and packages that want a compiler;
 * only sqlite3 needs its script (a prebuilt binary, else about a minute of compiling).
 * @returns {Promise<string>}
 */
export async function ensureN8nHost() {
	const folder = hostFolder();
	const lockFile = join(recipe, 'package-lock.json');
	const isReady = () => !findDifference(folder, lockFile) && existsSync(sqliteMark(folder));
	if (isReady()) return folder;
	mkdirSync(folder, { recursive: true });
	await exclusively(join(folder, '.setup.lock'), async () => {
		if (isReady()) return;
		for (const file of ['package.json', 'package-lock.json'])
			copyFileSync(join(recipe, file), join(folder, file));
		if (findDifference(folder)) {
			say('installing n8n once (2 GB; one to five minutes)');
			await run(
				'npm',
				['ci', '--legacy-peer-deps', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'],
				{
					cwd: folder,
					what: 'The installation of n8n',
				},
			);
		}
		say('preparing sqlite3 for n8n');
		const env = projectEnv(ownHeaders());
		await run('npm', ['rebuild', 'sqlite3'], { cwd: folder, env, what: 'npm rebuild sqlite3' });
		if (lacksSqlite(folder)) throw new SetupError('sqlite3 was rebuilt for n8n but does not load.');
	});
	return folder;
}

/** For a machine that may not fetch Node's headers to compile with: the npm package `node` brings those of its Node along. */
function ownHeaders() {
	const node = join(root, 'node_modules', 'node', 'node_modules', `node-${process.platform}-${process.arch}`);
	return existsSync(join(node, 'include', 'node', 'node_api.h')) ? { npm_config_nodedir: node } : {};
}

/** Where sqlite3 keeps what its script made. @param {string} folder */
function sqliteMark(folder) {
	return join(folder, 'node_modules', 'sqlite3', 'build', 'Release', 'node_sqlite3.node');
}
