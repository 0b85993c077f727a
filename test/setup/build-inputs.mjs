// What the build depends on, as one hash: `gulp build` writes it into dist, the set-up compares it.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const FOLDERS = ['nodes', 'credentials', 'src'];
const FILES = ['package.json', 'package-lock.json', 'gulpfile.js', 'tsconfig.json', 'LICENSE'];

/** Where the build leaves the hash of its inputs, relative to the root. */
export const STAMP = join('dist', '.build-inputs');

/** All files of the folders that are built, sorted, relative to the root with forward slashes. @param {string} root */
export function listSources(root) {
	const found = [];
	for (const folder of FOLDERS) {
		if (!existsSync(join(root, folder))) continue;
		for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
			if (entry.isFile())
				found.push(relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
	}
	return found.sort();
}

/** SHA-256 (hex) over names and contents of everything the build reads. @param {string} root */
export function hashInputs(root) {
	const hash = createHash('sha256');
	for (const file of [...FILES, ...listSources(root)]) {
		const path = join(root, file);
		if (existsSync(path)) hash.update(`${file}\0`).update(readFileSync(path)).update('\0');
	}
	return hash.digest('hex');
}

/** Was dist built from what is in the folder now? @param {string} root */
export function isBuilt(root) {
	const stamp = join(root, STAMP);
	return existsSync(stamp) && readFileSync(stamp, 'utf8') === hashInputs(root);
}
