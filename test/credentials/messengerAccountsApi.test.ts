import type { ICredentialTestFunctions } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { MessengerAccountsApi } from '../../credentials/MessengerAccountsApi.credentials';
import { Avito } from '../../nodes/Avito/Avito.node';
import { Max } from '../../nodes/Max/Max.node';
import { Messenger } from '../../nodes/Messenger/Messenger.node';
import { MessengerTrigger } from '../../nodes/Messenger/MessengerTrigger.node';
import { TelegramUser } from '../../nodes/TelegramUser/TelegramUser.node';
// The test of the credential loads it when it runs; loaded here, no test waits for three messengers.
import '../../src/app';

const credential = new MessengerAccountsApi();

function tested(accounts: object, sharedSettings: object = {}) {
	const data = { accounts: JSON.stringify(accounts), sharedSettings: JSON.stringify(sharedSettings) };
	return new Messenger().methods.credentialTest.messengerAccountsApiTest.call(
		{} as ICredentialTestFunctions,
		{ id: '1', name: 'All', type: credential.name, data: data },
	);
}

const avito = { channel: 'avito', clientId: 'id', clientSecret: 's' };

test('masks every value and no label, and only our nodes can use it', () => {
	const secret = credential.properties.filter(({ type }) => type === 'json');
	expect(secret.map(({ name }) => name)).toEqual(['accounts', 'sharedSettings']);
	for (const property of secret) expect(property.typeOptions).toMatchObject({ redactJsonLeaves: true });
	expect(credential.restrictToSupportedNodes).toBe(true);
	for (const node of [new Avito(), new Max(), new TelegramUser(), new Messenger(), new MessengerTrigger()])
		expect(node.description.credentials?.at(-1)).toMatchObject({
			name: 'messengerAccountsApi',
			required: true,
			testedBy: 'messengerAccountsApiTest',
		});
});

describe('its test', () => {
	test('is content with complete accounts, and asks nobody', async () => {
		expect(
			await tested({
				shop: { ...avito, endpoint: 'http://127.0.0.1:9' },
				ivan: { channel: 'max', token: 't', deviceId: 'd' },
			}),
		).toEqual({ status: 'OK', message: '2 accounts, all complete.' });
		expect(await tested({})).toMatchObject({ status: 'OK', message: expect.stringContaining('no account') });
	});

	test('names each bad account and its field, in the words of its messenger', async () => {
		const { status, message } = await tested(
			{
				shop: avito,
				half: { channel: 'avito', clientId: 'id2' },
				anna: { channel: 'telegram', session: 'nonsense' },
				bob: { channel: 'msn' },
			},
			{ telegram: { apiId: 12345, apiHash: '0123456789abcdef0123456789abcdef' } },
		);
		expect(status).toBe('Error');
		expect(message).toMatch(/^3 of 4 accounts cannot be used; the others work\./);
		expect(message).toMatch(/Account "bob": field channel: must be/);
		expect(message).toMatch(/Account "half": Avito credential, field clientSecret/);
		expect(message).toMatch(/Account "anna": Telegram credential, field session: cannot be used/);
		expect(message).not.toContain('nonsense');
	});

	test('does not fill the window when everything is bad', async () => {
		const all = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`a${n}`, { channel: 'icq' }]));
		const { message } = await tested(all);
		expect(message).toContain('And 45 more.');
	});
});
