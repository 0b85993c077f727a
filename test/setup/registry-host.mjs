// A package registry (verdaccio) in a git-ignored folder, installed once from the lock file in test/e2e/install/host.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findDifference } from './lockfile.mjs';
import { exclusively, root, run, say } from './process.mjs';

const recipe = join(root, 'test', 'e2e', 'install', 'host');

/**
 * Installs the registry unless it is there, and returns its folder. A folder of its own, because it wants an
 * `overrides` entry, which n8n's rules forbid in the package itself.
 * @returns {Promise<string>}
 */
export async function ensureRegistryHost() {
	const folder = join(root, '.cache', 'registry-host');
	const lockFile = join(recipe, 'package-lock.json');
	if (!findDifference(folder, lockFile)) return folder;
	mkdirSync(folder, { recursive: true });
	await exclusively(join(folder, '.setup.lock'), async () => {
		if (!findDifference(folder, lockFile)) return;
		for (const file of ['package.json', 'package-lock.json'])
			copyFileSync(join(recipe, file), join(folder, file));
		say('installing a package registry for the test of the installation (60 MB; some seconds)');
		await run(
			'npm',
			['ci', '--ignore-scripts', '--omit=optional', '--prefer-offline', '--no-audit', '--no-fund'],
			{
				cwd: folder,
				what: 'The installation of the package registry',
			},
		);
	});
	return folder;
}
