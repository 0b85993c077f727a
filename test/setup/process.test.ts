import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SetupError, exclusively, probe, run } from './process.mjs';

let folder: string;
let lock: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'setup-'));
	lock = join(folder, '.setup.lock');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('one set-up at a time', () => {
	it('names its holder while it works and leaves nothing behind, also after a failure', async () => {
		const seen = await exclusively(lock, async () => readFileSync(lock, 'utf8'));
		expect(seen).toBe(String(process.pid));
		const failing = exclusively(lock, () => Promise.reject(new SetupError('no space left')));
		await expect(failing).rejects.toThrow('no space left');
		expect(existsSync(lock)).toBe(false);
	});

	it('goes on when the holder was killed', async () => {
		const { pid } = spawnSync(process.execPath, ['-e', '']);
		writeFileSync(lock, String(pid));
		expect(await exclusively(lock, async () => 'done')).toBe('done');
	});
});

describe('child processes', () => {
	it('that fail stop the set-up with a sentence', async () => {
		const failing = run(process.execPath, ['-e', 'process.exit(3)'], { what: 'The build' });
		await expect(failing).rejects.toThrow(/^The build failed \(.*ended with 3\)\.$/);
		const missing = run(join(folder, 'nothing'), [], { what: 'The build' });
		await expect(missing).rejects.toThrow(/^The build could not start/);
	});

	it('that only answer a question give their answer or nothing', () => {
		expect(probe(process.execPath, ['-p', '6 * 7'])).toBe('42');
		expect(probe(process.execPath, ['-e', 'process.exit(1)'])).toBeUndefined();
	});
});
