import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { findProgram } from '../setup/index.mjs';

const run = promisify(execFile);

/** The only user of the cluster; it needs no password from 127.0.0.1. */
const USER = 'postgres';

/** Where a cluster listens: all that another process needs to use it. */
export interface PostgresAddress {
	readonly host: '127.0.0.1';
	readonly port: number;
	readonly user: string;
}

/**
 * A PostgreSQL cluster of our own in a temporary folder, on a free port of 127.0.0.1, made for speed: nothing it holds
 * outlives it. PostgreSQL refuses to run as root, so as root it runs as the user Debian made for it.
 */
export class PostgresCluster {
	readonly address: PostgresAddress;
	readonly #folder: string;
	readonly #child: ChildProcess;

	private constructor(folder: string, child: ChildProcess, port: number) {
		this.#folder = folder;
		this.#child = child;
		this.address = { host: '127.0.0.1', port, user: USER };
	}

	/** @throws when PostgreSQL is not installed, or does not start */
	static async start(): Promise<PostgresCluster> {
		const server = findProgram('postgresql');
		if (server === undefined)
			throw new Error('PostgreSQL is not installed: run "npm test", which installs it');
		const programs = dirname(server);
		const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
		const as = await unprivileged();
		try {
			if (as !== undefined) chownSync(folder, as.uid, as.gid);
			const data = join(folder, 'data');
			const initial = ['--no-sync', '--auth=trust', `--username=${USER}`, '--encoding=UTF8', '--locale=C'];
			await run(join(programs, 'initdb'), [...initial, '--pgdata', data], { ...as, cwd: folder });
			for (let attempt = 1; ; attempt += 1) {
				const port = await freePort();
				const child = spawn(server, ['-D', data, '-p', String(port), ...SETTINGS], {
					...as,
					cwd: folder,
					stdio: ['ignore', 'ignore', 'pipe'],
					// A group of its own, so that all of it can be ended at once.
					detached: true,
				});
				try {
					await ready(child);
					return new PostgresCluster(folder, child, port);
				} catch (error) {
					if (attempt === 3) throw error;
				}
			}
		} catch (error) {
			rmSync(folder, { recursive: true, force: true });
			throw error;
		}
	}

	get pid(): number {
		return this.#child.pid ?? 0;
	}

	/** Ends it with all its connections and removes its folder. */
	async stop(): Promise<void> {
		if (this.#child.exitCode === null && this.#child.signalCode === null) {
			const ended = once(this.#child, 'exit');
			// PostgreSQL's "immediate shutdown": what it holds is thrown away in any case.
			this.#child.kill('SIGQUIT');
			await ended;
		}
		rmSync(this.#folder, { recursive: true, force: true });
	}
}

/** Runs SQL and waits for it; `$1` in it stands for the parameter. @returns the rows of its last query */
export function queryPostgres(
	{ host, port, user }: PostgresAddress,
	database: string,
	sql: string,
	parameter = '',
): Record<string, unknown>[] {
	const rows = sql.replace('$1', ":'parameter'");
	const connection = ['-h', host, '-p', String(port), '-U', user, '-d', database];
	const answer = spawnSync(
		'psql',
		[...connection, '-XAtq', '-v', 'ON_ERROR_STOP=1', '-v', `parameter=${parameter}`],
		{
			input: `SELECT coalesce(json_agg(r), '[]') FROM (${rows}) r;`,
			encoding: 'utf8',
			maxBuffer: 256 * 1024 * 1024,
			timeout: 30_000,
		},
	);
	if (answer.status !== 0) throw answer.error ?? new Error(`psql: ${answer.stderr}`);
	return JSON.parse(answer.stdout) as Record<string, unknown>[];
}

/** Makes an empty database of this name. */
export async function createDatabase({ host, port, user }: PostgresAddress, name: string): Promise<void> {
	const connection = ['-h', host, '-p', String(port), '-U', user, '-d', 'postgres'];
	await run('psql', [...connection, '-Xq', '-v', 'ON_ERROR_STOP=1', '-c', `CREATE DATABASE "${name}"`]);
}

/** Small, without any care for a crash of the machine. */
const SETTINGS = [
	'listen_addresses=127.0.0.1',
	'unix_socket_directories=',
	'fsync=off',
	'synchronous_commit=off',
	'full_page_writes=off',
	'shared_buffers=32MB',
	'max_connections=200',
	'autovacuum=off',
].flatMap((setting) => ['-c', setting]);

async function unprivileged(): Promise<{ uid: number; gid: number } | undefined> {
	if (process.getuid?.() !== 0) return undefined;
	const id = async (flag: string): Promise<number> => Number((await run('id', [flag, USER])).stdout);
	return { uid: await id('-u'), gid: await id('-g') };
}

async function ready(child: ChildProcess): Promise<void> {
	const said: string[] = [];
	await new Promise<void>((resolve, reject) => {
		child.once('error', reject);
		child.once('exit', () => reject(new Error(`PostgreSQL ended: ${said.slice(-5).join(' ')}`)));
		if (child.stderr === null) return;
		createInterface({ input: child.stderr }).on('line', (line) => {
			said.push(line);
			if (said.length > 100) said.shift();
			if (line.includes('database system is ready to accept connections')) resolve();
		});
	});
}

async function freePort(): Promise<number> {
	const server = createServer();
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}
