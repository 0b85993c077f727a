// MTProto clients of other people in a git-ignored folder, installed once from the lock file beside their scenarios.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findDifference } from './lockfile.mjs';
import { exclusively, root, run, say } from './process.mjs';

const recipe = join(root, 'test', 'sandbox', 'telegram', 'peers');

/**
 * Installs the clients unless they are there. A folder of their own: they are no part of the package, and one of them
 * wants a native module, which is left unbuilt (its sessions are kept in memory here).
 * @returns {Promise<string>} the folder
 */
export async function ensureTelegramPeers() {
	const folder = join(root, '.cache', 'telegram-peers');
	const lockFile = join(recipe, 'package-lock.json');
	if (!findDifference(folder, lockFile)) return folder;
	mkdirSync(folder, { recursive: true });
	await exclusively(join(folder, '.setup.lock'), async () => {
		if (!findDifference(folder, lockFile)) return;
		for (const file of ['package.json', 'package-lock.json'])
			copyFileSync(join(recipe, file), join(folder, file));
		say(
			'installing MTProto clients of other people for the tests of the fake Telegram (40 MB; some seconds)',
		);
		await run('npm', ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], {
			cwd: folder,
			what: 'The installation of the MTProto clients',
		});
	});
	return folder;
}
