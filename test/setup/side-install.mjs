// What some tests need beside the package, in git-ignored folders of their own, each installed once from its lock file.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findDifference } from './lockfile.mjs';
import { exclusively, root, run, say } from './process.mjs';

/**
 * Installs it unless it is there.
 * @param {{ name: string, recipe: string[], what: string, announce: string, flags?: string[] }} install `name`: of the
 * folder; `recipe`: below the project, where package.json and the lock file stand; `what`: for a failure
 * @returns {Promise<string>} the folder
 */
async function ensureBeside({ name, recipe, what, announce, flags = [] }) {
	const source = join(root, ...recipe);
	const folder = join(root, '.cache', name);
	const lockFile = join(source, 'package-lock.json');
	if (!findDifference(folder, lockFile)) return folder;
	mkdirSync(folder, { recursive: true });
	await exclusively(join(folder, '.setup.lock'), async () => {
		if (!findDifference(folder, lockFile)) return;
		for (const file of ['package.json', 'package-lock.json'])
			copyFileSync(join(source, file), join(folder, file));
		say(announce);
		const options = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', ...flags];
		await run('npm', ['ci', ...options], { cwd: folder, what });
	});
	return folder;
}

/** A package registry (verdaccio). A folder of its own: it wants an `overrides` entry, which n8n's rules forbid in the package itself. */
export function ensureRegistryHost() {
	return ensureBeside({
		name: 'registry-host',
		recipe: ['test', 'e2e', 'install', 'host'],
		what: 'The installation of the package registry',
		announce: 'installing a package registry for the test of the installation (60 MB; some seconds)',
		flags: ['--omit=optional'],
	});
}

/**
 * MTProto clients of other people. A folder of their own: they are no part of the package, and one of them wants a native
 * module, which is left unbuilt (its sessions are kept in memory here).
 */
export function ensureTelegramPeers() {
	return ensureBeside({
		name: 'telegram-peers',
		recipe: ['test', 'sandbox', 'telegram', 'peers'],
		what: 'The installation of the MTProto clients',
		announce:
			'installing MTProto clients of other people for the tests of the fake Telegram (40 MB; some seconds)',
	});
}
