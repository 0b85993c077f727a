import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { everyTestRuns, runtimeOnly } from './architecture/lint-rules.mjs';
import { LEVELS } from './architecture/rooms';
import { findViolations, type Tree } from './architecture/violations';

const root = join(import.meta.dirname, '..');

function listFiles(folder: string): string[] {
	if (!existsSync(join(root, folder))) return [];
	return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) =>
			join(entry.parentPath, entry.name)
				.slice(root.length + 1)
				.replaceAll('\\', '/'),
		);
}

function readTree(): Tree {
	const files = ['src', 'nodes', 'credentials'].flatMap(listFiles).filter((path) => path.endsWith('.ts'));
	return new Map(files.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

describe('the rooms', () => {
	it('import only what the drawing allows', () => {
		const tree = readTree();
		expect(tree.size).toBeGreaterThan(10);
		expect(findViolations(tree)).toEqual([]);
	});

	/** A small tree in which every arrow is right. */
	const good = {
		'src/runtime/index.ts': `export * from './clock';`,
		'src/runtime/clock.ts': `export const now = 1;`,
		'src/contract/index.ts': `export interface Word {}`,
		'src/channels/avito/index.ts': `import { request } from '#lib/undici'; import { now } from '../../runtime';`,
		'src/channels/telegram/index.ts': `export * from './library';`,
		'src/channels/telegram/library.ts': `import { Api } from '#lib/telegram';`,
		'src/store/index.ts': `import { DatabaseSync } from 'node:sqlite'; import type { Word } from '../contract';`,
		'src/pool/index.ts': `import type { Word } from '../contract';`,
		'src/app.ts': `import './pool'; import './channels/avito'; import './store';`,
		'src/n8n/index.ts': `import type { App } from '../app'; export const load = () => import('../app');`,
		'nodes/Avito/Avito.node.ts': `import { NodeConnectionTypes } from 'n8n-workflow'; import { load } from '../../src/n8n';`,
	};

	it('finds nothing in a good tree', () => {
		expect(findViolations(new Map(Object.entries(good)))).toEqual([]);
	});

	it.each([
		['an arrow up', { 'src/pool/up.ts': `import { load } from '../n8n';` }, 'is not below'],
		['an arrow up for a type', { 'src/store/up.ts': `import type { P } from '../pool';` }, 'is not below'],
		['two channels', { 'src/channels/max/x.ts': `import '../avito';` }, 'is not below'],
		[
			'a side door',
			{ 'src/pool/x.ts': `import { now } from '../runtime/clock';` },
			'the door is src/runtime/index.ts',
		],
		['eager wiring', { 'src/n8n/x.ts': `import { app } from '../app';` }, 'only be loaded lazily'],
		[
			'a node behind the bridge',
			{ 'nodes/Avito/x.ts': `import '../../src/contract';` },
			'nothing of src but',
		],
		['a node that knows another', { 'nodes/Max/x.ts': `import '../Avito/Avito.node';` }, 'does not know'],
		[
			'n8n in a channel',
			{ 'src/channels/max/x.ts': `import type { IRun } from 'n8n-workflow';` },
			'belongs to',
		],
		[
			'Redis outside its room',
			{ 'src/pool/x.ts': `export const r = require('#lib/ioredis');` },
			'belongs to src/redis',
		],
		['SQLite outside the store', { 'src/pool/x.ts': `import 'node:sqlite';` }, 'belongs to src/store'],
		['a package that is not shipped', { 'src/channels/max/x.ts': `import ws from 'ws';` }, 'not shipped'],
		['a library without a room', { 'src/pool/x.ts': `import '#lib/left-pad';` }, 'gives to no room'],
		['a room of no design', { 'src/helpers/x.ts': `export {};` }, 'stands in no room'],
		['tests in the product', { 'src/pool/x.ts': `import '../../test/sandbox';` }, 'not a file of src'],
		[
			'a second user of the Telegram library',
			{ 'src/channels/telegram/x.ts': `import type { Api } from '#lib/telegram';` },
			'one file may',
		],
		[
			'a cycle',
			{ 'src/pool/a.ts': `import './b';`, 'src/pool/b.ts': `export const a = () => import('./a');` },
			'cycle: src/pool/a.ts → src/pool/b.ts → src/pool/a.ts',
		],
	])('refuses %s', (_name, files: Record<string, string>, sentence) => {
		const found = findViolations(new Map(Object.entries({ ...good, ...files })));
		expect(found).toHaveLength(1);
		expect(found[0]).toContain(sentence);
	});
});

describe('only src/runtime touches the clock, the process and chance', () => {
	function lint(code: string): string[] {
		const config = [
			{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser as Linter.Parser } },
			runtimeOnly,
		];
		const messages = new Linter().verify(code, config as Linter.Config[], 'src/pool/x.ts');
		return messages.map((message) => message.ruleId ?? message.message);
	}

	it.each([
		'setTimeout(run, 5);',
		'globalThis.x = 1;',
		'const at = Date.now();',
		'const at = new Date();',
		'const roll = Math.random();',
		'const name = process.env.HOME;',
		`import { randomUUID } from 'node:crypto';`,
		`import { setTimeout as sleep } from 'node:timers/promises';`,
		'const signal = AbortSignal.timeout(5);',
		'const id = crypto.randomUUID();',
	])('the linter refuses %s', (code) => {
		expect(lint(code)).toHaveLength(1);
	});

	it('the linter accepts what is told the time', () => {
		expect(
			lint(
				`import { createHash } from 'node:crypto'; export const iso = (ms: number) => new Date(ms).toISOString();`,
			),
		).toEqual([]);
	});

	it.each(['it.only', 'describe.skip', 'it.skipIf(true)', 'test.todo'])('the linter refuses %s', (call) => {
		const config = [
			{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser as Linter.Parser } },
			everyTestRuns,
		];
		expect(
			new Linter().verify(`${call}('x', () => {});`, config as Linter.Config[], 'test/x.test.ts'),
		).toHaveLength(1);
	});
});

