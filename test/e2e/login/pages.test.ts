import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { node, until, workflow } from '../harness';
import { scan } from './camera';
import { Person, type PersonOptions } from './person';
import { API, loginScene, publishLogin } from './scene';

const scene = loginScene();
let browser: Browser;

beforeAll(async () => {
	browser = await Person.launch();
});

afterAll(async () => {
	await browser.close();
});

async function someone(url: string, options?: PersonOptions): Promise<Person> {
	const person = await Person.enter(browser, options);
	await person.page.goto(url);
	return person;
}

/** Nothing was blocked by the policy, nothing outside was asked for, nothing went wrong in the script. */
async function contented(person: Person): Promise<void> {
	expect(person.complaints).toEqual([]);
	await person.leave();
}

/** The credential a login made: the account can be used with it. */
async function works(name: string, type: string, nodeName: string): Promise<void> {
	const { api } = scene().n8n;
	const credential = await until(async () => (await api.findCredential(name)) ?? false, { what: name });
	const execution = await api.runOnce(
		workflow('Status', [
			node('Start', 'n8n-nodes-base.manualTrigger'),
			node(
				'Account',
				nodeName,
				{ resource: 'account', operation: 'getStatus' },
				{ credential: { ...credential, type } },
			),
		]),
	);
	expect(execution.json('Account')).toMatchObject([{ authorized: true, state: 'live' }]);
}

