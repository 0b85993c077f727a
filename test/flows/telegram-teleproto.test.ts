import { Api, errors, TelegramClient } from 'telegram';
import bigInt from 'big-integer';
import { _serverKeys } from 'telegram/crypto/RSA';
import { CustomFile } from 'telegram/client/uploads';
import { NewMessage } from 'telegram/events/index';
import { Logger, LogLevel } from 'telegram/extensions/Logger';
import { computeCheck } from 'telegram/Password';
import { StringSession } from 'telegram/sessions/index';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTelegramSandbox } from '../sandbox/telegram';
import type { TelegramSandbox } from '../sandbox/telegram';

let sandbox: TelegramSandbox;
const clients: TelegramClient[] = [];

beforeEach(async () => {
	sandbox = await startTelegramSandbox();
});

afterEach(async () => {
	for (const client of clients.splice(0)) await client.destroy();
	const { failures } = sandbox.control.counts();
	await sandbox.close();
	expect(failures).toEqual([]);
});

/** A client of the npm package `telegram`, pointed at one data centre and trusting its key. */
function clientOf(stored = '', dcId = 2): TelegramClient {
	const dc = sandbox.dcs.find((one) => one.id === dcId);
	if (dc === undefined) throw new Error(`no data centre ${dcId}`);
	const modulus = bigInt(dc.modulus, 16);
	_serverKeys.set(dc.fingerprint, { n: modulus, e: dc.exponent });
	const session = new StringSession(stored);
	if (stored === '') session.setDC(dcId, dc.host, dc.port);
	const client = new TelegramClient(session, 12345, '0'.repeat(32), {
		connectionRetries: 3,
		baseLogger: new Logger(LogLevel.NONE),
	});
	clients.push(client);
	return client;
}

async function login(client: TelegramClient, index: 0 | 1 | 2): Promise<Api.User> {
	const account = sandbox.accounts[index];
	await client.connect();
	const sent = await client.invoke(
		new Api.auth.SendCode({
			phoneNumber: account.phone,
			apiId: 12345,
			apiHash: '0'.repeat(32),
			settings: new Api.CodeSettings({}),
		}),
	);
	if (!(sent instanceof Api.auth.SentCode)) throw new Error(sent.className);
	const { phoneCodeHash } = sent;
	try {
		const entered = await client.invoke(
			new Api.auth.SignIn({ phoneNumber: account.phone, phoneCodeHash, phoneCode: account.code }),
		);
		return (entered as Api.auth.Authorization).user as Api.User;
	} catch (error) {
		if (!(error instanceof errors.RPCError && error.errorMessage === 'SESSION_PASSWORD_NEEDED')) throw error;
		const parameters = await client.invoke(new Api.account.GetPassword());
		const password = await computeCheck(parameters, account.password ?? '');
		const entered = await client.invoke(new Api.auth.CheckPassword({ password }));
		return (entered as Api.auth.Authorization).user as Api.User;
	}
}

it('teleproto logs in with code and 2FA, sends, receives, uploads and downloads', async () => {
	const client = clientOf();
	const user = await login(client, 0);
	expect(user.id.toString()).toBe(sandbox.accounts[0].id);

	const received: string[] = [];
	const arrived = Promise.withResolvers<void>();
	client.addEventHandler(
		(event) => {
			received.push(event.message.message);
			if (received.length === 3) arrived.resolve();
		},
		new NewMessage({ incoming: true }),
	);

	const sent = await client.sendMessage('boris_sandbox', { message: 'hello from teleproto' });
	expect(sandbox.control.messages({ owner: '@boris_sandbox', peer: '@anna_sandbox' }).at(-1)?.text).toBe(
		'hello from teleproto',
	);
	expect((await client.getMessages('boris_sandbox', { limit: 1 }))[0]?.id).toBe(sent.id);

	for (const to of ['@anna_sandbox', sandbox.demo.groupId, sandbox.demo.supergroupId]) {
		sandbox.control.injectMessage({ from: '@boris_sandbox', to, text: `to ${to}` });
	}
	await arrived.promise;
	expect(received.sort()).toEqual(
		['@anna_sandbox', sandbox.demo.groupId, sandbox.demo.supergroupId].map((to) => `to ${to}`).sort(),
	);

	const data = Buffer.alloc(2 * 1024 * 1024 + 5, 'telegram');
	const file = await client.sendFile('boris_sandbox', {
		file: new CustomFile('big.bin', data.length, '', data),
		forceDocument: true,
	});
	const back = await client.downloadMedia(file, {});
	expect(Buffer.isBuffer(back) && back.equals(data)).toBe(true);

	const names = (await client.getDialogs({})).map((dialog) => dialog.title).sort();
	expect([...names]).toEqual(['Boris', 'Family', 'News', 'Team']);
	expect(sandbox.control.counts().unknownMethods).toEqual({});
});

it('a stored session connects again without a code, and follows an account to its data centre', async () => {
	const first = clientOf();
	await login(first, 2);
	expect(first.session.dcId).toBe(1);
	const stored = first.session.save() as unknown as string;
	await first.destroy();
	sandbox.control.clearLog();

	const again = clientOf(stored);
	await again.connect();
	const [me] = await again.invoke(new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }));
	expect(me?.id.toString()).toBe(sandbox.accounts[2].id);
	expect(sandbox.control.counts()).toMatchObject({ codesSent: 0 });
});
