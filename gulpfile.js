'use strict';

// The build, one task per kind of file in dist:
//   emit       nodes, credentials and src as readable CommonJS (esbuild): what n8n loads at its start as one file a
//              node and a room, the rest file by file
//   bundles    each library of package.json `imports` as one lazily required file, with the licences of what is in it
//   assets     icons and codex files beside their nodes
//   types      declarations of what index.js exports
//   check      every node and credential that package.json lists can be required
// Nothing is deleted before its successor is there: a running n8n may be reading dist. `sweep` removes what no
// task wrote. `gulp build` does it all, `gulp watch` repeats the quick ones while somebody edits.

const { createHash } = require('node:crypto');
const { existsSync } = require('node:fs');
const { mkdir, readFile, readdir, rm, writeFile } = require('node:fs/promises');
const { builtinModules } = require('node:module');
const { basename, dirname, extname, join, relative } = require('node:path');
const esbuild = require('esbuild');
const gulp = require('gulp');
const ts = require('typescript');
const { STAMP, hashInputs, listSources } = require('./test/setup/build-inputs.mjs');

const ROOT = __dirname;
const DIST = join(ROOT, 'dist');
const LIB = join(DIST, 'lib');

/** Provided by n8n (n8n-workflow), or native and looked for in vain on purpose (ws does without them). */
const EXTERNAL = ['n8n-workflow', 'bufferutil', 'utf-8-validate'];

/** What own code and bundles share. Class names are part of the libraries' behaviour: never minify, keep names. */
const COMMON = {
	platform: 'node',
	format: 'cjs',
	target: 'node22.19',
	keepNames: true,
	minify: false,
	charset: 'utf8',
	logLevel: 'warning',
	absWorkingDir: ROOT,
};

/** Paths (relative to dist) written by this run; `sweep` removes the others. */
const written = new Set();

async function write(path, content) {
	const target = join(DIST, path);
	written.add(path.replaceAll('\\', '/'));
	const next = Buffer.from(content);
	const current = existsSync(target) ? await readFile(target) : undefined;
	if (current?.equals(next)) return;
	await mkdir(dirname(target), { recursive: true });
	await writeFile(target, next);
}

async function readPackage() {
	return JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
}

async function clean() {
	await rm(DIST, { recursive: true, force: true });
}

/**
 * Folders whose files become one file an entry: n8n requires every node at its start, and a file costs more than what
 * is in it (300 of them 130 ms, ten of them a third of that).
 */
function wholeFolder(file) {
	return /^(?:nodes\/[^/]+|src\/(?:n8n|runtime))(?=\/)/.exec(file)?.[0];
}

/** What others may require of such a folder. */
function isEntry(file) {
	return file.endsWith('.node.ts') || file === `${wholeFolder(file)}/index.ts`;
}

const EMITTED = {
	...COMMON,
	// Unminified names stay by themselves; keeping them explicitly costs every closure a property, and an account of a
	// trigger 40 % of its memory.
	keepNames: false,
	outdir: 'dist',
	outbase: '.',
	sourcemap: true,
	// `await import('./x')` becomes a lazy require: n8n empties require.cache when it updates the package, and a
	// module in the ESM cache would survive that and keep old code alive.
	supported: { 'dynamic-import': false },
	write: false,
};

/** What lies outside of the entry's folder stays a file of its own: there is one copy of it, whoever requires it. */
function stayInside(entry) {
	const folder = join(ROOT, wholeFolder(entry));
	return {
		name: 'stay inside',
		setup(build) {
			build.onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => {
				if (kind === 'entry-point') return undefined;
				const target = join(resolveDir, path);
				if (target.startsWith(`${folder}/`)) return undefined;
				const fromEntry = relative(dirname(join(ROOT, entry)), target).replaceAll('\\', '/');
				return { path: fromEntry.startsWith('.') ? fromEntry : `./${fromEntry}`, external: true };
			});
		},
	};
}

async function emit() {
	const sources = listSources(ROOT).filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
	const builds = sources
		.filter((file) => wholeFolder(file) !== undefined && isEntry(file))
		.map((entry) => ({
			entryPoints: [entry],
			bundle: true,
			external: ['n8n-workflow', '#lib/*'],
			plugins: [stayInside(entry)],
		}));
	const single = sources.filter((file) => wholeFolder(file) === undefined);
	if (single.length > 0) builds.push({ entryPoints: single, bundle: false });
	for (const { outputFiles } of await Promise.all(
		builds.map((each) => esbuild.build({ ...EMITTED, ...each })),
	))
		for (const file of outputFiles) await write(relative(DIST, file.path), file.contents);
}

