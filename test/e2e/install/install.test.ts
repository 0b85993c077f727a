import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageName, node, until, workflow, type CredentialReference } from '../harness';
import { answering, publish } from '../max/scene';
import { max, maxCredential, maxCredentialType } from '../max/nodes';
import { CommunityNodes } from './community-nodes';
import { installScene, next, version } from './scene';

/**
 * The whole life of the package in an n8n that took it from a registry, by n8n's own installer: nothing in n8n is
 * changed, only what its registry's name leads to (see front.ts). The tests follow one another.
 */
const scene = installScene();
let screen: CommunityNodes;
let credential: CredentialReference;
let listens: Awaited<ReturnType<typeof publish>>;
let written = 0;

beforeAll(async () => {
	screen = await CommunityNodes.open(scene().n8n.baseUrl);
});

afterAll(async () => {
	await screen.close();
});

function write(): string {
	const { sandbox } = scene();
	const [anna, boris] = sandbox.accounts;
	written += 1;
	return sandbox.control.injectMessage({ from: boris.id, to: anna.id, text: `#${String(written)}` }).chatId;
}

/** Everything that was written has started one execution and was answered once. */
async function answeredOnce(): Promise<void> {
	const { sandbox } = scene();
	const wanted = Array.from({ length: written }, (_, at) => `#${String(at + 1)}`);
	const answers = () =>
		sandbox.control
			.authored({ account: sandbox.accounts[0].id })
			.map(({ text }) => text)
			.filter((text) => text.startsWith('Echo '));
	await until(() => answers().length >= written, { what: `${String(written)} answers`, timeoutMs: 90_000 });
	await listens.finishes(written);
	expect(listens.texts()).toEqual(wanted);
	expect(answers().sort()).toEqual(wanted.map((text) => `Echo ${text}`).sort());
	expect(listens.executions().filter(({ status }) => status !== 'success')).toEqual([]);
}

function session() {
	const { sandbox } = scene();
	const logins = sandbox.control.logins({ account: sandbox.accounts[0].id });
	const { logins: count = 0, connections } = logins.find(({ deviceType }) => deviceType === 'WEB') ?? {};
	return { logins: count, now: connections?.now ?? 0, peak: connections?.peak ?? 0 };
}

/** Within half a minute: nothing tells a package that it was uninstalled, so it looks. */
async function nothingIsOpen(): Promise<void> {
	await until(() => session().now === 0 && scene().openFiles().length === 0, {
		what: 'connection and files to be closed',
		timeoutMs: 60_000,
	});
}

/** Other questions than those for this package: n8n asks its makers whether a package is banned, and nothing else. */
function outside(asked: readonly string[]): string[] {
	return [...new Set(asked.filter((line) => !line.includes(packageName)))];
}

/** What *Get Status* says of the account, in the code that new executions run. */
async function status() {
	const execution = await scene().n8n.api.runOnce(
		workflow('Status', [
			node('Start', 'n8n-nodes-base.manualTrigger'),
			max('Status', credential, ['account', 'getStatus']),
		]),
	);
	expect(execution.error).toBeUndefined();
	return execution.json('Status')[0];
}

it('is installed over n8n’s REST interface, with every node, and a trigger starts', async () => {
	const { registry, front, n8n, sandbox, install, list } = scene();
	await registry.publish(version);
	const installed = await install();
	const { n8n: offered } = JSON.parse(
		readFileSync(join(n8n.userFolder, '.n8n', 'nodes', 'node_modules', packageName, 'package.json'), 'utf8'),
	) as { n8n: { nodes: string[] } };
	expect(installed).toMatchObject({ packageName, installedVersion: version });
	expect(installed.installedNodes).toHaveLength(offered.nodes.length);
	expect(await list()).toMatchObject([{ packageName, installedVersion: version, failedLoading: false }]);
	expect(outside(front.asked)).toEqual(['POST /api/package']);

	credential = await n8n.api.createCredential('MAX', maxCredentialType, maxCredential(sandbox));
	listens = await publish({ n8n, sandbox, credential }, 'Echo', {
		answer: answering({ n8n, sandbox, credential }, '=Echo {{ $json.text }}'),
	});
	await until(() => session().logins === 1, { what: 'the login' });
	write();
	await answeredOnce();
});

it('is updated by a click while its trigger runs: one login, nothing lost, nothing twice', async () => {
	const { registry, n8n } = scene();
	await screen.look();
	await screen.shows(version);
	await registry.publish(next);
	await screen.look();
	await screen.offersUpdate();
	await screen.photograph('update');
	// Somebody writes all the time while npm works and n8n exchanges the code.
	let over = false;
	const updated = screen
		.update()
		.then(() => screen.shows(next))
		.finally(() => (over = true));
	const during = until(
		() => {
			write();
			return over;
		},
		{ what: 'the update', timeoutMs: 120_000, everyMs: 250 },
	);
	await Promise.all([updated, during]);
	await screen.photograph('updated');
	write();
	await answeredOnce();

	// Actions are the new code now and go through the connection of the old trigger, until that is published again.
	expect((await status())?.['version']).toBe(version);
	expect(session()).toEqual({ logins: 1, now: 1, peak: 1 });
	await n8n.api.unpublish(listens.id);
	write();
	await n8n.api.publish(listens.id);
	await answeredOnce();
	expect((await status())?.['version']).toBe(next);
	expect(session()).toMatchObject({ now: 1, peak: 1 });
	write();
	await answeredOnce();
});

it('is uninstalled by a click, under a trigger that n8n leaves running: nothing of it is open', async () => {
	const { openFiles, packageFolders } = scene();
	expect(openFiles()).not.toEqual([]);
	await screen.uninstall();
	await screen.isEmpty();
	await screen.photograph('uninstalled');
	expect(packageFolders()).toEqual([]);
	await nothingIsOpen();
	// n8n counts the trigger as running; what is written now starts nothing, which would fail for want of the node.
	write();
});

it('is installed by a click, and the trigger goes on with what came meanwhile', async () => {
	await screen.install();
	await screen.shows(next);
	await screen.photograph('installed');
	await until(() => session().now === 1, { what: 'the connection', timeoutMs: 60_000 });
	write();
	await answeredOnce();
});

it('leaves nothing running when its workflow is unpublished and it is uninstalled', async () => {
	const { n8n, front, packageFolders, uninstall, list } = scene();
	await n8n.api.unpublish(listens.id);
	await uninstall();
	expect(await list()).toEqual([]);
	expect(packageFolders()).toEqual([]);
	await nothingIsOpen();
	// Who installs it again goes on where he stopped.
	expect(existsSync(join(n8n.userFolder, '.n8n', 'messenger-accounts'))).toBe(true);
	expect(outside(front.asked)).toEqual(['POST /api/package']);
});
