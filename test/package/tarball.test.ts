import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packAndInstall, type InstalledPackage } from '../e2e/harness/packed';
import { ensureBuild, root } from '../setup/index.mjs';

const run = promisify(execFile);

interface Manifest {
	name: string;
	dependencies?: Record<string, string>;
	imports: Record<string, { source: string; default: string }>;
	n8n: { nodes: string[]; credentials: string[] };
}

type Icon = string | { light: string; dark: string } | undefined;

/** What load.mjs prints. */
interface LoadReport {
	nodes: {
		file: string;
		type: string;
		displayName: string;
		icon: Icon;
		credentials: { name: string; tested: boolean }[];
		hasBody: boolean;
	}[];
	credentials: { file: string; name: string; icon: Icon }[];
	loaded: string[];
	ms: number;
	heapMb: number;
	rssMb: number;
}

let installed: InstalledPackage;
let manifest: Manifest;
let files: string[];
/** A folder for NODE_PATH that holds n8n-workflow and nothing else, as n8n's own NODE_PATH holds it for us. */
let hostModules: string;

beforeAll(async () => {
	await ensureBuild();
	installed = await packAndInstall();
	manifest = JSON.parse(readFileSync(join(installed.folder, 'package.json'), 'utf8')) as Manifest;
	files = readdirSync(installed.folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(installed.folder.length + 1));
	hostModules = mkdtempSync(join(tmpdir(), 'n8n-modules-'));
	mkdirSync(hostModules, { recursive: true });
	symlinkSync(join(root, 'node_modules', 'n8n-workflow'), join(hostModules, 'n8n-workflow'), 'dir');
});

afterAll(async () => {
	await installed.remove();
	rmSync(hostModules, { recursive: true, force: true });
});

/** Runs Node with nothing inherited that could help a module be found. */
async function runBare(args: string[], env: Record<string, string> = {}): Promise<string> {
	const { stdout } = await run(process.execPath, args, { cwd: installed.folder, env });
	return stdout;
}

async function load(): Promise<LoadReport> {
	const script = join(import.meta.dirname, 'load.mjs');
	const printed = await runBare(['--expose-gc', script, installed.folder], { NODE_PATH: hostModules });
	return JSON.parse(printed) as LoadReport;
}

function iconFiles(icon: Icon): string[] {
	if (icon === undefined) return [];
	return (typeof icon === 'string' ? [icon] : [icon.light, icon.dark]).map((file) =>
		file.replace(/^file:/, ''),
	);
}

/**
 * Rules of n8n for packages, by number in the names: 1 it installs without scripts and strips dependencies, 2 what is not
 * bundled is not verified, 3 nodes come by `require`, 6 a library is loaded when it is used. 4 (one connection per session)
 * and 5 (queue mode) are in the tests of two processes.
 */
describe('the installed package', () => {
	it('n8n rule 1: brings no dependency and no folder of modules', () => {
		expect(manifest.dependencies ?? {}).toEqual({});
		expect(files.filter((file) => file.includes('node_modules'))).toEqual([]);
	});

	it('holds dist, the entry, the documents and nothing else', () => {
		const outside = files.filter((file) => !file.startsWith('dist/')).sort();
		const expected = ['CHANGELOG.md', 'LICENSE', 'README.md', 'README.ru.md', 'index.js', 'package.json'];
		expect(outside).toEqual(expected);
	});

	it('holds no test, no sandbox, no TypeScript source and no file of the build’s own', () => {
		const unwanted = files.filter(
			(file) =>
				/(^|\/)(test|sandbox|\.[^/]*)(\/|$)|\.test\.|(?<!\.d)\.[cm]?ts$/.test(file) &&
				!/\.d\.[cm]?ts$/.test(file),
		);
		expect(unwanted).toEqual([]);
	});

	it('has node files only where package.json lists them', () => {
		expect(files.filter((file) => file.endsWith('.node.js')).sort()).toEqual([...manifest.n8n.nodes].sort());
		const credentials = files.filter((file) => file.endsWith('.credentials.js')).sort();
		expect(credentials).toEqual([...manifest.n8n.credentials].sort());
	});
});

