import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { TelegramUser } from '../../../nodes/TelegramUser/TelegramUser.node';
import { TelegramUserTrigger } from '../../../nodes/TelegramUser/TelegramUserTrigger.node';
import { createPool } from '../../../src/app';
import { formatTelethon, parseSession } from '../../../src/channels/telegram/sessions';
import { replaceHost } from '../../../src/n8n';
import type { Pool } from '../../../src/pool';
import { systemClock, systemRandom } from '../../../src/runtime';
import { triggerContext } from '../../n8n/support/contexts';
import { CREDENTIAL, errorOf, outputOf, run } from '../../n8n/support/run';
import { telethonFile } from '../../channels/telegram/sessions/files';
import { startTelegramSandbox, type DemoAccount, type TelegramSandbox } from '../../sandbox/telegram';

/** The nodes in n8n's engine, over the real pool, store and driver, against a fake Telegram on sockets. */
let sandbox: TelegramSandbox;
let pool: Pool;
let dir: string;
let restore: () => void;
let anna: DemoAccount;
let boris: DemoAccount;
/** Boris's session, from a login with the node */
let session = '';

beforeAll(async () => {
	sandbox = await startTelegramSandbox();
	[anna, boris] = sandbox.accounts;
	dir = await mkdtemp(join(tmpdir(), 'messenger-accounts-nodes-'));
	pool = createPool({ dir });
	restore = replaceHost(() => ({ pool, clock: systemClock, random: systemRandom }));
	session = (await logIn(boris))['session'] as string;
});

afterAll(async () => {
	restore();
	await pool.shutdown();
	await sandbox.close();
	await rm(dir, { recursive: true, force: true });
});

const settings = { credentials: { telegramUserApi: CREDENTIAL } };

/** A credential before the first login. */
const newcomer = (): IDataObject => ({
	apiId: '12345',
	apiHash: '0123456789abcdef0123456789abcdef',
	endpoint: `2@127.0.0.1:${String(sandbox.dcs[1]?.port)}`,
	publicKey: sandbox.dcs[1]?.publicKeyPem,
	sendsPerWindow: 10_000,
	chatGapSeconds: 0,
});

const boriss = (): IDataObject => ({ ...newcomer(), session });

let executions = 0;

const attempt = (
	resource: string,
	operation: string,
	parameters = {},
	credentials = boriss,
	executionId = `execution ${String((executions += 1))}`,
) =>
	run(new TelegramUser(), {
		parameters: { resource, operation, ...parameters },
		settings,
		credentials: credentials as never,
		executionId,
	});

async function call(...args: Parameters<typeof attempt>) {
	return outputOf(await attempt(...args));
}

/** By code, as a person would: two executions. */
async function logIn(who: DemoAccount): Promise<IDataObject> {
	const [asked] = await call('login', 'requestCode', { phone: who.phone }, newcomer);
	const codeToken = asked?.json['code_token'];
	const [done] = await call('login', 'checkCode', { phone: who.phone, codeToken, code: who.code }, newcomer);
	return done?.json ?? {};
}

const fromAnna = (text: string) => sandbox.control.injectMessage({ from: anna.id, to: boris.id, text });

/** Texts of Anna's chat with Boris, as she sees it. */
const seenByAnna = (): string => JSON.stringify(sandbox.control.messages({ owner: anna.id, peer: boris.id }));

test('a chat is listed, read, answered and marked; sending the same again in one execution sends nothing', async () => {
	fromAnna('Still there?');
	const chatId = anna.id;
	const listed = await call('chat', 'getMany', { returnAll: true });
	expect(listed.map(({ json }) => json['external_chat_id'])).toContain(chatId);
	const [newest] = await call('message', 'getMany', { chatId, limit: 1 });
	expect(newest?.json).toMatchObject({ channel: 'telegram', text: 'Still there?', client_name: 'Anna Lee' });
	const text = `Yes ${systemRandom.hex(4)}`;
	const send = () => call('message', 'send', { chatId, text }, boriss, '42');
	expect((await send())[0]?.json).toMatchObject({ chat_id: chatId, duplicate: false });
	expect((await send())[0]?.json).toMatchObject({ chat_id: chatId, duplicate: true });
	expect(seenByAnna().split(text)).toHaveLength(2);
	await call('chat', 'markRead', { chatId });
	const [chat] = await call('chat', 'getMany', { options: { chatTypes: ['private'] } });
	expect(chat?.json).toMatchObject({ external_chat_id: chatId, unread_count: 0 });
});

