import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from './exit';

/**
 * Looked at before the login: a code is spent and a session begun by then, and both are wasted where the result cannot be
 * kept. @throws UsageError
 */
export async function assertWritable(file: string): Promise<void> {
	// A new file of one's own: an existing one may be readable by others.
	if (await exists(file)) throw new UsageError(`${file} exists already: name a new file`);
	try {
		await access(dirname(file), constants.W_OK);
	} catch (error) {
		throw new UsageError(`${file} cannot be written: ${reasonOf(error)}`);
	}
}

/** @returns why it could not be written; null = it was */
export async function writeNew(file: string, text: string): Promise<string | null> {
	try {
		await writeFile(file, text, { mode: 0o600, flag: 'wx' });
		return null;
	} catch (error) {
		return reasonOf(error);
	}
}

async function exists(file: string): Promise<boolean> {
	return stat(file).then(
		() => true,
		() => false,
	);
}

function reasonOf(error: unknown): string {
	return (error as NodeJS.ErrnoException).code ?? String(error);
}
