import { closeSync, existsSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packAndInstall, type InstalledPackage } from '../e2e/harness/packed';
import { ensureBuild, root } from '../setup/index.mjs';

/**
 * n8n's image is Alpine with musl, and its installer runs no install script: whatever needs a compiler, a download or
 * a binary made for glibc does not work there. So nothing in the package may be native, nor want to be.
 */

/** First bytes of programs and shared libraries: ELF, Mach-O (both orders, fat), PE, static archives. */
const BINARIES = ['7f454c46', 'feedface', 'feedfacf', 'cefaedfe', 'cffaedfe', 'cafebabe', '213c6172'];

/** Scripts by which npm makes or fetches native code. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare', 'prebuild'];

/** Looked for and done without: they make masking and checking of WebSocket frames faster. */
const DONE_WITHOUT = ['bufferutil', 'utf-8-validate'];

interface Manifest {
	scripts?: Record<string, string>;
	gypfile?: boolean;
	dependencies?: Record<string, string>;
	optionalDependencies?: Record<string, string>;
}

let installed: InstalledPackage;
let files: string[];

beforeAll(async () => {
	await ensureBuild();
	installed = await packAndInstall();
	files = filesOf(installed.folder);
});

afterAll(async () => {
	await installed.remove();
});

function filesOf(folder: string): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function readManifest(folder: string): Manifest {
	return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function startsLike(file: string): string {
	const bytes = Buffer.alloc(4);
	const handle = openSync(file, 'r');
	readSync(handle, bytes, 0, 4, 0);
	closeSync(handle);
	return bytes.toString('hex');
}

/** What of a package is native or would be made at its installation. */
function nativeIn(folder: string, found: readonly string[]): string[] {
	const manifest = readManifest(folder);
	return [
		...found.filter((file) => /(^|\/)binding\.gyp$|\.(node|so|dylib|dll)$/.test(file)),
		...found.filter((file) => {
			const start = startsLike(join(folder, file));
			return BINARIES.includes(start) || start.startsWith('4d5a');
		}),
		...(manifest.gypfile === true ? ['gypfile'] : []),
		...INSTALL_SCRIPTS.filter((name) => name !== 'prepare' && manifest.scripts?.[name] !== undefined),
	];
}

it('nothing in the tarball is native or made at the installation', () => {
	expect(files.length).toBeGreaterThan(100);
	expect(nativeIn(installed.folder, files)).toEqual([]);
	const { scripts = {}, dependencies = {}, optionalDependencies = {} } = readManifest(installed.folder);
	expect(INSTALL_SCRIPTS.filter((name) => name in scripts)).toEqual([]);
	expect({ ...dependencies, ...optionalDependencies }).toEqual({});
});

it('no library that is bundled has native code or an install script', () => {
	const bundled = new Set<string>();
	for (const file of files.filter((each) => /^dist\/lib\/[^/]+\.js$/.test(each)))
		for (const [, path = ''] of readFileSync(join(installed.folder, file), 'utf8').matchAll(
			/^\s*\/\/ (?:\.\.\/)*(\S*node_modules\/(?:@[^/\s]+\/)?[^/\s]+)\//gm,
		))
			bundled.add(path.replace(/^.*?node_modules\//, 'node_modules/'));
	expect(bundled.size).toBeGreaterThan(5);
	const native = [...bundled].flatMap((path) => {
		const folder = join(root, path);
		if (!existsSync(join(folder, 'package.json'))) return [`${path} is not installed`];
		return nativeIn(folder, ownFiles(folder)).map((what) => `${path}: ${what}`);
	});
	expect(native).toEqual([]);
});

it('requires nothing beyond Node, n8n and itself', async () => {
	const { metafile } = await build({
		stdin: {
			contents: files
				.filter((each) => each.startsWith('dist/') && each.endsWith('.js'))
				.map((file) => `require(${JSON.stringify(`./${file}`)});`)
				.join('\n'),
			resolveDir: installed.folder,
		},
		bundle: true,
		write: false,
		metafile: true,
		platform: 'node',
		packages: 'external',
		logLevel: 'error',
	});
	const wanted = new Set<string>();
	for (const { imports } of Object.values(metafile.inputs))
		for (const { path, external } of imports)
			if (external === true && !/^(#lib\/|node:)/.test(path) && !builtinModules.includes(path))
				wanted.add(path);
	expect([...wanted].sort()).toEqual([...DONE_WITHOUT, 'n8n-workflow'].sort());
});

/** Without what lies in a package's own node_modules: those are packages of their own. */
function ownFiles(folder: string): string[] {
	return filesOf(folder).filter((file) => !file.split('/').includes('node_modules'));
}
