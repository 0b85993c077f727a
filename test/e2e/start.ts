/**
 * `npm start`: n8n on this machine with our nodes, its data in `.data`. Set-up (dependencies, build, n8n itself) has
 * been done before this runs.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isPortFree, N8n, owner, projectFolder } from './harness';
import { holdFolder } from './start/hold-folder';
import { Newcomer } from './start/newcomer';
import { parseOptions, usage, type StartOptions } from './start/options';
import { linkWorkingTree, mirrorWorkingTree } from './start/working-tree';

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}

/** n8n's own settings, as set by the person who starts it; the folder and the port are ours. */
function ownSettings(): Record<string, string> {
	const names =
		/^(N8N_(?!USER_FOLDER$|PORT$)|WEBHOOK_URL$|MESSENGER_ACCOUNTS_|EXECUTIONS_|GENERIC_TIMEZONE$)/;
	return Object.fromEntries(
		Object.entries(process.env).flatMap(([name, value]) =>
			names.test(name) && value !== undefined ? [[name, value]] : [],
		),
	);
}

/** Starts everything asked for; returns what to undo, newest first. */
async function serve({ port, sandbox, dev, data }: StartOptions, undo: Array<() => unknown>): Promise<N8n> {
	if (!(await isPortFree(port))) {
		const free = port === 65_535 ? 5678 : port + 1;
		throw new Error(`Port ${port} is taken by another program. Choose another: npm start -- --port ${free}`);
	}
	const userFolder = data ? resolve(data) : join(projectFolder, '.data', sandbox ? 'sandbox' : 'n8n');
	await mkdir(userFolder, { recursive: true });
	undo.push(await holdFolder(userFolder));
	await rm(join(userFolder, 'n8n.log'), { force: true });
	if (dev) undo.push(await mirrorWorkingTree(userFolder, say));
	else await linkWorkingTree(userFolder);

	const newcomer = sandbox ? await Newcomer.begin(userFolder, say) : undefined;
	undo.push(() => newcomer?.close());
	const n8n = await N8n.prepare({
		userFolder,
		port,
		host: 'localhost',
		signIn: sandbox,
		environment: {
			...(dev && { N8N_DEV_RELOAD: 'true' }),
			// The sandbox's webhooks go to 127.0.0.1, where n8n listens; "localhost" may mean another address to it.
			...(sandbox && { WEBHOOK_URL: `http://127.0.0.1:${port}/` }),
			...ownSettings(),
		},
		onLine: (line) => dev && say(`n8n: ${line}`),
	});
	say('n8n is starting (the first time it prepares its database: about ten seconds) …');
	undo.push(() => n8n.dispose());
	await n8n.start();
	say(`n8n is ready: http://localhost:${port}`);
	if (sandbox) say(`Sign in as ${owner.email} with the password ${owner.password}`);
	say(`Its data and its log (n8n.log) are in ${userFolder}. Ctrl+C stops it.`);
	await newcomer?.show(n8n);
	return n8n;
}

/** Runs the steps newest first, going on past one that fails. */
async function undoAll(steps: Array<() => unknown>): Promise<void> {
	for (const step of steps.reverse()) {
		try {
			await step();
		} catch (error) {
			process.stderr.write(`stopping: ${String(error)}\n`);
		}
	}
}

async function main(): Promise<void> {
	const options = parseOptions(process.argv.slice(2));
	if (options.help) {
		say(usage);
		return;
	}
	const undo: Array<() => unknown> = [];
	const asked = new AbortController();
	// Ctrl+C reaches us more than once: from the terminal and again from npm. The first one counts.
	const interrupted = new Promise<void>((resolve) => {
		asked.signal.addEventListener('abort', () => {
			say('Stopping …');
			resolve();
		});
	});
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => asked.abort());
	const work = serve(options, undo).then(async (n8n) => {
		await n8n.ended;
		if (!asked.signal.aborted) {
			throw new Error(`n8n ended by itself. Its log ends:\n${n8n.log.slice(-2_000)}`);
		}
	});
	let code = 0;
	try {
		await Promise.race([work, interrupted]);
	} catch (error) {
		process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
		code = 1;
	}
	work.catch(() => undefined);
	await undoAll(undo);
	process.exit(code);
}

void main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
	process.exitCode = 2;
});
