import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const isThere = (pid: number): boolean => {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
};

/**
 * Keeps a data folder for this process: a second n8n in it would share the first one's database, and with `--sandbox`
 * throw away what the first remembers. Who ended without saying so holds nothing.
 *
 * @returns how to let it go
 * @throws Error with what to do, if another start uses it
 */
export async function holdFolder(folder: string): Promise<() => Promise<void>> {
	const file = join(folder, 'start.pid');
	const holder = Number(await readFile(file, 'utf8').catch(() => ''));
	if (holder > 0 && holder !== process.pid && isThere(holder)) {
		throw new Error(
			`${folder} is in use by another start (process ${holder}). Stop that one, or give this one a folder of its own: npm start -- --data FOLDER`,
		);
	}
	await writeFile(file, String(process.pid));
	return () => rm(file, { force: true });
}
