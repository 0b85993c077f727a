import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PACKAGE = 'n8n-nodes-messenger-accounts';

/** The version of the copy this file belongs to: two copies may share a process, so it is read from beside the code. */
export function packageVersion(from: string = __dirname): string {
	return copyAround(from)?.version ?? '0.0.0';
}

/** The folder of the copy this file belongs to, where its package.json lies. */
export function packageFolder(from: string = __dirname): string {
	return copyAround(from)?.folder ?? from;
}

function copyAround(from: string): { folder: string; version: string } | undefined {
	for (let folder = from; ; folder = dirname(folder)) {
		const file = join(folder, 'package.json');
		if (existsSync(file)) {
			const content = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
			if (content.name === PACKAGE && content.version !== undefined)
				return { folder, version: content.version };
		}
		if (dirname(folder) === folder) return undefined;
	}
}
