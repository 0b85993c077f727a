import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { traced } from '../../src/runtime';

const PROGRAM = join(import.meta.dirname, 'tracing.child.ts');

describe('spans', () => {
	it('are none, and the work is done, where no tracing is switched on', async () => {
		await expect(traced('x', {}, () => Promise.resolve(7))).resolves.toBe(7);
	});

	it('one for each request to a provider, with the id of its call and how it ended, by the library of the program', async () => {
		const args = ['--conditions=source', '--import', 'tsx', PROGRAM];
		const { stdout } = await promisify(execFile)(process.execPath, args);
		const attributes = (request: string) => ({
			'messenger.request': request,
			'messenger.correlation': '812/node/0/0/0',
		});
		expect(JSON.parse(stdout)).toEqual({
			spans: [
				{ name: 'max request', attributes: attributes('opcode 64'), status: { code: 0 } },
				{
					name: 'max request',
					attributes: { ...attributes('opcode 65'), 'error.type': 'flood_wait' },
					status: { code: 2 },
				},
			],
			sameLibrary: true,
			unknown: null,
		});
	});
});
