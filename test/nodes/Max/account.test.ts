import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Max } from '../../../nodes/Max/Max.node';
import { MaxTrigger } from '../../../nodes/Max/MaxTrigger.node';
import { createPool } from '../../../src/app';
import { replaceHost } from '../../../src/n8n';
import type { Pool } from '../../../src/pool';
import { systemClock, systemRandom } from '../../../src/runtime';
import { triggerContext } from '../../n8n/support/contexts';
import { CREDENTIAL, errorOf, outputOf, run } from '../../n8n/support/run';
import { startMaxSandbox, type MaxSandbox } from '../../sandbox/max';

/** The nodes in n8n's engine, over the real pool, store and driver, against a fake MAX on sockets. */
let sandbox: MaxSandbox;
let pool: Pool;
let dir: string;
let restore: () => void;

beforeAll(async () => {
	sandbox = await startMaxSandbox();
	dir = await mkdtemp(join(tmpdir(), 'messenger-accounts-nodes-'));
	pool = createPool({ dir });
	restore = replaceHost(() => ({ pool, clock: systemClock, random: systemRandom }));
});

afterAll(async () => {
	restore();
	await pool.shutdown();
	expect(sandbox.control.failures({})).toEqual([]);
	await sandbox.close();
	await rm(dir, { recursive: true, force: true });
});

const settings = { credentials: { maxUserApi: CREDENTIAL } };
const unhurried = {
	loginPerMinute: 0,
	loginPerHour: 0,
	sendsPerMinute: 10_000,
	chatGapSeconds: 0,
	pageDelayMs: 0,
};

/** Anna's web session. */
const annas = (): IDataObject => ({
	...sandbox.accounts[0].web,
	endpoint: sandbox.addresses.websocketPlain,
	...unhurried,
});
/** A credential before the first login. */
const newcomer = (deviceType: 'WEB' | 'ANDROID'): IDataObject => ({
	deviceType,
	endpoint: deviceType === 'WEB' ? sandbox.addresses.websocketPlain : sandbox.addresses.tcpPlain,
	fingerprintDigests: ['11', '22', '33'].map((pair) => pair.repeat(32)),
	...unhurried,
});

const attempt = (
	resource: string,
	operation: string,
	parameters = {},
	credentials = annas,
	executionId = '1',
) =>
	run(new Max(), {
		parameters: { resource, operation, ...parameters },
		settings,
		credentials: credentials as never,
		executionId,
	});

async function call(...args: Parameters<typeof attempt>) {
	return outputOf(await attempt(...args));
}

function fromBoris(text: string) {
	const [anna, boris] = sandbox.accounts;
	return sandbox.control.injectMessage({ from: boris.id, to: anna.id, text });
}

test('a chat is listed, read, answered and marked; sending the same again in one execution sends nothing', async () => {
	const { chatId } = fromBoris('Still there?');
	const listed = await call('chat', 'getMany', { returnAll: true });
	expect(listed.map(({ json }) => json['external_chat_id'])).toContain(chatId);
	const [newest] = await call('message', 'getMany', { chatId, limit: 1 });
	expect(newest?.json).toMatchObject({ channel: 'max', text: 'Still there?', client_name: 'Boris Orlov' });
	const send = () => call('message', 'send', { chatId, text: 'Yes' }, annas, '42');
	expect((await send())[0]?.json).toMatchObject({ chat_id: chatId, duplicate: false });
	expect((await send())[0]?.json).toMatchObject({ chat_id: chatId, duplicate: true });
	const sent = sandbox.control.authored({ account: sandbox.accounts[0].id });
	expect(sent.filter(({ text }) => text === 'Yes')).toHaveLength(1);
	await call('chat', 'markRead', { chatId });
});

