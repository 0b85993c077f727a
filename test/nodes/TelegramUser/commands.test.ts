import { expect, test } from 'vitest';
import { TelegramUser } from '../../../nodes/TelegramUser/TelegramUser.node';
import { telegramOperations } from '../../../nodes/TelegramUser/operations';
import { telegramDriver } from '../../../src/channels/telegram';
import { useBridge } from '../../n8n/support/account';
import { CREDENTIAL, outputOf, run } from '../../n8n/support/run';
import { chatSamples } from './chat-samples';

/** Every operation, filled in by hand, against the schema of the command it becomes: nodes and channel fit. */
const bridge = useBridge();

const by = (mode: string, value: string) => ({ __rl: true, mode, value });
const chatId = by('id', '1000001');
const group = by('list', '-1002000001');
const messageId = '12345';
const to = [
	chatId,
	by('id', 'me'),
	by('username', '@name'),
	by('phone', '7 (999) 000-00-02'),
	by('link', 'https://t.me/name'),
	'={{ 1000001 }}',
];
const everyOption = {
	sendAt: '2026-12-01T10:00:00Z',
	replyTo: messageId,
	quote: 'as I said',
	topicId: '7',
	silent: true,
	protect: true,
	importContact: true,
	markRead: true,
	typing: 'seconds',
	typingSeconds: 2,
	deduplicationKey: 'k',
};
const url = { mediaSource: 'url', mediaUrl: 'https://example.com/a.jpg' };

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
			options: { chatTypes: ['bot', 'channel', 'group', 'private', 'supergroup'], archived: true },
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
	'login.checkPassword': [{ password: 'secret' }],
	'login.checkQr': [{}, { password: 'secret' }],
	'login.getQr': [{}],
	'login.requestCode': [{ phone: '+7 999 000-00-00' }],
	'login.resendCode': [{ phone: '+79990000000', codeToken: 't' }],
	'message.delete': [{ chatId, messageIds: `${messageId}, 12346`, forEverybody: false }],
	'message.edit': [{ chatId, messageId, text: '**b**', options: { format: 'markdown', linkPreview: false } }],
	'message.forward': [
		{
			chatId: group,
			fromChatId: chatId,
			messageIds: messageId,
			options: { asCopy: true, withoutCaptions: true, silent: true, topicId: '7' },
		},
		{ chatId: by('phone', '+79990000002'), fromChatId: by('username', 'name'), messageIds: messageId },
	],
	'message.get': [{ chatId, messageIds: messageId, simplify: false }],
	'message.getMany': [
		{ chatId },
		{ chatId, returnAll: true, options: { beforeId: messageId, includeRaw: true } },
	],
	'message.getSince': [
		{ since: '2026-01-01T00:00:00Z' },
		{ options: { afterMessageId: messageId, chatIds: '1000001' } },
	],
	'message.pin': [{ chatId: group, messageId, options: { notify: true } }],
	'message.react': [
		{ chatId, messageId, emoji: '👍' },
		{ chatId, messageId, emoji: '5368324170671202286', options: { big: true } },
	],
	'message.search': [{ query: 'a' }, { query: 'a', chatId, limit: 1000, options: { includeService: true } }],
	'message.send': [
		...to.map((target) => ({ chatId: target, text: 'Hello' })),
		{
			chatId,
			text: '<b>x</b>',
			options: { ...everyOption, format: 'html', splitLongText: 'split', linkPreview: false },
		},
		{ chatId, text: 'x'.repeat(4_000), options: { typing: 'length' } },
	],
	'message.sendAndWait': [{ chatId, message: 'Really?' }],
	'message.sendMedia': [
		...['auto', 'file', 'photo', 'video', 'videoNote', 'animation', 'voice', 'audio', 'sticker'].map(
			(mediaKind) => ({ chatId, mediaKind, ...url }),
		),
		{
			chatId: by('username', 'name'),
			...url,
			caption: '*x*',
			options: {
				...everyOption,
				format: 'markdown',
				ifNotVoice: 'audio',
				durationSeconds: 2,
				spoiler: true,
			},
		},
	],
	'message.unpin': [{ chatId: group, messageId }],
	'message.unreact': [{ chatId, messageId }],
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
	const used = new Set(['chat.list', 'contact.list', 'login.cancel', 'login.passwordHint']);
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
	for (const parameters of samples[`${resource}.${operation}`] ?? []) {
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
