import { expect, it } from 'vitest';
import { node, until, workflow } from '../harness';
import { max } from '../max/nodes';
import {
	accountsCredential,
	accountsCredentialType,
	conversing,
	customers,
	messenger,
	messengerScene,
	messengerTrigger,
} from './scene';

const scene = messengerScene();

it('two nodes answer in all three messengers, and a bad account disturbs none of them', async () => {
	const { n8n, accounts, shared, max: maxSandbox, telegram } = scene();
	const ended = { ...accounts.anna, token: 'a token MAX has never given', deviceId: 'another' };
	const credential = await n8n.api.createCredential(
		'All',
		accountsCredentialType,
		accountsCredential({ bad: { channel: 'icq' }, ended, ...accounts }, shared),
	);
	const { id } = await n8n.api.createWorkflow(
		workflow('Inbox', [
			messengerTrigger(credential),
			messenger('Reply', credential, ['message', 'reply'], {
				text: '=You wrote: {{ $json.text }}',
				options: { quoteMessage: true },
			}),
		]),
	);
	await n8n.api.publish(id);
	const { anna, boris, shop } = customers(scene());
	await Promise.all([
		conversing(anna, 'max', /You wrote: max \d/),
		conversing(boris, 'telegram', /You wrote: telegram \d/),
		conversing(shop, 'avito', /You wrote: avito \d/),
	]);

	const started = n8n.storedExecutions(id).flatMap(({ startItems }) => startItems.map(({ json }) => json));
	const accountsOf = new Set(
		started.filter(({ text }) => text !== undefined).map(({ account }) => JSON.stringify(account)),
	);
	expect([...accountsOf].map((each) => (JSON.parse(each) as { label: string }).label).sort()).toEqual([
		'anna',
		'boris',
		'shop',
	]);
	// The bad ones are told, each by its label and without its secret.
	const failed = await n8n.api.executions(id);
	const told = await Promise.all(
		failed.filter(({ status }) => status === 'error').map(({ id: one }) => n8n.api.execution(one)),
	);
	const words = told.map(({ error }) => error).join('\n');
	expect(words).toContain('Account "bad": field channel');
	expect(words).toContain('Account "ended"');
	expect(n8n.log + words).not.toContain('a token MAX has never given');
	expect(maxSandbox.control.overlaps({})).toEqual([]);
	expect(telegram.control.overlaps({})).toEqual([]);
	await n8n.api.deleteWorkflow(id);
});

it('an account is added and one removed while the trigger runs, the others’ values being masked', async () => {
	const { n8n, accounts, more, shared } = scene();
	const credential = await n8n.api.createCredential(
		'Growing',
		accountsCredentialType,
		accountsCredential({ anna: accounts.anna, shop: accounts.shop }, shared),
	);
	const { id } = await n8n.api.createWorkflow(
		workflow('Growing inbox', [
			messengerTrigger(credential, { outputs: 'channel' }),
			messenger('Reply', credential, ['message', 'reply'], { text: '=Got: {{ $json.text }}' }),
		]),
	);
	await n8n.api.publish(id);
	const { anna, olga, shop } = customers(scene());
	await conversing(anna, 'first', /Got: first \d/);

	// As the editor sends it: what was there is masked, what is new is not.
	const masked = Object.fromEntries(Object.keys(accounts.anna).map((field) => [field, '***']));
	await n8n.api.updateCredential(
		credential,
		accountsCredential({ anna: masked, olga: more.olga }, { telegram: {} }),
	);
	// Whoever reads the credential tells the trigger; without that it looks once a minute.
	const overview = await n8n.api.runOnce(
		workflow('Look', [
			node('Start', 'n8n-nodes-base.manualTrigger'),
			messenger('Accounts', credential, ['account', 'getMany']),
		]),
	);
	expect(overview.json('Accounts')).toMatchObject([
		{ label: 'anna', channel: 'max', usable: true },
		{ label: 'olga', channel: 'max', usable: true },
	]);
	await conversing(olga, 'second', /Got: second \d/);
	await conversing(anna, 'third', /Got: third \d/);

	const before = shop.heard();
	shop.writes('after the end');
	olga.writes('last');
	await until(() => /Got: last/.test(olga.heard()), { what: 'the last answer' });
	expect(shop.heard()).toBe(before);
	await n8n.api.deleteWorkflow(id);
});

it('a messenger’s own node works on the account each item names; its lists are filled from a chosen one', async () => {
	const { n8n, accounts, more, shared, max: maxSandbox } = scene();
	const credential = await n8n.api.createCredential(
		'Many',
		accountsCredentialType,
		accountsCredential({ ...accounts, ...more }, shared),
	);
	const [anna, olga] = maxSandbox.accounts;
	const execution = await n8n.api.runOnce(
		workflow('By item', [
			node('Start', 'n8n-nodes-base.manualTrigger'),
			node(
				'Names',
				'n8n-nodes-base.code',
				{
					jsCode: `return ['anna', 'max:${olga.id}', 'nobody', 'shop'].map((who) => ({ json: { who } }));`,
				},
				{ typeVersion: 2 },
			),
			max(
				'Profile',
				credential,
				['profile', 'get'],
				{
					authentication: 'accounts',
					account: { __rl: true, mode: 'id', value: '={{ $json.who }}' },
				},
				{ onError: 'continueRegularOutput' },
			),
		]),
	);
	expect(execution.error).toBeUndefined();
	expect(execution.json('Profile')).toMatchObject([
		{ id: anna.id },
		{ id: olga.id },
		{ error: { code: 'invalid_parameter', message: 'Account: the credential has no account "nobody"' } },
		{ error: { code: 'invalid_parameter', message: 'Account: "shop" is an account of avito, not of max' } },
	]);

	const asked = { nodeType: 'n8n-nodes-messenger-accounts.max', credential };
	const listed = await n8n.api.searchList({
		...asked,
		methodName: 'searchAccounts',
		path: 'parameters.account',
		parameters: { authentication: 'accounts' },
	});
	expect(listed.results.map(({ value }) => value)).toEqual(['anna', 'olga']);
	const chats = await n8n.api.searchList({
		...asked,
		methodName: 'searchChats',
		path: 'parameters.chatId',
		parameters: { authentication: 'accounts', account: 'anna', resource: 'message', operation: 'send' },
	});
	expect(chats.results.length).toBeGreaterThan(0);

	const tested = await n8n.api.testCredential(
		credential,
		accountsCredential({ ...accounts, half: { channel: 'avito' } }, shared),
	);
	expect(tested).toMatchObject({ status: 'Error', message: expect.stringContaining('Account "half"') });
});