/** `#lib/<name>` → the library it stands for, from package.json `imports`: the one list of bundles. */
async function listBundles() {
	const { imports = {} } = await readPackage();
	return Object.entries(imports).map(([specifier, { source, default: stub }]) => {
		const name = specifier.slice('#lib/'.length);
		if (specifier !== `#lib/${name}` || stub !== `./dist/lib/${name}.js`)
			throw new Error(`package.json imports: ${specifier} has to point to ./dist/lib/${name}.js`);
		return { name, source };
	});
}

/** Bundles change only with the libraries or this file; their hash lets a build skip them. */
async function bundleKey() {
	const list = await listBundles();
	const hash = createHash('sha256').update(JSON.stringify(list));
	const own = list.map(({ source }) => source).filter((source) => source.startsWith('./'));
	for (const file of ['package-lock.json', 'gulpfile.js', ...own])
		hash.update(await readFile(join(ROOT, file)));
	return hash.digest('hex');
}

async function bundles() {
	const keyFile = join(LIB, '.key');
	const key = await bundleKey();
	if (existsSync(keyFile) && (await readFile(keyFile, 'utf8')) === key) {
		for (const file of await readdir(LIB)) if (/\.js(\.map)?$|^\.key$/.test(file)) written.add(`lib/${file}`);
		written.add('THIRD-PARTY-LICENSES.txt');
		return;
	}
	const inputs = new Set();
	for (const { name, source } of await listBundles()) {
		for (const input of await bundle(name, source)) inputs.add(input);
	}
	await write('THIRD-PARTY-LICENSES.txt', await collectLicences(inputs));
	await write('lib/.key', key);
}

/**
 * One library as `lib/<name>.<hash>.js` beside a stub `lib/<name>.js`. The hash in the name means that an update of
 * the package never changes a file an older copy of us may still require.
 * @returns {Promise<string[]>} the files that went in, relative to the root
 */
async function bundle(name, source) {
	const result = await esbuild.build({
		...COMMON,
		stdin: {
			contents: `module.exports = require(${JSON.stringify(source)});`,
			resolveDir: ROOT,
			sourcefile: `${name}.js`,
		},
		outfile: join(LIB, `${name}.js`),
		bundle: true,
		external: EXTERNAL,
		sourcemap: 'external',
		sourcesContent: false,
		legalComments: 'inline',
		metafile: true,
		write: false,
	});
	const code = result.outputFiles.find((file) => file.path.endsWith('.js'));
	const map = result.outputFiles.find((file) => file.path.endsWith('.js.map'));
	const hash = createHash('sha256').update(code.contents).digest('hex').slice(0, 12);
	const file = `${name}.${hash}.js`;
	await write(`lib/${file}`, `${code.text}//# sourceMappingURL=${file}.map\n`);
	await write(`lib/${file}.map`, map.contents);
	await write(`lib/${name}.js`, `'use strict';\nmodule.exports = require('./${file}');\n`);
	refuseForeignRequires(name, result.metafile);
	return Object.keys(result.metafile.inputs);
}

/** A bundle may require Node's own modules and EXTERNAL; anything else would be missing on the user's machine. */
function refuseForeignRequires(name, metafile) {
	const allowed = new Set([
		...EXTERNAL,
		...builtinModules,
		...builtinModules.map((module) => `node:${module}`),
	]);
	for (const output of Object.values(metafile.outputs))
		for (const { path, external } of output.imports)
			if (external && !allowed.has(path) && !path.startsWith('node:'))
				throw new Error(`The bundle of ${name} would require ${path}, which is not shipped.`);
}

/** Licence texts of every npm package that has a file in some bundle, one section each. */
async function collectLicences(inputs) {
	const folders = new Map();
	for (const input of inputs) {
		const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
		if (match) folders.set(match[1], true);
	}
	const sections = [];
	for (const folder of [...folders.keys()].sort()) {
		const manifest = JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8'));
		const { name, version, license } = manifest;
		if (!license) throw new Error(`${name} names no licence; it may not be bundled.`);
		const text =
			(await readLicence(join(ROOT, folder))) ?? `Licence: ${license}. Author: ${authorOf(manifest)}.`;
		const alias = folder.endsWith(`node_modules/${name}`) ? '' : `, bundled as ${basename(folder)}`;
		sections.push(`${name} ${version} (${license})${alias}\n\n${text}\n`);
	}
	const rule = `\n${'-'.repeat(80)}\n\n`;
	return `The files in dist/lib contain the following packages.\n${rule}${sections.join(rule)}`;
}

/** The licence file of a package, or the part of its README that is headed so. */
async function readLicence(folder) {
	const files = await readdir(folder);
	const file = files.find((entry) => /^(licen[cs]e|copying)/i.test(entry));
	if (file) return (await readFile(join(folder, file), 'utf8')).trim();
	const readme = files.find((entry) => /^readme/i.test(entry));
	const text = readme ? await readFile(join(folder, readme), 'utf8') : '';
	return /^#+ *licen[cs]e[^\n]*\n+(?<body>[^#]+)/im.exec(text)?.groups?.body.trim();
}

