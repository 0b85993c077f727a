import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OP } from '../../../src/channels/max/opcodes';

const root = join(import.meta.dirname, '../../../src/channels/max');

/** Exported functions and values of a folder, with the comment right above each. */
function exportsOf(folder: string): { name: string; doc: string }[] {
	return readdirSync(join(root, folder))
		.filter((file) => file !== 'index.ts')
		.flatMap((file) => {
			const source = readFileSync(join(root, folder, file), 'utf8');
			return [...source.matchAll(/^export (?:async )?(?:function|const) (\w+)/gm)].map(
				({ 1: name = '', index }) => ({
					name: `${file}: ${name}`,
					doc: /\/\*\*((?:(?!\*\/)[^])*)\*\/\n$/.exec(source.slice(0, index))?.[1]?.trim() ?? '',
				}),
			);
		});
}

describe.each(['api', 'commands'])('in %s', (folder) => {
	it('everything that is exported says what it does', () => {
		const all = exportsOf(folder);
		expect(all.length).toBeGreaterThan(30);
		expect(all.filter(({ doc }) => doc.length < 15).map(({ name }) => name)).toEqual([]);
	});
});

it('every request of the service names its opcode, and each opcode of the table is named with its number', () => {
	const numbers = new Set<number>(Object.values(OP));
	const requests = exportsOf('api').filter(
		({ name }) => !name.startsWith('caller.ts') && !/: (ALL_|read|with)[A-Z]/.test(name),
	);
	const named = requests.map(({ name, doc }) => ({
		name,
		opcodes: [...doc.matchAll(/\((\d+)\)/g)].map(([, n]) => Number(n)),
	}));
	expect(named.filter(({ opcodes }) => opcodes.length === 0 || opcodes.some((n) => !numbers.has(n)))).toEqual(
		[],
	);
});
