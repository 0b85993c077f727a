/**
 * `node --conditions=source --import tsx test/e2e/install/other-n8n.ts <folder>`, after `npm run build`: the shortest
 * way through another n8n than the one of the tests, installed by hand into a folder:
 *
 *     npm install n8n@<version> --legacy-peer-deps --ignore-scripts && npm rebuild sqlite3
 *
 * Every step prints a line; the first that fails ends it with 1. What was run is in the README's table.
 */
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { startMaxSandbox } from '../../sandbox/max';
import { N8n, node, owner, packAndInstall, packageName, until, workflow } from '../harness';
import { N8nSession } from '../harness/session';
import { max, maxCredential, maxCredentialType, maxTrigger, maxType } from '../max/nodes';

const folder = resolve(process.argv[2] ?? '.n8n-host');
process.env['MESSENGER_ACCOUNTS_N8N_HOST'] = folder;
const { version } = createRequire(join(folder, 'package.json'))('n8n/package.json') as { version: string };
const isOld = version.startsWith('1.');

function passed(step: string): void {
	process.stdout.write(`n8n ${version}: ${step}\n`);
}

async function run(): Promise<void> {
	const installed = await packAndInstall();
	const sandbox = await startMaxSandbox();
	// Modules are known by name from one version to the next only in part.
	const environment = { N8N_DISABLED_MODULES: '' };
	const n8n = await N8n.prepare({ packages: [installed], environment });
	const session = new N8nSession(n8n.baseUrl);
	const [anna, boris] = sandbox.accounts;
	let written = 0;

	const write = (): void => {
		written += 1;
		sandbox.control.injectMessage({ from: boris.id, to: anna.id, text: `#${String(written)}` });
	};

	/** Every message was answered, once. */
	async function answered(): Promise<void> {
		const answers = () =>
			sandbox.control
				.authored({ account: anna.id })
				.map(({ text }) => text)
				.filter((text) => text.startsWith('Echo '));
		await until(() => answers().length >= written, { what: `${String(written)} answers`, timeoutMs: 60_000 });
		const wanted = Array.from({ length: written }, (_, at) => `Echo #${String(at + 1)}`);
		if (answers().sort().join() !== wanted.sort().join()) throw new Error(`answered: ${answers().join()}`);
	}

	/** 2.x publishes versions, its first ones without telling when; 1.x has a switch. The caller waits for what it does. */
	async function activate(id: string): Promise<void> {
		const { versionId } = await n8n.api.getWorkflow(id);
		if (isOld) await session.send('PATCH', `/workflows/${id}`, { active: true, versionId });
		else await session.send('POST', `/workflows/${id}/activate`, { versionId });
	}

	try {
		await n8n.start();
		await session.send('POST', '/login', { emailOrLdapLoginId: owner.email, password: owner.password });
		passed('starts with the package');

		const { text } = await session.raw('GET', '/types/nodes.json');
		const offered = (JSON.parse(text) as Array<{ name: string }>).filter(({ name }) =>
			name.startsWith(`${packageName}.`),
		);
		if (new Set(offered.map(({ name }) => name)).size < 9) throw new Error('not every node is offered');
		passed(`offers ${String(new Set(offered.map(({ name }) => name)).size)} nodes and tools`);

		const data = maxCredential(sandbox);
		const credential = await n8n.api.createCredential('MAX', maxCredentialType, data);
		const test = await n8n.api.testCredential(credential, data);
		if (test.status !== 'OK') throw new Error(test.message);
		passed('tests a credential');

		const list = await n8n.api.searchList({
			nodeType: maxType,
			methodName: 'searchChats',
			path: 'parameters.chatId',
			credential,
			parameters: { resource: 'message', operation: 'send' },
		});
		if (list.results.length === 0) throw new Error('the list of chats is empty');
		passed('fills a list in the editor');

		const { id } = await n8n.api.createWorkflow(
			workflow('Echo', [
				maxTrigger('MAX User Trigger', credential),
				max('Answer', credential, ['message', 'send'], {
					chatId: { __rl: true, mode: 'id', value: '={{ $json.external_chat_id }}' },
					text: '=Echo {{ $json.text }}',
				}),
			]),
		);
		await activate(id);
		await until(() => sandbox.control.logins({ account: anna.id })[0]?.logins === 1, { what: 'the login' });
		write();
		await answered();
		passed('a message starts an execution, which answers it');

		await n8n.stop();
		write();
		write();
		await n8n.start();
		await answered();
		passed('what came while n8n was stopped is answered once');

		for (let n = 0; n < 20; n += 1) write();
		await answered();
		passed('twenty at once are answered once each');

		const stored = await n8n.api.createWorkflow(
			workflow('Status', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				max('Status', credential, ['account', 'getStatus']),
			]),
		);
		// 1.x runs what the editor sends, 2.x what is stored.
		const asked = { workflowData: stored, triggerToStartFrom: { name: 'Start' }, startNodes: [] };
		const { executionId } = (await session.send('POST', `/workflows/${stored.id}/run`, asked)) as {
			executionId: string;
		};
		const execution = await n8n.api.finished(executionId);
		if (execution.error !== undefined) throw new Error(execution.error);
		if (execution.json('Status')[0]?.['state'] !== 'live') throw new Error('the account is not live');
		passed('a manual execution shares the connection');
		const overlaps = sandbox.control.overlaps({});
		if (overlaps.length > 0) throw new Error(`two connections at once: ${JSON.stringify(overlaps)}`);
	} catch (error) {
		process.stderr.write(`${String(error)}\n${n8n.log.slice(-6_000)}\n`);
		process.exitCode = 1;
	} finally {
		await session.disconnect();
		await n8n.dispose();
		await sandbox.close();
		await installed.remove();
	}
}

void run();
