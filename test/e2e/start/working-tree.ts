import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { cp, mkdir, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { packageName, projectFolder } from '../harness';

/** Where n8n looks for community packages. */
function placeIn(userFolder: string): string {
	return join(userFolder, '.n8n', 'nodes', 'node_modules', packageName);
}

/** Makes n8n load our nodes from the working tree. */
export async function linkWorkingTree(userFolder: string): Promise<void> {
	const place = placeIn(userFolder);
	await mkdir(dirname(place), { recursive: true });
	await rm(place, { recursive: true, force: true });
	await symlink(projectFolder, place, 'dir');
}

async function isSame(from: string, to: string): Promise<boolean> {
	const [source, copy] = await Promise.all([stat(from), stat(to).catch(() => undefined)]);
	if (source.isDirectory()) return false;
	return copy?.size === source.size && copy.mtimeMs >= source.mtimeMs;
}

/**
 * Makes n8n load a copy of what is built, renews the copy after every build, and rebuilds on every change. A copy,
 * since n8n watches a package's whole folder: of the working tree it would watch node_modules and its own database.
 * Returns how to end it.
 */
export async function mirrorWorkingTree(
	userFolder: string,
	say: (line: string) => void,
): Promise<() => void> {
	const place = placeIn(userFolder);
	const dist = join(projectFolder, 'dist');
	await rm(place, { recursive: true, force: true });
	await mkdir(place, { recursive: true });
	/** Copies what differs; whether anything did. */
	const copy = async () => {
		let changed = false;
		const differs = async (from: string, to: string) => {
			if (await isSame(from, to)) return false;
			changed ||= (await stat(from)).isFile();
			return true;
		};
		await cp(join(projectFolder, 'package.json'), join(place, 'package.json'), { filter: differs });
		await cp(dist, join(place, 'dist'), { recursive: true, filter: differs });
		return changed;
	};
	await copy();

	let pending: NodeJS.Timeout | undefined;
	const watcher = watch(dist, { recursive: true }, () => {
		clearTimeout(pending);
		// A build writes many files; n8n waits 100 ms itself.
		pending = setTimeout(() => {
			copy().then(
				(changed) =>
					changed && say('our nodes were rebuilt; a published trigger keeps its old code until published'),
				(error: unknown) => say(`copying the build failed: ${String(error)}`),
			);
		}, 300);
	});
	const gulp = spawn(join(projectFolder, 'node_modules', '.bin', 'gulp'), ['watch', '-LL'], {
		cwd: projectFolder,
		stdio: ['ignore', 'inherit', 'inherit'],
	});
	return () => {
		clearTimeout(pending);
		watcher.close();
		gulp.kill();
	};
}
