// Is a node_modules folder what a lock file says? Decided from npm's own record of what it installed, so that an
// `npm install` by a developer counts and no stamp of ours can lie.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What a lock file says of one package, as far as it matters here.
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }} Entry
 */

/** @param {string} file @returns {Record<string, Entry> | undefined} undefined when there is no readable file */
function readPackages(file) {
	try {
		return JSON.parse(readFileSync(file, 'utf8')).packages;
	} catch {
		return undefined;
	}
}

/**
 * Compares `<folder>/package-lock.json` with `<folder>/node_modules/.package-lock.json`.
 * Optional packages may be absent (other platforms' binaries).
 * @param {string} folder @param {string} [lockFile] another lock file to compare with
 * @returns {string | undefined} the first difference in words, or undefined when the folder is up to date
 */
export function findDifference(folder, lockFile = join(folder, 'package-lock.json')) {
	const wanted = readPackages(lockFile);
	if (!wanted) return 'the lock file cannot be read';
	const installed = readPackages(join(folder, 'node_modules', '.package-lock.json'));
	if (!installed) return 'nothing is installed yet';
	for (const [path, entry] of Object.entries(wanted)) {
		if (path === '') continue;
		const found = installed[path];
		if (found ? found.version !== entry.version || found.integrity !== entry.integrity : !mayBeAbsent(entry))
			return `${path.replace(/^.*node_modules\//, '')} ${entry.version} is not installed`;
	}
	return undefined;
}

/** @param {Entry} entry */
function mayBeAbsent(entry) {
	return Boolean(entry.optional || entry.devOptional || entry.peer);
}
