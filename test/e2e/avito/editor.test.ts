import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { node, packageName, until, workflow } from '../harness';
import { Editor } from '../harness/browser';
import { avito, avitoTrigger, chat } from './nodes';
import { avitoScene } from './scene';

describe('the Avito nodes in n8n’s editor', () => {
	const scene = avitoScene();
	let editor: Editor | undefined;

	beforeAll(async () => {
		editor = await Editor.open(scene().n8n.baseUrl);
	});

	afterAll(async () => {
		await editor?.close();
	});

	function open(): Editor {
		if (!editor) throw new Error('the browser is opened before the tests of the file');
		return editor;
	}

	it('are found in the nodes panel', async () => {
		const { id } = await scene().n8n.api.createWorkflow(
			workflow('Find', [node('Start', 'n8n-nodes-base.manualTrigger')]),
		);
		await open().openWorkflow(id);
		const names = await open().searchNodes('Avito');
		await open().screenshot('nodes-panel');
		expect(names.map((name) => name.trim())).toContain('Avito');
		const offers = await open().openFoundNode('Avito', 'Send message');
		await open().screenshot('triggers-and-actions');
		expect(offers).toEqual(expect.arrayContaining(['Send message', 'Get many chats', 'Make API request']));
		await open()
			.page.getByText(/^Triggers \(\d+\)$/)
			.waitFor();
	});

	it('work with a credential that was made in the window n8n has for it', async () => {
		const { n8n, sandbox, credential } = scene();
		// Not the account of the other tests: its credential has other settings.
		const [, account] = sandbox.accounts;
		await open().makeCredential('Avito API', {
			clientId: account.client_id,
			clientSecret: account.client_secret,
			endpoint: sandbox.origin,
		});
		await open().screenshot('credential');
		const made = await until(async () => (await n8n.api.findCredential('Avito account')) ?? false, {
			what: 'the credential',
		});
		const { chat_id } = sandbox.control.incoming({ text: 'Слышно?', user_id: account.user_id });
		const execution = await n8n.api.runOnce(
			workflow('Made by hand', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				avito('Send', { ...made, type: credential.type }, ['message', 'send'], {
					chatId: chat(chat_id),
					text: 'Слышно',
				}),
			]),
		);
		expect(execution.json('Send')).toMatchObject([{ chat_id }]);
	});

	it('show their parameters, and the list of chats comes from the account', async () => {
		const { n8n, sandbox, credential } = scene();
		for (const author_name of ['Анна', 'Борис', 'Виктория'])
			sandbox.control.incoming({ text: 'Да?', author_name });
		const { id } = await n8n.api.createWorkflow(
			workflow('List', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				avito('Send', credential, ['message', 'send'], {
					chatId: { __rl: true, mode: 'list', value: '' },
					text: 'Здравствуйте',
				}),
			]),
		);
		await open().openWorkflow(id);
		await open().screenshot('canvas');
		await open().openNode('Send');
		await open().screenshot('node');
		const chats = await open().openList('chatId');
		await open().screenshot('list-of-chats');
		expect(chats.join('\n')).toContain('Виктория');
		await open().closeNode();
	});

	it('run a step and show what came out', async () => {
		const { n8n, sandbox, credential } = scene();
		const { chat_id } = sandbox.control.incoming({ text: 'Прочтите меня' });
		const { id } = await n8n.api.createWorkflow(
			workflow('Step', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				avito('Read', credential, ['message', 'getMany'], { chatId: chat(chat_id) }),
			]),
		);
		await open().openWorkflow(id);
		await open().openNode('Read');
		await open().executeNode();
		await open().outputShows('Прочтите меня');
		await open().screenshot('step');
		await open().closeNode();
	});

	it('receive a message while listening for a test event', async () => {
		const { n8n, sandbox, credential } = scene();
		const { id } = await n8n.api.createWorkflow(
			workflow('Listen', [avitoTrigger('Avito Trigger', credential)]),
		);
		await open().openWorkflow(id);
		await open().openNode('Avito Trigger');
		await open().screenshot('trigger');
		const before = sandbox.control.state({}).accounts[0]?.webhooks.length ?? 0;
		await open().executeNode();
		const listening = () => (sandbox.control.state({}).accounts[0]?.webhooks.length ?? 0) > before;
		await until(listening, { what: 'the test webhook to be registered' });
		sandbox.control.incoming({ text: 'Слышно?' });
		await open().outputShows('Слышно?');
		await open().screenshot('listened');
		await open().closeNode();
	});

	it('ask nothing of any other server', () => {
		// n8n itself looks for the latest version of a community package that is opened in the nodes panel.
		const asked = open().outsideRequests.filter((url) => !url.endsWith(`/${packageName}`));
		expect(asked).toEqual([]);
	});
});