describe('the layout', () => {
	const topLevel = [
		...['nodes', 'credentials', 'src', 'test', 'docs', '.ci', '.github'],
		...['package.json', 'package-lock.json', 'tsconfig.json', 'gulpfile.js', 'index.js'],
		...['README.md', 'README.ru.md', 'CHANGELOG.md', 'LICENSE', 'vitest.config.mts', 'eslint.config.mjs'],
	];

	it('has nothing else at the top than the owner asked for', () => {
		const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
		const names = [...new Set(tracked.map((path) => path.split('/')[0] ?? ''))];
		const isDotFile = (name: string) => /^\.[a-z.]+$/.test(name) && tracked.includes(name);
		expect(names.filter((name) => !topLevel.includes(name) && !isDotFile(name))).toEqual([]);
	});

	const besideTheMirror = ['architecture', 'bench', 'e2e', 'flows', 'package', 'sandbox', 'setup', 'support'];

	it('has a test folder for each folder of src, nodes and credentials, and no other', () => {
		const folders = new Set(listFiles('test').map((path) => path.split('/').slice(1, -1).join('/')));
		const strangers = [...folders].filter((folder) => {
			const [top = ''] = folder.split('/');
			if (
				folder === '' ||
				besideTheMirror.includes(top) ||
				/(^|\/)(support|fixtures|conformance)$/.test(folder)
			)
				return false;
			return !['', 'src'].some((base) => existsSync(join(root, base, folder)));
		});
		expect(strangers).toEqual([]);
	});

	it('has tests for every room', () => {
		const tests = listFiles('test').filter((path) => path.endsWith('.test.ts'));
		const sources = ['src', 'nodes', 'credentials'].flatMap(listFiles).filter((path) => path.endsWith('.ts'));
		const rooms = Object.keys(LEVELS).filter(
			(room) => !room.endsWith('.ts') && sources.some((path) => path.startsWith(`${room}/`)),
		);
		const untested = rooms.filter((room) => {
			const mirror = `test/${room.replace(/^src\//, '')}/`;
			return !tests.some((path) => path.startsWith(mirror));
		});
		expect(untested).toEqual([]);
	});

	it('lists in package.json exactly the nodes and credentials that exist', () => {
		const { n8n } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
			n8n: { nodes: string[]; credentials: string[] };
		};
		const emitted = (folder: string, ending: string) =>
			listFiles(folder)
				.filter((path) => path.endsWith(ending))
				.map((path) => `dist/${path.replace(/\.ts$/, '.js')}`)
				.sort();
		expect([...n8n.nodes].sort()).toEqual(emitted('nodes', '.node.ts'));
		expect([...n8n.credentials].sort()).toEqual(emitted('credentials', '.credentials.ts'));
	});
});