describe('n8n loading the package', () => {
	let report: LoadReport;

	beforeAll(async () => {
		report = await load();
		const { ms, heapMb, rssMb, loaded } = report;
		process.stdout.write(
			`package load: ${ms.toFixed(0)} ms, ${heapMb.toFixed(1)} MB heap, ${rssMb.toFixed(1)} MB RSS, ${loaded.length} files\n`,
		);
	});

	it('n8n rule 3: gets an object of every node and credential', () => {
		expect(report.nodes.length).toBeGreaterThan(0);
		expect(report.credentials.length).toBeGreaterThan(0);
		expect(report.nodes.filter((node) => !node.hasBody)).toEqual([]);
	});

	it('n8n rule 6: loads no bundled library, no zod and nothing that is not ours', () => {
		const inside = join(installed.folder, 'dist');
		expect(
			report.loaded.filter(
				(file) => file !== join(installed.folder, 'package.json') && !file.startsWith(inside),
			),
		).toEqual([]);
		expect(
			report.loaded.filter((file) => file.startsWith(join(inside, 'lib')) || /[/\\]zod/.test(file)),
		).toEqual([]);
	});

	it('finds the icon and the codex of each node beside it, under the node’s own type', () => {
		for (const { file, type, icon } of report.nodes) {
			const folder = join(installed.folder, dirname(file));
			const icons = iconFiles(icon);
			expect(icons.length, `${type} has an icon`).toBeGreaterThan(0);
			for (const name of icons) expect(existsSync(join(folder, name)), `${type}: ${name}`).toBe(true);
			const codex = JSON.parse(
				readFileSync(join(installed.folder, file.replace(/\.js$/, '.json')), 'utf8'),
			) as { node: string };
			expect(codex.node).toBe(type);
		}
		for (const { file, name, icon } of report.credentials)
			for (const path of iconFiles(icon))
				expect(existsSync(join(installed.folder, dirname(file), path)), `${name}: ${path}`).toBe(true);
	});

	it('finds every credential a node asks for, and the test it names', () => {
		const known = new Set(report.credentials.map((credential) => credential.name));
		const asked = report.nodes.flatMap((node) =>
			node.credentials.map((entry) => ({ node: node.type, ...entry })),
		);
		expect(asked.filter((entry) => !known.has(entry.name) || !entry.tested)).toEqual([]);
	});
});

describe('the bundles', () => {
	const names = () => Object.keys(manifest.imports).map((specifier) => specifier.slice('#lib/'.length));
	const bundleFiles = () => files.filter((file) => /^dist\/lib\/[^/]+\.[0-9a-f]{12}\.js$/.test(file));

	it('are one hashed file and one stub for each library of package.json imports', () => {
		expect(
			bundleFiles()
				.map((file) => file.replace(/^dist\/lib\/(.*)\.[0-9a-f]{12}\.js$/, '$1'))
				.sort(),
		).toEqual(names().sort());
		expect(names().filter((name) => !files.includes(`dist/lib/${name}.js`))).toEqual([]);
	});

	it('n8n rule 2: load in a bare process, reached as own code reaches them', async () => {
		const script = `process.stdout.write(JSON.stringify(${JSON.stringify(names())}.map((name) =>
			[name, Object.keys(require('#lib/' + name)).length])))`;
		const main = join(installed.folder, 'dist', 'try.cjs');
		const printed = await runBare([
			'-e',
			script.replaceAll(`require(`, `require('node:module').createRequire(${JSON.stringify(main)})(`),
		]);
		const counts = JSON.parse(printed) as [string, number][];
		expect(counts.filter(([, exported]) => exported === 0)).toEqual([]);
		expect(counts).toHaveLength(names().length);
	});

	it('keep the names of classes, which the libraries themselves compare', async () => {
		const script = `const lib = (name) => require('./dist/lib/' + name + '.js');
			process.stdout.write([lib('telegram').sessions.StringSession.name, lib('ioredis').Redis.name, lib('undici').Agent.name].join());`;
		expect(await runBare(['-e', script])).toBe('StringSession,Redis,Agent');
	});

	it('come with the licence of every package that is in them', () => {
		const licences = readFileSync(join(installed.folder, 'dist', 'THIRD-PARTY-LICENSES.txt'), 'utf8');
		const bundled = new Set<string>();
		for (const file of bundleFiles())
			for (const [, name = ''] of readFileSync(join(installed.folder, file), 'utf8').matchAll(
				/^\s*\/\/ (?:.*\/)?node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\//gm,
			))
				bundled.add(name);
		expect(bundled.size).toBeGreaterThan(5);
		const isListed = (name: string) =>
			new RegExp(`^(${name} \\d|.*, bundled as ${name}$)`, 'm').test(licences);
		expect([...bundled].filter((name) => !isListed(name))).toEqual([]);
	});
});

describe('index.js', () => {
	it('gives the engine to a program without n8n', async () => {
		const script = `process.stdout.write(JSON.stringify(Object.keys(require(${JSON.stringify(installed.folder)}))))`;
		expect((JSON.parse(await runBare(['-e', script])) as string[]).length).toBeGreaterThan(0);
	});

	it('comes with declarations that are complete by themselves', () => {
		const consumer = join(installed.folder, 'consumer.ts');
		const host = ts.createCompilerHost({});
		const readSource = host.getSourceFile.bind(host);
		const text = `import * as engine from '.';\nexport const names: (keyof typeof engine)[] = [];\n`;
		host.getSourceFile = (path, options) =>
			path === consumer ? ts.createSourceFile(path, text, options) : readSource(path, options);
		const program = ts.createProgram(
			[consumer],
			{
				strict: true,
				noEmit: true,
				skipLibCheck: false,
				target: ts.ScriptTarget.ES2023,
				module: ts.ModuleKind.Node16,
				moduleResolution: ts.ModuleResolutionKind.Node16,
				types: ['node'],
				typeRoots: [join(root, 'node_modules', '@types')],
			},
			host,
		);
		const ours = ts
			.getPreEmitDiagnostics(program)
			.filter(({ file }) => file === undefined || file.fileName.startsWith(installed.folder));
		expect(
			ours.map(
				({ file, messageText }) => `${file?.fileName} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
			),
		).toEqual([]);
	});
});
