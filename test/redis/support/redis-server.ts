import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { redisSettings, type RedisSettings } from '../../../src/redis';
import { findProgram } from '../../setup/index.mjs';

/** A real Redis server on a free port of 127.0.0.1, with a folder of its own; ends with the test that started it. */
export class RedisServer {
	readonly port: number;
	readonly #dir: string;
	readonly #args: readonly string[];
	#child: ChildProcess | undefined;

	private constructor(port: number, dir: string, args: readonly string[]) {
		this.port = port;
		this.#dir = dir;
		this.#args = args;
	}

	/** `args` override, e.g. `['--appendonly', 'yes']`. A port somebody else took in between is tried again. */
	static async start(args: readonly string[] = []): Promise<RedisServer> {
		for (let attempt = 1; ; attempt += 1) {
			const dir = mkdtempSync(join(tmpdir(), 'redis-'));
			const server = new RedisServer(await freePort(), dir, args);
			try {
				await server.run();
				return server;
			} catch (error) {
				rmSync(dir, { recursive: true, force: true });
				if (attempt === 3) throw error;
			}
		}
	}

	/** Starts it again after `kill` or `stop`, on the same port with whatever it had written to disk. */
	async run(): Promise<void> {
		const program = findProgram('redis');
		if (program === undefined) throw new Error('redis-server is not installed');
		// A snapshot after an hour: for our tests it keeps nothing, but it is a server that would.
		const usual = ['--save', '3600 1', '--appendonly', 'no', '--dir', this.#dir, '--bind', '127.0.0.1'];
		const child = spawn(program, ['--port', String(this.port), ...usual, ...this.#args], {
			stdio: ['ignore', 'pipe', 'ignore'],
		});
		const said: string[] = [];
		const ready = new Promise<void>((resolve, reject) => {
			const lines = createInterface({ input: child.stdout });
			lines.on('line', (line) => {
				said.push(line);
				if (line.includes('Ready to accept connections')) resolve();
			});
			child.once('exit', () => reject(new Error(`redis-server ended: ${said.slice(-3).join(' ')}`)));
		});
		await ready;
		this.#child = child;
	}

	/** A crash: what was not written to disk is gone. */
	async kill(): Promise<void> {
		const child = this.#child;
		this.#child = undefined;
		if (child === undefined) return;
		child.kill('SIGCONT');
		child.kill('SIGKILL');
		await once(child, 'exit');
	}

	/** It stops answering without closing a connection, as on a frozen host. */
	freeze(): void {
		this.#child?.kill('SIGSTOP');
	}

	thaw(): void {
		this.#child?.kill('SIGCONT');
	}

	async stop(): Promise<void> {
		await this.kill();
		rmSync(this.#dir, { recursive: true, force: true });
	}

	settings(prefix: string, more: Record<string, string> = {}): RedisSettings {
		const environment: Record<string, string> = {
			EXECUTIONS_MODE: 'queue',
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: String(this.port),
			MESSENGER_ACCOUNTS_REDIS_PREFIX: prefix,
			...more,
		};
		const settings = redisSettings((name) => environment[name]);
		if (settings === null) throw new Error('queue mode chooses Redis');
		return settings;
	}

	/** A plain client, to look at the server from outside. The caller ends it. */
	client(password?: string): Redis {
		return new Redis(this.port, '127.0.0.1', password === undefined ? {} : { password });
	}
}

/** Three masters that share the slots, so that keys of different tags live on different servers. */
export class RedisCluster {
	readonly servers: readonly RedisServer[];

	private constructor(servers: readonly RedisServer[]) {
		this.servers = servers;
	}

	static async start(): Promise<RedisCluster> {
		const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '5000'];
		const servers = await Promise.all([1, 2, 3].map(() => RedisServer.start(args)));
		const clients = servers.map((server) => server.client());
		try {
			await Promise.all(clients.map((client, index) => client.cluster('ADDSLOTSRANGE', ...slotsOf(index))));
			for (const { port } of servers.slice(1)) await clients[0]?.cluster('MEET', '127.0.0.1', port);
			await Promise.all(clients.map(isUp));
			return new RedisCluster(servers);
		} finally {
			for (const client of clients) client.disconnect();
		}
	}

	settings(prefix: string): RedisSettings {
		const nodes = this.servers.map(({ port }) => `127.0.0.1:${port}`).join(',');
		return this.servers[0]!.settings(prefix, { QUEUE_BULL_REDIS_CLUSTER_NODES: nodes });
	}

	async stop(): Promise<void> {
		await Promise.all(this.servers.map((server) => server.stop()));
	}
}

const SLOTS = 16_384;

function slotsOf(index: number): [number, number] {
	const from = Math.floor((SLOTS * index) / 3);
	return [from, Math.floor((SLOTS * (index + 1)) / 3) - 1];
}

async function isUp(client: Redis): Promise<void> {
	for (;;) {
		const info = await client.cluster('INFO');
		if (info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3')) return;
	}
}

/**
 * Below those a system gives to connections by itself (32768 and up on Linux): while a server is away, one that is tried
 * again and again would at last be given the very port it asks for, be connected with itself, and keep the server from
 * coming back. In a cluster a second port, 10,000 higher, must exist.
 */
async function freePort(): Promise<number> {
	for (;;) {
		const port = randomInt(12_000, 22_000);
		if (await isFree(port)) return port;
	}
}

async function isFree(port: number): Promise<boolean> {
	const server = createServer();
	try {
		server.listen(port, '127.0.0.1');
		await once(server, 'listening');
	} catch {
		return false;
	}
	server.close();
	await once(server, 'close');
	return true;
}