test.each([
	['username', () => `@${anna.username ?? ''}`],
	['phone', () => anna.phone],
	['link', () => `https://t.me/${anna.username ?? ''}`],
])('a message goes to a person given by %s', async (mode, value) => {
	const text = `By ${mode} ${systemRandom.hex(4)}`;
	const chatId = { __rl: true, mode, value: value() };
	const [sent] = await call('message', 'send', { chatId, text });
	expect(sent?.json).toMatchObject({ chat_id: anna.id });
	expect(seenByAnna()).toContain(text);
});

test('a message is edited, reacted to, pinned, forwarded and deleted', async () => {
	const chatId = anna.id;
	const [sent] = await call('message', 'send', { chatId, text: 'Draft' });
	const messageId = sent?.json['message_id'];
	const there = { chatId, messageId };
	const text = `Final ${systemRandom.hex(4)}`;
	await call('message', 'edit', { ...there, text });
	expect(seenByAnna()).toContain(text);
	await call('message', 'react', { ...there, emoji: '👍' });
	await call('message', 'unreact', there);
	await call('message', 'pin', there);
	await call('message', 'unpin', there);
	const [copy] = await call('message', 'forward', {
		chatId: 'me',
		fromChatId: chatId,
		messageIds: messageId,
		options: { asCopy: true },
	});
	expect(copy?.json).toMatchObject({ chat_id: boris.id });
	const [found] = await call('message', 'search', { query: text, chatId });
	expect(found?.json).toMatchObject({ text, external_chat_id: chatId });
	expect((await call('message', 'delete', { chatId, messageIds: messageId }))[0]?.json).toEqual({
		deleted: true,
	});
	expect(seenByAnna()).not.toContain(text);
});

test('a file goes up and comes down byte for byte', async () => {
	const bytes = systemRandom.hex(500_000);
	const data = Buffer.from(bytes).toString('base64');
	const sent = await run(new TelegramUser(), {
		parameters: {
			resource: 'message',
			operation: 'sendMedia',
			chatId: anna.id,
			mediaKind: 'file',
			binaryPropertyName: 'data',
		},
		items: [{ json: {}, binary: { data: { data, mimeType: 'text/plain', fileName: 'hex.txt' } } }],
		settings,
		credentials: boriss as never,
	});
	const messageIds = outputOf(sent)[0]?.json['message_id'];
	const [message] = await call('message', 'get', { chatId: anna.id, messageIds });
	const [file] = await call('file', 'download', { mediaRef: message?.json['media'] });
	const back = Buffer.from(file?.binary?.['data']?.data ?? '', 'base64').toString();
	expect(back === bytes).toBe(true);
	expect(file?.binary?.['data']?.fileName).toBe('hex.txt');
});

test('any method can be called, but not one that ends the account', async () => {
	const [config] = await call('apiRequest', 'request', { method: 'help.getConfig', parameters: '' });
	expect(config?.json).toMatchObject({ _: 'config' });
	const refused = await attempt('apiRequest', 'request', { method: 'auth.logOut', parameters: '{}' });
	expect(errorOf(refused)).toMatchObject({ context: { code: 'permission_denied' } });
});

test('a picker finds chats by name', async () => {
	const listed = await pool
		.lease({ channel: 'telegram', id: 'picker', data: boriss(), read: () => Promise.resolve(boriss()) })
		.call({ name: 'chat.list', input: { filter: 'anna' } });
	expect(listed.items).toMatchObject([{ name: 'Anna Lee', value: anna.id }]);
});

