import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, nodeBinary, projectFolder, until } from './harness';

/** `npm start` after set-up, with a data folder of its own. */
class Starter {
	output = '';
	private readonly child: ChildProcess;

	constructor(...args: string[]) {
		const script = join(projectFolder, 'test', 'e2e', 'start.ts');
		this.child = spawn(nodeBinary(), ['--conditions=source', '--import', 'tsx', script, ...args], {
			cwd: projectFolder,
			stdio: ['pipe', 'pipe', 'pipe'],
		});
		for (const stream of [this.child.stdout, this.child.stderr]) {
			stream?.setEncoding('utf8').on('data', (chunk: string) => (this.output += chunk));
		}
	}

	/** Waits until it has said this. */
	async says(what: string | RegExp): Promise<void> {
		await until(() => this.output.search(what) >= 0, { what: String(what), timeoutMs: 90_000 }).catch(
			(cause: unknown) => {
				throw new Error(`it said:\n${this.output}`, { cause });
			},
		);
	}

	types(line: string): void {
		this.child.stdin?.write(`${line}\n`);
	}

	/** How it ends by itself, or after a signal. */
	async ends(signal?: NodeJS.Signals): Promise<number | null> {
		if (this.child.exitCode !== null) return this.child.exitCode;
		const exit = once(this.child, 'exit');
		if (signal) this.child.kill(signal);
		const [code] = (await exit) as [number | null];
		return code;
	}
}

describe('npm start', () => {
	let data = '';
	let starter: Starter | undefined;

	beforeEach(async () => {
		data = await mkdtemp(join(tmpdir(), 'n8n-start-'));
	});

	afterEach(async ({ task }) => {
		await starter?.ends('SIGTERM');
		if (task.result?.state === 'fail') {
			const log = await readFile(join(data, 'n8n.log'), 'utf8').catch(() => '(nothing)');
			console.error(`n8n wrote:\n${log.slice(-6_000)}`);
		}
		await rm(data, { recursive: true, force: true, maxRetries: 5 });
	});

	function start(...args: string[]): Starter {
		return (starter = new Starter('--data', data, ...args));
	}

	it('serves n8n until Ctrl+C', async () => {
		const port = await freePort();
		const it = start('--port', String(port));
		await it.says(`n8n is ready: http://localhost:${port}`);
		expect((await fetch(`http://127.0.0.1:${port}/rest/settings`)).status).toBe(200);
		expect(await it.ends('SIGINT')).toBe(0);
		await expect(fetch(`http://127.0.0.1:${port}/rest/settings`)).rejects.toThrow();
	});

	it('says that the port is taken and what to do', async () => {
		const taken = createServer().listen(0, '127.0.0.1');
		await once(taken, 'listening');
		const { port } = taken.address() as AddressInfo;
		const it = start('--port', String(port));
		expect(await it.ends()).toBe(1);
		expect(it.output).toContain(`Port ${port} is taken by another program`);
		expect(it.output).toContain('--port');
		taken.close();
	});

	it('refuses what it does not know, with its usage', async () => {
		const it = start('--porto', '1');
		expect(await it.ends()).toBe(2);
		expect(it.output).toContain('npm start -- [--port N]');
	});

	it('shows a newcomer a message that comes in and an answer that goes out', async () => {
		const it = start('--sandbox', '--port', String(await freePort()));
		await it.says(/n8n answers her: .*Здравствуйте, Анна! Вы написали: «Здравствуйте! Ещё актуально\?»/);
		it.types('А доставка есть?');
		await it.says(/n8n answers her: .*Вы написали: «А доставка есть\?»/);
		expect(await it.ends('SIGINT')).toBe(0);
	});
});
