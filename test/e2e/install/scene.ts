import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { startMaxSandbox, type MaxSandbox } from '../../sandbox/max';
import { N8n, owner, packageName, projectFolder } from '../harness';
import { N8nSession } from '../harness/session';
import { showLogOnFailure } from '../harness/shared';
import { Front } from '../harness/front';
import { Registry } from './registry';

/** What n8n says of an installed package. */
export interface ListedPackage {
	readonly packageName: string;
	readonly installedVersion: string;
	readonly installedNodes: Array<{ name: string; type: string }>;
	readonly updateAvailable?: string;
}

/** An n8n without our package, and a registry that has it. */
export interface Scene {
	readonly registry: Registry;
	readonly front: Front;
	readonly n8n: N8n;
	readonly sandbox: MaxSandbox;
	/** n8n's own list of community packages, over REST. */
	list(): Promise<ListedPackage[]>;
	install(): Promise<ListedPackage>;
	uninstall(): Promise<void>;
	/** Files of the package that n8n's process holds open (Linux). */
	openFiles(): string[];
	/** What is left in n8n's folder of packages. */
	packageFolders(): string[];
}

/** This package's version, and the one that would come after it. */
export const [version, next] = versions();

function versions(): [now: string, next: string] {
	const file = readFileSync(join(projectFolder, 'package.json'), 'utf8');
	const { version: now } = JSON.parse(file) as { version: string };
	const numbers = now.split('.').map(Number);
	return [now, [...numbers.slice(0, -1), (numbers.at(-1) ?? 0) + 1].join('.')];
}

/** Set before the tests of a file, taken down after them whatever happens. */
export function installScene(): () => Scene {
	let registry: Registry | undefined;
	let front: Front | undefined;
	let n8n: N8n | undefined;
	let sandbox: MaxSandbox | undefined;
	let session: N8nSession | undefined;
	let scene: Scene | undefined;
	showLogOnFailure(() => n8n);
	beforeAll(async () => {
		[registry, sandbox] = await Promise.all([Registry.start(), startMaxSandbox()]);
		front = await Front.open(registry.port);
		n8n = await N8n.start({ environment: front.environment });
		session = new N8nSession(n8n.baseUrl);
		await session.send('POST', '/login', { emailOrLdapLoginId: owner.email, password: owner.password });
		scene = makeScene({ registry, front, n8n, sandbox, session });
	});
	afterAll(async () => {
		await session?.disconnect();
		await n8n?.dispose();
		await Promise.all([front?.close(), registry?.stop(), sandbox?.close()]);
	});
	return () => {
		if (!scene) throw new Error('the scene is set before the tests of the file');
		return scene;
	};
}

function makeScene({
	session,
	...parts
}: Pick<Scene, 'registry' | 'front' | 'n8n' | 'sandbox'> & { session: N8nSession }): Scene {
	const { n8n } = parts;
	const path = '/community-packages';
	return {
		...parts,
		list: async () => (await session.send('GET', path)) as ListedPackage[],
		install: async () => (await session.send('POST', path, { name: packageName })) as ListedPackage,
		uninstall: async () => {
			await session.send('DELETE', `${path}?name=${packageName}`);
		},
		openFiles: () => {
			const folder = `/proc/${String(n8n.pid)}/fd`;
			const targets = readdirSync(folder).map((each) => {
				try {
					return readlinkSync(join(folder, each));
				} catch {
					// Closed between the listing and the look.
					return '';
				}
			});
			return targets.filter((target) => target.includes('messenger-accounts'));
		},
		packageFolders: () => readdirSync(join(n8n.userFolder, '.n8n', 'nodes', 'node_modules')),
	};
}
