import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { request } from 'undici';
import { ensureRegistryHost } from '../../setup/index.mjs';
import { nodeBinary, packageName, projectFolder } from '../harness';

const run = promisify(execFile);

/** A package registry that is not ours (verdaccio), on this machine, empty at first. */
export class Registry {
	private constructor(
		private readonly child: ChildProcess,
		private readonly folder: string,
		readonly port: number,
	) {}

	static async start(): Promise<Registry> {
		const installed = await ensureRegistryHost();
		const folder = await mkdtemp(join(tmpdir(), 'registry-'));
		const script = join(import.meta.dirname, 'registry.child.mjs');
		const child = fork(script, [installed, folder], { execPath: nodeBinary(), execArgv: [] });
		const ended = once(child, 'exit').then(([code]) => {
			throw new Error(`the registry ended with ${String(code)}`);
		});
		const [port] = (await Promise.race([once(child, 'message'), ended])) as [number];
		ended.catch(() => undefined);
		const registry = new Registry(child, folder, port);
		await Promise.all([registry.signUp(), registry.pack()]);
		return registry;
	}

	/** Publishes this package as this version: the very files that npm packs, with another number. */
	async publish(version: string): Promise<void> {
		const file = join(this.packed, 'package.json');
		const manifest = JSON.parse(await readFile(file, 'utf8')) as object;
		await writeFile(file, JSON.stringify({ ...manifest, version }, null, 2));
		const { registry, userconfig, cache } = this.settings;
		const flags = ['--ignore-scripts', '--quiet', registry, userconfig, cache];
		await run('npm', ['publish', this.packed, ...flags], { cwd: this.folder });
	}

	/** The versions it has. */
	async versions(): Promise<string[]> {
		const response = await request(`http://127.0.0.1:${String(this.port)}/${packageName}`);
		return Object.keys(((await response.body.json()) as { versions: object }).versions);
	}

	async stop(): Promise<void> {
		const ended = once(this.child, 'exit');
		this.child.disconnect();
		await ended;
		await rm(this.folder, { recursive: true, force: true });
	}

	private get packed(): string {
		return join(this.folder, 'package');
	}

	/** npm's settings of this person alone: nothing of the machine's own is read or written. */
	private get settings() {
		return {
			registry: `--registry=http://127.0.0.1:${String(this.port)}/`,
			userconfig: `--userconfig=${join(this.folder, 'npmrc')}`,
			cache: `--cache=${join(this.folder, 'cache')}`,
		};
	}

	/** What was built before, as npm packs it. */
	private async pack(): Promise<void> {
		const packed = await run('npm', ['pack', projectFolder, '--quiet', '--ignore-scripts'], {
			cwd: this.folder,
		});
		await run('tar', ['-xzf', packed.stdout.trim().split('\n').at(-1) ?? ''], { cwd: this.folder });
	}

	/** A registry takes packages only from somebody it knows. */
	private async signUp(): Promise<void> {
		const response = await request(`http://127.0.0.1:${String(this.port)}/-/user/org.couchdb.user:author`, {
			method: 'PUT',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ name: 'author', password: 'Author-password-1' }),
		});
		const { token } = (await response.body.json()) as { token: string };
		await writeFile(
			join(this.folder, 'npmrc'),
			`//127.0.0.1:${String(this.port)}/:_authToken=${token}\nupdate-notifier=false\n`,
		);
	}
}