describe('a person logs in on the page', () => {
	it('to Telegram by phone, code and password; the credential is there and works', async () => {
		const { telegram, telegramSettings, api, n8n } = scene();
		const [anna] = telegram.accounts;
		const { id, url } = await publishLogin(scene(), [telegramSettings, api]);
		const person = await someone(url);
		await person.reads('Connect an account');
		await person.photograph('choose');
		await person.press(/Telegram/);
		await person.reads('Your Telegram application');
		await person.photograph('application');
		await person.fill('API ID', API.apiId);
		await person.fill('API hash', API.apiHash);
		await person.press('Continue');
		await person.reads('Scan with Telegram');
		await scan(person);
		await person.photograph('qr-telegram');
		await person.press('Use the phone number instead');
		await person.reads('Your Telegram phone number');
		await person.type('Phone number', '+79990000001');
		expect(await person.page.getByLabel('Country').inputValue()).toBe('RU');
		await person.photograph('phone-telegram');
		await person.press('Send the code');
		await person.reads('Enter the code');
		await person.sees(/Send again in [12]:\d\d/);
		await person.type('Code', '00000');
		await person.sees('The code is wrong.');
		expect(await person.page.evaluate('document.activeElement.id')).toBe('code');
		await person.photograph('code-wrong');
		// The last digit sends it.
		await person.type('Code', anna.code);
		await person.reads('Two-step verification');
		await person.sees('Your hint: battery');
		await person.fill('Password', 'wrong');
		await person.press('Log in');
		await person.sees('The password is wrong.');
		await person.photograph('password-wrong');
		await person.fill('Password', anna.password ?? '');
		await person.press('Log in');
		await person.reads('Connected');
		await person.sees('The credential “Telegram – Anna Lee” was created in n8n.');
		await person.photograph('done-credential');
		const [execution] = await n8n.api.finishedExecutions(id, 1);
		expect((await n8n.api.execution(execution!.id)).json('Messenger Login')).toMatchObject([
			{ channel: 'telegram', user_id: anna.id, credential_name: 'Telegram – Anna Lee', way: 'phone' },
		]);
		await works('Telegram – Anna Lee', 'telegramUserApi', 'telegramUser');
		await contented(person);
	});

	it('to MAX by QR code on a Russian computer; the session is shown once', async () => {
		const { max, maxByQr } = scene();
		const [anna] = max.accounts;
		const { url } = await publishLogin(scene(), [maxByQr]);
		const person = await someone(url, { locale: 'ru-RU', dark: true });
		await person.reads('Подключение аккаунта');
		await person.photograph('choose');
		await person.press(/MAX/);
		await person.reads('Отсканируйте в MAX');
		const link = await scan(person);
		expect(link).toMatch(/^https:\/\/qr\.max\.ru\//);
		await person.photograph('qr-max');
		max.control.scanQr({ account: anna.id, link });
		await person.reads('Двухэтапная проверка');
		await person.photograph('password');
		await person.fill('Пароль', anna.password ?? '');
		await person.press('Войти');
		await person.reads('Подключено');
		expect((await person.sealed('Token')).length).toBeGreaterThan(20);
		expect(await person.sealed('Device Type')).toBe('WEB');
		await person.photograph('done-copy');
		await person.press('Копировать: Device ID');
		await person.page.reload();
		await person.reads('Подключение аккаунта');
		await contented(person);
	});

	it('to MAX by phone on a phone', async () => {
		const { max, maxByPhone, api } = scene();
		const [anna] = max.accounts;
		const { url } = await publishLogin(scene(), [maxByPhone, api], { messengers: ['max'] });
		const person = await someone(url, { screen: 'phone', locale: 'ru-RU' });
		await person.photograph('choose');
		await person.press(/MAX/);
		await person.reads('Номер телефона в MAX');
		await person.type('Номер телефона', '89990000001');
		expect(await person.sealed('Номер телефона')).toBe('999 000-00-01');
		await person.photograph('phone-max');
		await person.press('Получить код');
		await person.reads('Введите код');
		await person.photograph('code');
		await person.type('Код', max.control.lastCode({ phone: anna.phone }).code ?? '');
		await person.reads('Двухэтапная проверка');
		await person.fill('Пароль', anna.password ?? '');
		await person.press('Показать');
		await person.photograph('password');
		await person.press('Войти');
		await person.reads('Подключено');
		await person.photograph('done-credential');
		await works('MAX – Anna Lee', 'maxUserApi', 'max');
		await contented(person);
	});

	it('to Telegram by QR code, which renews itself until it is scanned', async () => {
		const { telegram, n8n } = scene();
		const [, boris] = telegram.accounts;
		const full = await n8n.api.createCredential('Telegram full', 'telegramUserApi', {
			...API,
			endpoint: `2@127.0.0.1:${String(telegram.dcs[1]?.port)}`,
			publicKey: telegram.dcs[1]?.publicKeyPem ?? '',
		});
		const { url } = await publishLogin(scene(), [full, scene().api], {
			options: { updateCredential: true },
		});
		const person = await someone(url, { screen: 'phone' });
		await person.press(/Telegram/);
		const first = await scan(person);
		// Somebody with a keyboard has gone on to the button below: another picture does not take it away.
		await person.page.getByRole('button', { name: 'Use the phone number instead' }).focus();
		telegram.control.advanceClock({ ms: 31_000 });
		const fresh = await until(
			async () => {
				const now = await scan(person);
				return now !== first && now;
			},
			{ what: 'another picture', timeoutMs: 45_000, everyMs: 500 },
		);
		expect(await person.page.evaluate('document.activeElement.textContent.trim()')).toBe(
			'Use the phone number instead',
		);
		await person.photograph('qr-telegram');
		telegram.control.scanQr({ account: boris.id, token: fresh });
		await person.reads('Connected');
		await person.sees('The credential “Telegram full” in n8n was updated.');
		await works('Telegram full', 'telegramUserApi', 'telegramUser');
		await contented(person);
	});

	it('without a script', async () => {
		const { max, maxByPhone } = scene();
		const { url } = await publishLogin(scene(), [maxByPhone]);
		const person = await someone(url, { script: false });
		await person.press(/MAX/);
		await person.fill('Phone number', '+79990000003');
		await person.press('Send the code');
		await person.reads('Enter the code');
		await person.fill('Code', max.control.lastCode({ phone: '+79990000003' }).code ?? '');
		await person.press('Log in');
		await person.reads('Connected');
		await person.photograph('done-copy');
		await contented(person);
	});
});

describe('what a person reads when it does not work', () => {
	/** Pressing *Send the code* with this answer of MAX. */
	async function refused(error: string, options?: PersonOptions): Promise<Person> {
		const { max, maxByPhone } = scene();
		max.control.setFaults({ errors: [{ opcode: 17, error, count: 5 }] });
		const { url } = await publishLogin(scene(), [maxByPhone]);
		const person = await someone(url, options);
		await person.press(/MAX/);
		await person.fill('Phone number', '9990000002');
		await person.press('Send the code');
		return person;
	}

	it.each([
		['no2fa', 'error.profile.active.session.no2fa', 'The account needs a login password first'],
		['banned', 'error.profile.blocked', 'This account is blocked by the messenger'],
		['refused-device', 'client.unsupported-version', 'The messenger refuses this kind of device'],
	])('%s', async (name, error, heading) => {
		const person = await refused(error, { screen: name === 'no2fa' ? 'phone' : 'desktop' });
		await person.reads(heading);
		await person.photograph(name);
		scene().max.control.clearFaults({});
		await person.press('Start again');
		await person.reads('Your MAX phone number');
		await contented(person);
	});

	it('a flood, with the time that counts down', async () => {
		const person = await refused('error.limit.violate');
		await person.sees(/Wait (1:00:00|59:\d\d)\./);
		await person.photograph('flood');
		scene().max.control.clearFaults({});
		await contented(person);
	});

	it('official app, wrong application, unknown number, at Telegram', async () => {
		const { telegram } = scene();
		const { url } = await publishLogin(scene(), [scene().telegramSettings]);
		const person = await someone(url, { dark: true });
		await person.press(/Telegram/);
		await person.fill('API ID', API.apiId);
		await person.fill('API hash', API.apiHash);
		await person.press('Continue');
		await person.press('Use the phone number instead');
		const says = async (code: number, message: string, words: string, again: boolean): Promise<void> => {
			telegram.control.setFaults({ errors: [{ method: 'auth.sendCode', code, message, count: 1 }] });
			await person.fill('Phone number', '+79990000002');
			await person.press('Send the code');
			await person.sees(words);
			await person.photograph(message.toLowerCase().replaceAll('_', '-'));
			if (again) await person.press('Start again');
		};
		await says(400, 'PHONE_NUMBER_INVALID', 'This number is not accepted.', false);
		await says(406, 'UPDATE_APP_TO_LOGIN', 'The messenger refuses this kind of device', true);
		await says(400, 'PHONE_NUMBER_UNOCCUPIED', 'Nobody has registered this number', true);
		await says(400, 'API_ID_INVALID', 'Telegram does not know this application.', false);
		await contented(person);
	});

	it('a link that has ended, a cancelled login, a messenger that is away', async () => {
		const { max, maxByQr } = scene();
		const { url } = await publishLogin(scene(), [maxByQr]);
		await max.control.stopListening({});
		const person = await someone(url, { screen: 'phone' });
		await person.press(/MAX/);
		await person.sees('The messenger cannot be reached from n8n.');
		await person.photograph('unreachable');
		await max.control.startListening({});
		await scan(person);
		const { page } = person;
		const address = page.url();
		await person.press('Cancel');
		await person.reads('Login cancelled');
		await person.photograph('cancelled');
		await page.goto(address);
		await person.reads('This link is no longer valid');
		await person.photograph('gone');
		await person.leave();
	});
});

describe('in the editor', () => {
	it('a test event is a login on the test page', async () => {
		const { n8n, max, maxByPhone } = scene();
		const [anna] = max.accounts;
		const { id, webhookId } = await publishLogin(scene(), [maxByPhone]);
		await n8n.api.unpublish(id);
		expect(await n8n.api.startManually(id, 'Messenger Login')).toMatchObject({ waitingForWebhook: true });
		const person = await someone(`${n8n.baseUrl}/webhook-test/${webhookId}/messenger-login`);
		await person.press(/MAX/);
		await person.fill('Phone number', '+79990000001');
		await person.press('Send the code');
		await person.reads('Enter the code');
		await person.type('Code', max.control.lastCode({ phone: anna.phone }).code ?? '');
		await person.fill('Password', anna.password ?? '');
		await person.press('Log in');
		await person.reads('Connected');
		await until(async () => (await n8n.api.executions(id)).some(({ status }) => status === 'success'), {
			what: 'the manual execution',
		});
		await contented(person);
	});
});