test('a file goes up and comes down byte for byte', async () => {
	const { chatId } = fromBoris('Send it');
	const bytes = systemRandom.hex(500_000);
	const data = Buffer.from(bytes).toString('base64');
	const sent = await run(new Max(), {
		parameters: {
			resource: 'message',
			operation: 'sendMedia',
			chatId,
			mediaKind: 'file',
			binaryPropertyName: 'data',
		},
		items: [{ json: {}, binary: { data: { data, mimeType: 'text/plain', fileName: 'hex.txt' } } }],
		settings,
		credentials: annas as never,
	});
	const messageId = outputOf(sent)[0]?.json['message_id'];
	const [message] = await call('message', 'get', { chatId, messageIds: messageId });
	const [file] = await call('file', 'download', { mediaRef: message?.json['media'] });
	const back = Buffer.from(file?.binary?.['data']?.data ?? '', 'base64').toString();
	expect(back === bytes).toBe(true);
	expect(file?.binary?.['data']?.fileName).toBe('hex.txt');
});

describe('a login', () => {
	test('by phone: code, then the password the account has; the session is shown once', async () => {
		const [anna] = sandbox.accounts;
		const phone = () => newcomer('ANDROID');
		const [asked] = await call('login', 'requestCode', { phone: anna.phone }, phone);
		const { code } = sandbox.control.lastCode({ phone: anna.phone });
		const codeToken = asked?.json['code_token'];
		const [challenge] = await call('login', 'checkCode', { codeToken, code }, phone);
		expect(challenge?.json).toMatchObject({ track_id: expect.any(String) as string });
		const trackId = challenge?.json['track_id'];
		const wrong = await attempt('login', 'checkPassword', { trackId, password: 'no' }, phone);
		expect(errorOf(wrong)).toMatchObject({ context: { code: 'password_invalid' } });
		const [session] = await call('login', 'checkPassword', { trackId, password: anna.password }, phone);
		expect(session?.json).toMatchObject({ token: expect.any(String) as string, device_type: 'ANDROID' });
		const fields = {
			...newcomer('ANDROID'),
			token: session?.json['token'],
			deviceId: session?.json['device_id'],
			phoneHash: '0123456789abcdef',
		};
		const [status] = await call('account', 'getStatus', {}, () => fields);
		expect(status?.json).toMatchObject({
			authorized: true,
			state: 'live',
			profile: { phone_hash: '0123456789abcdef' },
		});
		const statuses = await call('account', 'getMany');
		expect(JSON.stringify(statuses)).not.toContain(session?.json['token']);
		expect(JSON.stringify(statuses)).not.toContain(anna.phone.slice(1));
	});

	test('works beside the session the credential holds, which stays as it is', async () => {
		const [anna] = sandbox.accounts;
		const before = sandbox.control.logins({ account: anna.id }).filter(({ ended }) => !ended);
		const [qr] = await call('login', 'getQr');
		expect(qr?.binary?.['data']?.mimeType).toBe('image/png');
		sandbox.control.scanQr({ account: anna.id, link: qr?.json['qr_link'] as string });
		const [session] = await call('login', 'checkQr', {
			trackId: qr?.json['track_id'],
			password: anna.password,
		});
		expect(session?.json).toMatchObject({ token: expect.any(String) as string, device_type: 'WEB' });
		const after = sandbox.control.logins({ account: anna.id }).filter(({ ended }) => !ended);
		expect(after.slice(0, before.length).map(({ logins }) => logins)).toEqual(
			before.map(({ logins }) => logins),
		);
		expect(sandbox.control.overlaps({})).toEqual([]);
	});

	test('is what every other operation asks for while there is none, with where it is explained', async () => {
		const result = await attempt('message', 'send', { chatId: '92610303', text: 'x' }, () => newcomer('WEB'));
		expect(errorOf(result)).toMatchObject({
			message: expect.stringMatching(/no login token/) as string,
			description: expect.stringMatching(/https:\/\/\S+#log-in-to-max/) as string,
		});
	});
});

describe('the test of a credential', () => {
	const tested = (fields: object) => {
		const data = { ...annas(), ...fields };
		return pool.test({ channel: 'max', id: 'tested', data, read: () => Promise.resolve(data) });
	};
	const sessionOf = (account: string): object => sandbox.control.addSession({ account });

	test('takes the connection that is open', async () => {
		await call('profile', 'get');
		expect(await tested({})).toEqual({ ok: true, message: 'Connected as Anna Lee.' });
	});

	test('opens the account once for itself and the first execution', async () => {
		const { id } = sandbox.control.addAccount({ firstName: 'Olga', phone: '79990000020' });
		const session = sessionOf(id);
		expect(await tested(session)).toEqual({ ok: true, message: 'Connected as Olga.' });
		await call('profile', 'get', {}, () => ({ ...annas(), ...session }));
		expect(sandbox.control.logins({ account: id })).toMatchObject([{ logins: 1 }]);
	});

	test('tells a dead session from a blocked account and from an address nobody listens at', async () => {
		const dead = await tested({ token: 'not-a-token' });
		expect(dead).toMatchObject({
			ok: false,
			message: expect.stringMatching(/no longer valid.*Log in/) as string,
		});
		expect(dead.message).not.toContain('not-a-token');
		const { id } = sandbox.control.addAccount({ firstName: 'Pavel', phone: '79990000021' });
		const session = sessionOf(id);
		sandbox.control.setAccount({ account: id, banned: 'login.blocked' });
		expect(await tested(session)).toMatchObject({
			ok: false,
			message: expect.stringMatching(/blocked or suspended/) as string,
		});
		const nobody = { token: 'x', endpoint: 'ws://127.0.0.1:9/websocket' };
		expect(await tested(nobody)).toMatchObject({
			ok: false,
			message: expect.stringMatching(/cannot be reached/) as string,
		});
	});

	test('before the first login it only says that MAX answers', async () => {
		expect(await tested({ token: '' })).toMatchObject({
			ok: true,
			message: expect.stringMatching(/run Login/) as string,
		});
	});

	test('an unsaved change of the proxy does not reopen what others use', async () => {
		await call('profile', 'get');
		const answer = await tested({ proxyUrl: 'http://127.0.0.1:9' });
		expect(answer).toMatchObject({ ok: false });
		const { token } = sandbox.accounts[0].web!;
		const own = sandbox.control
			.logins({ account: sandbox.accounts[0].id })
			.find((one) => one.token === token);
		expect(own).toMatchObject({ logins: 1 });
	});
});

test('a published trigger hands a new message on and takes the end of its execution as settlement', async () => {
	const node = new MaxTrigger();
	const started = triggerContext(node, { credentials: annas as never, settings });
	const response = await node.trigger.call(started.context);
	// A trigger starts at now, which is when the account is read for it: what was written before is not its business.
	const sent: { chatId: string; messageId: string }[] = [];
	await vi.waitFor(
		() => {
			sent.push(fromBoris('New'));
			expect(started.emitted.length).toBeGreaterThan(0);
		},
		{ timeout: 10_000, interval: 200 },
	);
	expect(started.emitted[0]?.items[0]?.json).toMatchObject({
		text: 'New',
		external_chat_id: sent[0]?.chatId,
		meta: { chat_type: 'private', direction: 'in', sent_by: 'client' },
	});
	const ids = sent.map((message) => message.messageId);
	expect(ids).toContain((started.emitted[0]?.items[0]?.json['meta'] as IDataObject)['external_message_id']);
	expect(started.emitted[0]?.key).toMatch(/^.{8,255}$/);
	started.emitted[0]?.done?.resolve({ status: 'success', finished: true } as never);
	await response.closeFunction?.();
});

test('a trigger gets every event MAX has, each with what it is about', async () => {
	const [anna, boris, clara] = sandbox.accounts;
	const { control, demo } = sandbox;
	const node = new MaxTrigger();
	const events = node.description.properties.find(({ name }) => name === 'events');
	const all = events?.options?.map((option) => ('value' in option ? String(option.value) : '')) ?? [];
	const parameters = {
		events: all,
		filters: {
			chatTypes: ['private', 'group', 'channel', 'saved'],
			direction: 'both',
			includeNodeSends: true,
			ignoreBots: false,
			includeService: true,
		},
		options: { maxParallel: 1000, chatOrderSeconds: 0 },
	};
	const started = triggerContext(node, { credentials: annas as never, settings, parameters });
	const response = await node.trigger.call(started.context);
	const seen = (): Map<string, IDataObject> =>
		new Map(
			started.emitted.flatMap(({ items }) =>
				items.map(({ json }): [string, IDataObject] => [json['event_type'] as string, json]),
			),
		);
	const { chatId, messageId } = fromBoris('To be changed');
	const deeds: Record<string, () => unknown> = {
		message: () => fromBoris('Hello'),
		message_edited: () => control.edit({ chatId, messageId, text: `Changed ${systemRandom.hex(2)}` }),
		message_deleted: () => control.remove({ chatId, messageIds: [fromBoris('To go').messageId] }),
		reaction: () => control.react({ from: boris.id, chatId, messageId, reaction: '👍' }),
		read: () => control.read({ from: boris.id, chatId }),
		presence: () => control.presence({ account: boris.id }),
		chat_changed: () =>
			control.changeChat({
				chatId: demo.groupId,
				by: boris.id,
				action: 'rename',
				title: systemRandom.hex(4),
			}),
		member_changed: () =>
			control.changeChat({ chatId: demo.groupId, by: boris.id, action: 'add', users: [clara.id] }),
		contact_changed: () => control.setAccount({ account: boris.id, description: systemRandom.hex(4) }),
		profile_changed: () => control.setAccount({ account: anna.id, description: systemRandom.hex(4) }),
		call: () => control.incomingCall({ from: boris.id, to: anna.id }),
		unknown: () => control.push({ account: anna.id, opcode: 199, payload: { strange: true } }),
	};
	for (const [type, deed] of Object.entries(deeds))
		await vi.waitFor(
			() => {
				if (!seen().has(type)) deed();
				expect([...seen().keys()], type).toContain(type);
			},
			{ timeout: 5_000, interval: 150 },
		);
	for (const json of seen().values())
		expect(json).toMatchObject({ channel: 'max', account: { id: `max:${anna.id}` } });
	expect(seen().get('reaction')).toMatchObject({
		data: { message_id: messageId, counters: [{ reaction: '👍', count: 1 }] },
	});
	await response.closeFunction?.();
});

test('a trigger that names a chat sees typing there', async () => {
	const [, boris] = sandbox.accounts;
	const { chatId } = fromBoris('Watch me type');
	const parameters = {
		events: ['typing'],
		filters: { includeChats: chatId },
		options: { maxParallel: 1000, chatOrderSeconds: 0 },
	};
	const started = triggerContext(new MaxTrigger(), { credentials: annas as never, settings, parameters });
	const response = await new MaxTrigger().trigger.call(started.context);
	await vi.waitFor(
		() => {
			sandbox.control.typing({ from: boris.id, chatId });
			expect(started.emitted.flatMap(({ items }) => items.map(({ json }) => json))).toContainEqual(
				expect.objectContaining({ event_type: 'typing', external_chat_id: chatId }),
			);
		},
		{ timeout: 15_000, interval: 150 },
	);
	await response.closeFunction?.();
});

test('all of the above was one login of the session', () => {
	const { token } = sandbox.accounts[0].web!;
	const own = sandbox.control.logins({ account: sandbox.accounts[0].id }).find((one) => one.token === token);
	expect(own).toMatchObject({ logins: 1, connections: { peak: 1 } });
	expect(sandbox.control.overlaps({})).toEqual([]);
});
