import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDifference } from './lockfile.mjs';

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'lockfile-'));
	mkdirSync(join(folder, 'node_modules'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function wanted(packages: Record<string, object>): void {
	writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...packages } }));
}

function installed(packages: Record<string, object>): void {
	writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));
}

describe('whether node_modules is what the lock file says', () => {
	const zod = { 'node_modules/zod': { version: '3.25.76', integrity: 'sha512-a' } };

	it('is up to date when every package is there in its version', () => {
		wanted(zod);
		installed(zod);
		expect(findDifference(folder)).toBeUndefined();
	});

	it('does not miss what is optional', () => {
		wanted({ ...zod, 'node_modules/other-platform': { version: '1.0.0', optional: true } });
		installed(zod);
		expect(findDifference(folder)).toBeUndefined();
	});

	it.each([
		[
			'a package is missing',
			{ ...zod, 'node_modules/ws': { version: '8.0.0' } },
			zod,
			'ws 8.0.0 is not installed',
		],
		['a version differs', { 'node_modules/zod': { version: '4.0.0' } }, zod, 'zod 4.0.0 is not installed'],
		[
			'the content differs',
			{ 'node_modules/zod': { version: '3.25.76', integrity: 'sha512-b' } },
			zod,
			'zod 3.25.76 is not installed',
		],
	])('says so when %s', (_name, lock, found, sentence) => {
		wanted(lock);
		installed(found);
		expect(findDifference(folder)).toBe(sentence);
	});

	it('says so when nothing is installed', () => {
		wanted(zod);
		expect(findDifference(folder)).toBe('nothing is installed yet');
	});
});
