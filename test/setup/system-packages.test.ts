import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SetupError, ensureSystemPackages, findProgram } from './index.mjs';

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'programs-'));
	mkdirSync(join(folder, 'bin'));
	vi.stubEnv('PATH', join(folder, 'bin'));
	vi.stubEnv('CHROME_BIN', '');
});

afterEach(() => {
	vi.unstubAllEnvs();
	vi.restoreAllMocks();
	rmSync(folder, { recursive: true, force: true });
});

describe('programs outside npm', () => {
	it('are found on PATH under any of their names', async () => {
		const file = join(folder, 'bin', 'google-chrome');
		writeFileSync(file, '');
		expect(findProgram('chromium')).toBe(file);
		await expect(ensureSystemPackages(['chromium'])).resolves.toBeUndefined();
	});

	it('are named, with the command that installs them, where we may not install', async () => {
		vi.spyOn(process, 'getuid').mockReturnValue(1000);
		const refused = ensureSystemPackages(['chromium', 'redis']);
		await expect(refused).rejects.toThrow(SetupError);
		await expect(refused).rejects.toThrow('apt-get update && apt-get install -y chromium redis-server');
	});
});