describe('a login', () => {
	test('by code, then the password the account has; the session is shown once', async () => {
		const [asked] = await call('login', 'requestCode', { phone: anna.phone }, newcomer);
		const codeToken = asked?.json['code_token'];
		const code = { phone: anna.phone, codeToken, code: anna.code };
		expect(errorOf(await attempt('login', 'checkCode', { ...code, code: '00000' }, newcomer))).toMatchObject({
			context: { code: 'invalid_code' },
		});
		expect(errorOf(await attempt('login', 'checkCode', code, newcomer))).toMatchObject({
			context: { code: '2fa_required' },
		});
		expect(
			errorOf(await attempt('login', 'checkPassword', { login: anna.phone, password: 'no' }, newcomer)),
		).toMatchObject({
			context: { code: 'password_invalid' },
		});
		const [done] = await call(
			'login',
			'checkPassword',
			{ login: anna.phone, password: anna.password },
			newcomer,
		);
		expect(done?.json).toMatchObject({ state: 'done', user_id: anna.id });
		const annas = () => ({ ...newcomer(), session: done?.json['session'] as string });
		const [status] = await call('account', 'getStatus', {}, annas);
		expect(status?.json).toMatchObject({ authorized: true, state: 'live' });
		const statuses = JSON.stringify(await call('account', 'getMany'));
		expect(statuses).not.toContain(done?.json['session']);
		expect(statuses).not.toContain(anna.phone.slice(1));
	});

	test('by QR code works beside the session the credential holds, which stays as it is', async () => {
		const [shown] = await call('login', 'getQr');
		expect(shown?.binary?.['data']?.mimeType).toBe('image/png');
		const loginToken = shown?.json['login_token'];
		const [early] = await call('login', 'checkQr', { loginToken });
		expect(early?.json).toMatchObject({ state: 'waiting' });
		expect(early?.binary?.['data']?.mimeType).toBe('image/png');
		sandbox.control.scanQr({ account: boris.id, token: early?.json['url'] as string });
		const [done] = await call('login', 'checkQr', { loginToken });
		expect(done?.json).toMatchObject({ state: 'done', user_id: boris.id });
		expect((await call('profile', 'get'))[0]?.json).toMatchObject({ id: boris.id, first_name: 'Boris' });
	});
});

describe('logins at the same time under one application', () => {
	test('by code of two people, and two QR codes: none knows of another', async () => {
		const clara = sandbox.accounts[2];
		const people = [anna, clara];
		const asked = await Promise.all(
			people.map(({ phone }) => call('login', 'requestCode', { phone }, newcomer)),
		);
		const shown = await Promise.all([call('login', 'getQr'), call('login', 'getQr')]);
		const tokens = shown.map((items) => items[0]?.json['login_token']);
		expect(new Set(tokens).size).toBe(2);
		const done = await Promise.all(
			people.map(({ phone, code, password = '' }, index) => {
				const codeToken = asked[index]?.[0]?.json['code_token'];
				return call('login', 'checkCode', { phone, codeToken, code, password }, newcomer);
			}),
		);
		expect(done.map(([item]) => item?.json['user_id'])).toEqual([anna.id, clara.id]);
		const [waiting] = await call('login', 'checkQr', { loginToken: tokens[1] });
		sandbox.control.scanQr({ account: boris.id, token: waiting?.json['url'] as string });
		const [scanned] = await call('login', 'checkQr', { loginToken: tokens[1] });
		expect(scanned?.json).toMatchObject({ state: 'done', user_id: boris.id });
		const [other] = await call('login', 'checkQr', { loginToken: tokens[0] });
		expect(other?.json).toMatchObject({ state: 'waiting' });
		expect(new Set([...done.flat(), scanned].map((item) => item?.json['session'])).size).toBe(3);
	});

	test('somebody who has no account is told so; nobody is registered', async () => {
		const phone = '+79991112233';
		const [asked] = await call('login', 'requestCode', { phone }, newcomer);
		const codeToken = asked?.json['code_token'];
		const failed = await attempt('login', 'checkCode', { phone, codeToken, code: '22222' }, newcomer);
		expect(errorOf(failed)).toMatchObject({ context: { code: 'not_on_messenger' } });
		expect(sandbox.control.requests({ method: 'auth.signUp' })).toEqual([]);
	});
});

