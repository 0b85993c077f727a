import { homedir, hostname } from 'node:os';
import { join } from 'node:path';

/** What this process is and what its environment says; the only reader of `process.env`. */
export function environmentValue(name: string): string | undefined {
	const value = process.env[name];
	return value === undefined || value === '' ? undefined : value;
}

/** `<n8n user folder>/.n8n/messenger-accounts`, as n8n finds its own folder; `MESSENGER_ACCOUNTS_DIR` overrides. */
export function dataFolder(): string {
	const own = environmentValue('MESSENGER_ACCOUNTS_DIR');
	if (own !== undefined) return own;
	return join(environmentValue('N8N_USER_FOLDER') ?? homedir(), '.n8n', 'messenger-accounts');
}

export type ProcessRole = 'main' | 'worker' | 'webhook' | 'other';

/** n8n's processes are told apart by their command: `n8n start | worker | webhook`. */
export function processRole(argv: readonly string[] = process.argv): ProcessRole {
	const command = argv.slice(2).find((word) => !word.startsWith('-'));
	if (command === undefined || command === 'start') return 'main';
	return command === 'worker' || command === 'webhook' ? command : 'other';
}

/** Names this process for people: `host/pid/role`. */
export function processName(): string {
	return `${hostname()}/${String(process.pid)}/${processRole()}`;
}

export function processAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
