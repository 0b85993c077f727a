import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** The folder of this package (where package.json lies). */
export const projectFolder = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/** The Node 24 that n8n needs: the one this package brings along, whatever runs the tests. */
export function nodeBinary(): string {
	return join(require.resolve('node/package.json'), '..', 'bin', 'node');
}

/**
 * n8n's start script in the folder where set-up installed n8n (test/setup/n8n-host.mjs names it the same way).
 * Throws with what to do when n8n is not there.
 */
export function n8nScript(): string {
	const folder = process.env['MESSENGER_ACCOUNTS_N8N_HOST'] || join(projectFolder, '.n8n-host');
	const script = join(folder, 'node_modules', 'n8n', 'bin', 'n8n');
	if (!existsSync(script)) {
		throw new Error(`n8n is not installed in ${folder}: run "npm test" or "npm start", which install it`);
	}
	return script;
}
