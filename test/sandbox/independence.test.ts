import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

it('the sandboxes import nothing of the product: a mistake of ours must not be on both sides of the wire', () => {
	const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
		(path) => path.endsWith('.ts') && !path.endsWith('.test.ts'),
	);
	const imports = files.flatMap((path) => {
		const file = join(import.meta.dirname, path);
		const found = readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
		return [...found].map(([, target = '']) => relative(root, resolve(file, '..', target)));
	});
	expect(imports.length).toBeGreaterThan(50);
	expect(imports.filter((target) => !target.startsWith('test/sandbox/'))).toEqual([]);
});