function authorOf({ author, repository }) {
	return author?.name ?? author ?? repository?.url ?? repository;
}

/** Icons and codex files go beside the emitted node, where n8n looks for them; only those of nodes that are listed. */
async function assets() {
	const { n8n } = await readPackage();
	const folders = new Set(n8n.nodes.map((node) => dirname(relative('dist', node))));
	for (const file of listSources(ROOT)) {
		const isAsset = ['.svg', '.png', '.json'].includes(extname(file)) && folders.has(dirname(file));
		if (isAsset) await write(file, await readFile(join(ROOT, file)));
	}
}

/**
 * Declarations of what index.js exports, file by file. Where one names a bundled library, that library's own
 * declarations are shipped with it: nobody has to install it to get types.
 */
async function types() {
	const entry = join(ROOT, 'src', 'index.ts');
	if (!existsSync(entry)) return;
	const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
	const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
	Object.assign(options, {
		noEmit: false,
		declaration: true,
		emitDeclarationOnly: true,
		rootDir: ROOT,
		outDir: DIST,
	});
	const emitted = new Map();
	const program = ts.createProgram([entry], options);
	const { diagnostics } = program.emit(undefined, (path, text) => emitted.set(path, text), undefined, true);
	if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, FORMAT));
	const libraries = new Set();
	for (const [path, text] of emitted) {
		await write(relative(DIST, path), text);
		for (const [, library] of text.matchAll(/['"](#lib\/[^'"]+)['"]/g)) libraries.add(library);
	}
	for (const library of libraries) await copyTypes(library, entry, options);
}

const FORMAT = {
	getCanonicalFileName: (name) => name,
	getCurrentDirectory: () => ROOT,
	getNewLine: () => '\n',
};

/** Copies the declarations of one library to `lib/types/<name>` and lets `lib/<name>.d.ts` stand for them. */
async function copyTypes(library, from, options) {
	const mode = ts.ModuleKind.CommonJS;
	const { resolvedModule } = ts.resolveModuleName(library, from, options, ts.sys, undefined, undefined, mode);
	if (!resolvedModule) throw new Error(`The declarations of ${library} cannot be found.`);
	const file = resolvedModule.resolvedFileName;
	const name = library.slice('#lib/'.length);
	for (const entry of await readdir(dirname(file), { recursive: true })) {
		if (/\.d\.[cm]?ts$/.test(entry))
			await write(`lib/types/${name}/${entry}`, await readFile(join(dirname(file), entry)));
	}
	const specifier = basename(file).replace(/\.d\.([cm]?)ts$/, '.$1js');
	await write(`lib/${name}.d.ts`, `export * from './types/${name}/${specifier}';\n`);
}

async function sweep() {
	if (!existsSync(DIST)) return;
	for (const entry of await readdir(DIST, { recursive: true, withFileTypes: true })) {
		if (!entry.isFile()) continue;
		const path = relative(DIST, join(entry.parentPath, entry.name)).replaceAll('\\', '/');
		if (!written.has(path) && path !== basename(STAMP)) await rm(join(DIST, path));
	}
}

async function check() {
	const { n8n } = await readPackage();
	// `watch` comes here again and again: what an earlier run loaded is old.
	for (const file of Object.keys(require.cache)) if (file.startsWith(DIST)) delete require.cache[file];
	for (const file of [...n8n.nodes, ...n8n.credentials]) {
		const name = basename(file).split('.')[0];
		const exported = require(join(ROOT, file));
		if (typeof exported[name] !== 'function') throw new Error(`${file} does not export the class ${name}.`);
		new exported[name]();
	}
}

/** Taken before anything is read: what is edited during the build makes dist out of date, not up to date. */
let inputsHash;
async function takeInputs() {
	inputsHash = hashInputs(ROOT);
}

async function stamp() {
	await writeFile(join(ROOT, STAMP), inputsHash);
}

const quick = gulp.series(gulp.parallel(emit, bundles, assets), check);
const build = gulp.series(takeInputs, gulp.parallel(emit, bundles, assets, types), sweep, check, stamp);

function watch() {
	const options = { ignoreInitial: false, delay: 100 };
	// A mistake while typing is reported by its task and must not end the watching.
	const untilNextEdit = (done) => quick(() => done());
	return gulp.watch(['nodes/**', 'credentials/**', 'src/**', 'package.json'], options, untilNextEdit);
}

module.exports = { assets, build, bundles, check, clean, default: build, emit, types, watch };
