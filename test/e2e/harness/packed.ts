import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectFolder } from './host';

const run = promisify(execFile);

/** The name nodes carry in stored workflows: `<package>.<node>`. */
export const packageName: string = (
	JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { name: string }
).name;

/** The flags n8n's own installer gives to npm (CommunityPackagesService.downloadPackage, n8n 2.41). */
const installFlags = [
	'--audit=false',
	'--fund=false',
	'--bin-links=false',
	'--install-strategy=shallow',
	'--ignore-scripts=true',
	'--package-lock=false',
];

/** A package folder as n8n's installer would leave it, in a temporary place. */
export interface InstalledPackage {
	readonly name: string;
	readonly folder: string;
	/** Removes the temporary place. */
	remove(): Promise<void>;
}

/**
 * Packs the package in `source` (built before) and installs it as n8n does from its screen: `npm pack`, untar,
 * development, peer and optional dependencies struck out, `npm install` with n8n's flags.
 */
export async function packAndInstall(source: string = projectFolder): Promise<InstalledPackage> {
	const place = await mkdtemp(join(tmpdir(), 'n8n-package-'));
	const folder = join(place, 'installed');
	await mkdir(folder);
	const packed = await run('npm', ['pack', source, '--quiet', '--ignore-scripts'], { cwd: place });
	const tarball = packed.stdout.trim().split('\n').at(-1) ?? '';
	await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1'], { cwd: place });
	const manifestFile = join(folder, 'package.json');
	const manifest = JSON.parse(await readFile(manifestFile, 'utf8')) as { name: string } & Record<
		string,
		unknown
	>;
	for (const struck of ['devDependencies', 'peerDependencies', 'optionalDependencies'])
		delete manifest[struck];
	await writeFile(manifestFile, JSON.stringify(manifest, null, 2));
	await run('npm', ['install', ...installFlags], { cwd: folder });
	return { name: manifest.name, folder, remove: () => rm(place, { recursive: true, force: true }) };
}

/** Puts an installed package where n8n looks for community packages. */
export async function placePackage(
	installed: { name: string; folder: string },
	userFolder: string,
): Promise<void> {
	const target = join(userFolder, '.n8n', 'nodes', 'node_modules', installed.name);
	await cp(installed.folder, target, { recursive: true });
}
