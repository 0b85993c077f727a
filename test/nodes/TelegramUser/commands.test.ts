import { expect, test } from 'vitest';
import { TelegramUser } from '../../../nodes/TelegramUser/TelegramUser.node';
import { telegramOperations } from '../../../nodes/TelegramUser/operations';
import { telegramDriver } from '../../../src/channels/telegram';
import { useBridge } from '../../n8n/support/account';
import { CREDENTIAL, outputOf, run } from '../../n8n/support/run';
import { withUntouchedOptions } from '../support/description';
import { chatSamples } from './chat-samples';
import { by, messageSamples } from './message-samples';

/** Every operation, filled in by hand, against the schema of the command it becomes: nodes and channel fit. */
const bridge = useBridge();

const chatId = by('id', '1000001');
const messageId = '12345';

/** resource.operation → parameters to try it with */
const samples: Record<string, object[]> = {
	'account.getStatus': [{}],
	'account.getMany': [{}],
	'account.connect': [{}],
	'account.disconnect': [{}],
	'account.forget': [{}],
	'account.endSession': [{ sessionId: '-4567890123456789012' }],
	'account.getSessions': [{}],
	'account.closeOtherSessions': [{}],
	'account.logOut': [{}],
	'apiRequest.request': [
		{ method: 'messages.getHistory', parameters: '{"peer": {"_": "chat", "id": "@name"}, "limit": 3}' },
		{ method: 'help.getConfig', parameters: '' },
	],
	'chat.get': [{ chatId, lastMessages: '3', options: { includeRaw: true } }],
	'chat.getMany': [
		{},
		{
			returnAll: true,
			unreadOnly: true,
			options: {
				chatTypes: ['bot', 'channel', 'group', 'private', 'supergroup'],
				archived: true,
				folder: 'Work',
			},
		},
	],
	...chatSamples,
	'chat.markRead': [{ chatId }, { chatId, options: { messageId } }],
	'chat.markUnread': [{ chatId }],
	'file.download': [{ mediaRef: `telegram:1000001:${messageId}` }],
	'login.checkCode': [
		{ phone: '+79990000000', codeToken: 't', code: '12345' },
		{ phone: '+79990000000', codeToken: 't', code: '={{ 12345 }}', password: 'secret' },
	],
	'login.checkPassword': [
		{ login: '+7 999 000-00-00', password: 'secret' },
		{ login: 'ab'.repeat(16), password: 'secret' },
	],
	'login.checkQr': [{ loginToken: 'ab'.repeat(16) }, { loginToken: 'ab'.repeat(16), password: 'secret' }],
	'login.getQr': [{}],
	'login.importSession': [{ session: 'a session' }],
	'login.requestCode': [{ phone: '+7 999 000-00-00' }],
	'login.resendCode': [{ phone: '+79990000000', codeToken: 't' }],
	...messageSamples,
	'profile.get': [{}],
};

const cases = telegramOperations.flatMap(({ value: resource, operations }) =>
	operations.map(({ value }): [string, string] => [resource, value]),
);

/** Answered by the pool itself. */
const ofThePool = new Set(
	['getStatus', 'getMany', 'connect', 'disconnect', 'forget'].map((one) => `account.${one}`),
);

/** Sends one operation through n8n's engine; the commands it became. */
async function commandsOf(resource: string, operation: string, parameters: object) {
	bridge.pool.calls.length = 0;
	const result = await run(new TelegramUser(), {
		parameters: { resource, operation, ...parameters },
		items: [{ json: {}, binary: { data: { data: '', mimeType: 'image/png' } } }],
		settings: { credentials: { telegramUserApi: CREDENTIAL } },
	});
	if (operation !== 'sendAndWait') expect(outputOf(result).length).toBeGreaterThan(0);
	return bridge.pool.calls.map(({ command }) => command);
}

test('there is a sample of every operation', () => {
	expect(Object.keys(samples).sort()).toEqual(cases.map((one) => one.join('.')).sort());
});

test('every command of the channel is an operation, fills a list or serves the login pages', async () => {
	bridge.pool.answer = () => ({ items: [{ message_id: '1' }] });
	const used = new Set([
		'chat.list',
		'contact.list',
		'login.cancel',
		'login.passwordHint',
		'login.setUpEmail',
	]);
	for (const [resource, operation] of cases)
		for (const { name } of await commandsOf(
			resource,
			operation,
			samples[`${resource}.${operation}`]?.[0] ?? {},
		))
			used.add(name);
	expect(Object.keys(telegramDriver.commands).filter((name) => !used.has(name))).toEqual([]);
});

test.each(cases)('%s: %s is what the channel understands', async (resource, operation) => {
	bridge.pool.answer = () => ({ items: [{ message_id: '1', url: 'tg://login?token=x' }] });
	const [first = {}, ...others] = samples[`${resource}.${operation}`] ?? [];
	const untouched = withUntouchedOptions(new TelegramUser().description, [resource, operation], first);
	for (const parameters of [first, untouched, ...others]) {
		const [command, ...more] = await commandsOf(resource, operation, parameters);
		expect(more).toEqual([]);
		const { name = '', input } = command ?? {};
		if (ofThePool.has(name)) continue;
		expect(Object.keys(telegramDriver.commands)).toContain(name);
		const parse = (): unknown => telegramDriver.commands[name]?.input.parse(input);
		expect(parse, JSON.stringify(input)).not.toThrow();
	}
});

test('a phone number goes out with its plus, and typing is as long as the text, up to a minute', async () => {
	bridge.pool.answer = () => ({ items: [{ message_id: '1' }] });
	const send = async (parameters: object) => (await commandsOf('message', 'send', parameters))[0]?.input;
	expect(await send({ chatId: by('phone', '7 (999) 000-00-02'), text: 'x' })).toMatchObject({
		chatId: '+79990000002',
	});
	const typing = { typing: 'length' };
	expect(await send({ chatId, text: 'x'.repeat(25), options: typing })).toMatchObject({ typingSeconds: 3 });
	expect(await send({ chatId, text: 'x'.repeat(4_000), options: typing })).toMatchObject({
		typingSeconds: 60,
	});
});
