// Programs outside npm that tests talk to: found, or installed on Debian and Ubuntu as root, or named.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError, probe, run, say } from './process.mjs';

/** @param {string[]} names @returns {string | undefined} */
function onPath(names) {
	for (const folder of (process.env.PATH ?? '').split(delimiter))
		for (const name of names) if (folder && existsSync(join(folder, name))) return join(folder, name);
	return undefined;
}

/** Debian keeps the server's programs in a folder per version, outside PATH. */
function postgresServer() {
	const base = '/usr/lib/postgresql';
	const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
	const found = versions
		.map((version) => join(base, version, 'bin', 'postgres'))
		.find((file) => existsSync(file));
	return found ?? onPath(['postgres']);
}

/**
 * name → how to find it, the Debian package that brings it, what it is for.
 */
const TABLE = {
	chromium: {
		find: () =>
			process.env.CHROME_BIN ||
			onPath(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']),
		apt: 'chromium',
		purpose: 'a Chromium browser, for the editor tests',
	},
	redis: { find: () => onPath(['redis-server', 'valkey-server']), apt: 'redis-server', purpose: 'Redis' },
	postgresql: { find: postgresServer, apt: 'postgresql', purpose: 'the PostgreSQL server' },
	telethon: {
		// Debian's interpreter by its path: another python3 that stands before it does not see Debian's packages.
		find: () =>
			probe('/usr/bin/python3', ['-c', 'import telethon']) === undefined ? undefined : '/usr/bin/python3',
		apt: 'python3-telethon',
		purpose: 'Python with Telethon',
	},
};

/** @typedef {keyof typeof TABLE} SystemPackage */

/** Where a program is, or undefined. @param {SystemPackage} name */
export function findProgram(name) {
	return TABLE[name].find();
}

function isDebianLike() {
	if (!existsSync('/etc/os-release')) return false;
	return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/**
 * Sees to it that the named programs are there.
 * @param {SystemPackage[]} names
 * @throws {SetupError} naming what is missing, where it may not or cannot be installed
 */
export async function ensureSystemPackages(names) {
	const missing = names.filter((name) => !findProgram(name));
	if (missing.length === 0) return;
	const packages = missing.map((name) => TABLE[name].apt);
	const command = `apt-get update && apt-get install -y ${packages.join(' ')}`;
	if (!isDebianLike() || process.getuid?.() !== 0)
		throw new SetupError(
			`Please install ${missing.map((name) => TABLE[name].purpose).join(', ')}. On Debian or Ubuntu, as root: ${command}`,
		);
	say(`installing system packages: ${packages.join(' ')}`);
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	await run('apt-get', ['update', '-q'], { env, what: 'apt-get update' });
	await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], {
		env,
		what: `Installing ${packages.join(' ')}`,
	});
	const still = missing.filter((name) => !findProgram(name));
	if (still.length > 0)
		throw new SetupError(
			`${packages.join(' ')} was installed, but ${still.join(', ')} still cannot be found.`,
		);
}
