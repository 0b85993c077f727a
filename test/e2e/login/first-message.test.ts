import { expect, it } from 'vitest';
import { node, until, workflow } from '../harness';
import { scan } from './camera';
import { Person } from './person';
import { API, loginScene, publishLogin, telegramAddress } from './scene';

const scene = loginScene();

/** The whole way of a newcomer whose n8n runs: page, scan, credential, trigger and answer. How long it took is printed. */
it('from the login page to the first answered message', async () => {
	const { n8n, telegram, api } = scene();
	const [anna, boris] = telegram.accounts;
	const began = performance.now();
	const settings = await n8n.api.createCredential('Application', 'telegramUserApi', {
		...API,
		...telegramAddress(telegram),
	});
	const { url } = await publishLogin(scene(), [settings, api]);
	const browser = await Person.launch();
	const person = await Person.enter(browser);
	await person.page.goto(url);
	await person.press(/Telegram/);
	telegram.control.scanQr({ account: boris.id, token: await scan(person) });
	await person.reads('Connected');
	await browser.close();
	const loggedIn = performance.now();
	const credential = await until(async () => (await n8n.api.findCredential('Telegram – Boris')) ?? false, {
		what: 'the credential',
	});
	const own = { credential: { ...credential, type: 'telegramUserApi' } };
	const { id } = await n8n.api.createWorkflow(
		workflow('Answer', [
			node('Telegram User Trigger', 'telegramUserTrigger', {}, own),
			node(
				'Answer',
				'telegramUser',
				{
					resource: 'message',
					operation: 'send',
					chatId: { __rl: true, mode: 'id', value: '={{ $json.external_chat_id }}' },
					text: 'Got it',
				},
				own,
			),
		]),
	);
	await n8n.api.publish(id);
	let at = 0;
	await until(
		() => {
			// A trigger starts at now, and n8n does not tell when that was.
			telegram.control.injectMessage({ from: anna.id, to: boris.id, text: `Hello ${String((at += 1))}` });
			return JSON.stringify(telegram.control.messages({ owner: anna.id, peer: boris.id })).includes('Got it');
		},
		{ what: 'the answer', everyMs: 1_000 },
	);
	const seconds = (ms: number): string => (ms / 1000).toFixed(1);
	console.info(
		`logged in after ${seconds(loggedIn - began)} s, first answer after ${seconds(performance.now() - began)} s`,
	);
	expect(telegram.control.overlaps({})).toEqual([]);
	await n8n.api.deleteWorkflow(id);
});