describe('a session of another program', () => {
	const imported = (parameters: object, items?: INodeExecutionData[]) =>
		run(new TelegramUser(), {
			parameters: { resource: 'login', operation: 'importSession', ...parameters },
			...(items === undefined ? {} : { items }),
			settings,
			credentials: () => ({ ...newcomer(), endpoint: '' }),
		});

	test('as text becomes one for the credential, checked', async () => {
		const data = parseSession((await logIn(sandbox.accounts[2]))['session'] as string);
		const [done] = outputOf(await imported({ session: formatTelethon(data) }));
		expect(done?.json).toMatchObject({ state: 'done', user_id: sandbox.accounts[2].id, name: 'Clara' });
		expect(parseSession(done?.json['session'] as string).authKey).toEqual(data.authKey);
	});

	test('as a file is read in memory', async () => {
		const mine = parseSession((await logIn(sandbox.accounts[2]))['session'] as string);
		const data = telethonFile(mine, dir).toString('base64');
		const binary = { data: { data, mimeType: 'application/octet-stream', fileName: 'clara.session' } };
		const file = { sessionSource: 'file', binaryPropertyName: 'data' };
		const [done] = outputOf(await imported(file, [{ json: {}, binary }]));
		expect(done?.json).toMatchObject({ state: 'done', user_id: sandbox.accounts[2].id });
	});

	test('that was ended, or is none, is refused in words', async () => {
		const mine = (await logIn(sandbox.accounts[2]))['session'] as string;
		sandbox.control.endSessions({ account: sandbox.accounts[2].id });
		expect(errorOf(await imported({ session: mine }))).toMatchObject({ context: { code: 'session_ended' } });
		const refused = errorOf(await imported({ session: 'nonsense' }));
		expect(refused).toMatchObject({ context: { code: 'credential_invalid' } });
		expect(String(refused)).not.toContain('nonsense');
	});
});

describe('the test of a credential', () => {
	const tested = (fields: object) => {
		const data = { ...boriss(), ...fields };
		return pool.test({ channel: 'telegram', id: 'tested', data, read: () => Promise.resolve(data) });
	};

	test('takes the connection that is open', async () => {
		await call('profile', 'get');
		const connections = () => sandbox.control.connections({ account: boris.id }).length;
		const before = connections();
		expect(await tested({})).toMatchObject({
			ok: true,
			message: expect.stringMatching(/^Connected as Boris/) as string,
		});
		expect(connections()).toBe(before);
	});

	test('opens no second connection for an unsaved change of the proxy', async () => {
		await call('profile', 'get');
		expect(await tested({ proxyUrl: 'http://127.0.0.1:9' })).toMatchObject({ ok: false });
		expect(await tested({ deviceName: 'Another' })).toMatchObject({
			ok: true,
			message: expect.stringMatching(/was not tried/) as string,
		});
		expect(sandbox.control.overlaps({})).toEqual([]);
	});

	test('before the first login it says that Telegram answers', async () => {
		expect(await tested({ session: '' })).toMatchObject({
			ok: true,
			message: expect.stringMatching(/run Login/) as string,
		});
	});

	test('names a session that is none, and does not show it', async () => {
		const answer = await tested({ session: 'not-a-session' });
		expect(answer).toMatchObject({ ok: false, message: expect.stringMatching(/session/) as string });
		expect(answer.message).not.toContain('not-a-session');
	});
});

test('a published trigger hands a new message on and takes the end of its execution as settlement', async () => {
	const node = new TelegramUserTrigger();
	const started = triggerContext(node, { credentials: boriss as never, settings });
	const response = await node.trigger.call(started.context);
	// A trigger starts at now, which is when the account is read for it: what was written before is not its business.
	await vi.waitFor(
		() => {
			fromAnna('New');
			expect(started.emitted.length).toBeGreaterThan(0);
		},
		{ timeout: 10_000, interval: 200 },
	);
	expect(started.emitted[0]?.items[0]?.json).toMatchObject({
		channel: 'telegram',
		text: 'New',
		external_chat_id: anna.id,
		external_user_id: anna.id,
		meta: { chat_type: 'private', direction: 'in', sent_by: 'client' },
	});
	expect(started.emitted[0]?.key).toMatch(/^.{8,255}$/);
	started.emitted[0]?.done?.resolve({ status: 'success', finished: true } as never);
	await response.closeFunction?.();
});

test('all of the above was one key from one place at a time', () => {
	expect(sandbox.control.overlaps({})).toEqual([]);
});
