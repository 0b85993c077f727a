import { describe, expect, test } from 'vitest';
import { MessengerLoginApi } from '../../../credentials/MessengerLoginApi.credentials';
import { MaxUserApi } from '../../../credentials/MaxUserApi.credentials';
import { MessengerLogin } from '../../../nodes/MessengerLogin/MessengerLogin.node';
import { TelegramUserApi } from '../../../credentials/TelegramUserApi.credentials';
import { CREDENTIAL_TYPES } from '../../../src/n8n/login/settings';

const { description, webhookMethods } = new MessengerLogin();

describe('the Messenger Login node', () => {
	test('is a trigger with one page: shown by GET, acted on by POST', () => {
		expect(description).toMatchObject({ displayName: 'Messenger Login', group: ['trigger'], inputs: [] });
		expect(description.webhooks?.map(({ httpMethod, path }) => `${httpMethod} ${path}`)).toEqual([
			'GET messenger-login',
			'POST messenger-login',
		]);
		for (const { name, responseData } of description.webhooks ?? []) {
			expect(webhookMethods).toHaveProperty(name);
			// Without it n8n answers with the name of its default.
			expect(responseData).toBe('');
		}
	});

	test('works without any credential', () => {
		for (const { required } of description.credentials ?? []) expect(required).toBe(false);
	});

	test('fills credentials that exist, in fields that exist', () => {
		const [max, telegram] = [new MaxUserApi(), new TelegramUserApi()];
		expect(CREDENTIAL_TYPES).toEqual({
			max: { type: max.name, name: max.displayName },
			telegram: { type: telegram.name, name: telegram.displayName },
		});
		const names = (each: MaxUserApi | TelegramUserApi) => each.properties.map(({ name }) => name);
		expect(names(max)).toEqual(expect.arrayContaining(['token', 'deviceId', 'deviceType']));
		expect(names(telegram)).toEqual(expect.arrayContaining(['session', 'apiId', 'apiHash']));
	});
});

describe('the Messenger Login API credential', () => {
	test('keeps its secrets hidden and to this package', () => {
		const credential = new MessengerLoginApi();
		expect(credential.restrictToSupportedNodes).toBe(true);
		for (const name of ['apiKey', 'accessKey'])
			expect(credential.properties.find((each) => each.name === name)?.typeOptions).toEqual({
				password: true,
			});
	});
});
