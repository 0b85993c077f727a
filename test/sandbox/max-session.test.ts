/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument --
   a reply is whatever came over the wire; a member that is missing or of another type fails its expectation */
/** Front ends, the state machine, strict types and the ways into an account, on real sockets. */
import { createHash } from 'node:crypto';
import { encode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { startMaxSandbox } from './max';
import type { AdvanceableClock, DemoSession, MaxSandbox } from './max';
import { frameOf, loginRequest, mobileAgent, packBody, RawClient, webAgent } from './max/testing/client';
import type { Front } from './max/testing/client';
import { sandboxForEach } from './max/testing/scene';

let sandbox: MaxSandbox;
let clock: AdvanceableClock;
const clients = sandboxForEach((started, itsClock) => {
	sandbox = started;
	clock = itsClock;
});

async function init(front: Front, deviceId?: string): Promise<RawClient> {
	const client = await RawClient.init(sandbox, front, deviceId);
	clients.push(client);
	return client;
}

async function online(
	...args: Parameters<typeof RawClient.online> extends [MaxSandbox, ...infer Rest] ? Rest : never
) {
	const client = await RawClient.online(sandbox, ...args);
	clients.push(client);
	return client;
}

const fronts: Front[] = ['websocket', 'json', 'tcp'];
const [anna, boris, clara] = [0, 1, 2].map((index) => () => sandbox.accounts[index as 0 | 1 | 2]) as [
	() => MaxSandbox['accounts'][0],
	() => MaxSandbox['accounts'][1],
	() => MaxSandbox['accounts'][2],
];

describe('front ends', () => {
	it.each(fronts)('%s: LOGIN by token gives profile, chats, contacts and time', async (front) => {
		const { login } = await online(anna(), front);
		expect(login.profile.contact).toMatchObject({ id: 12345678, phone: 79990000001 });
		expect(login.profile.profileOptions).toContain(2);
		expect(login.chats.map((chat: { type: string }) => chat.type).sort()).toEqual([
			'CHANNEL',
			'CHAT',
			'DIALOG',
			'DIALOG',
		]);
		expect(login.contacts).toHaveLength(2);
		expect(login.time).toBe(clock.now());
		const dialog = login.chats.find((chat: { id: number }) => chat.id === 92610303);
		expect(typeof dialog.lastMessage.id).toBe(front === 'json' ? 'string' : 'bigint');
		expect(login.messages['92610303'][0].id).toEqual(dialog.lastMessage.id);
	});

	it.each(fronts)('%s: also without TLS', async (front) => {
		const client = await RawClient.open(sandbox, front, { plain: true });
		clients.push(client);
		const reply = await client.ok(6, { userAgent: front === 'tcp' ? mobileAgent : webAgent, deviceId: 'd' });
		expect(reply.location).toBe('RU');
	});

	it('refuses a WebSocket without the Origin of the web client', async () => {
		await expect(RawClient.open(sandbox, 'websocket', { origin: 'https://example.org' })).rejects.toThrow(
			'403',
		);
	});

	it('refuses a certificate authority it was not told of', async () => {
		await expect(RawClient.open({ ...sandbox, cert: '' }, 'tcp')).rejects.toThrow(/self-signed|unable to/i);
	});

	it('puts frames together from any pieces', async () => {
		const client = await init('tcp');
		const token = anna().mobile?.token;
		const login = frameOf(0, 100, 19, packBody({ ...loginRequest, token }));
		const ping = frameOf(0, 101, 1, packBody({ interactive: false }));
		const all = Buffer.concat([login, ping]);
		for (const byte of all.subarray(0, 30)) client.write(Buffer.from([byte]));
		client.write(all.subarray(30));
		expect((await client.take((frame) => frame.seq === 100)).cmd).toBe(1);
		expect((await client.take((frame) => frame.seq === 101)).payload).toBeNull();
	});

	it.each([
		['websocket', frameOf(0, 0, 6, packBody({}), 9)],
		['tcp', frameOf(0, 0, 6, packBody({}), 9)],
		['json', JSON.stringify({ ver: 10, cmd: 0, seq: 0, opcode: 6, payload: {} })],
	] as const)('%s: another protocol version gets proto.ver and the end', async (front, bytes) => {
		const client = await RawClient.open(sandbox, front);
		client.write(bytes);
		expect((await client.take((frame) => frame.cmd === 3)).payload.error).toBe('proto.ver');
		await client.closed;
	});

	it('reads LZ4 under any flag and answers in every compression', async () => {
		const client = await online(anna(), 'websocket');
		const raw = packBody({ contactIds: Array.from({ length: 40 }, () => 87654321) });
		const literals = Buffer.concat([Buffer.from([0xf0, raw.length - 15]), raw]);
		client.write(frameOf(0, 9000, 32, literals, 10, 0x33));
		expect((await client.take((frame) => frame.seq === 9000)).payload.contacts).toHaveLength(40);
		for (const compression of ['never', 'always', 'auto'] as const) {
			sandbox.control.setPolicy({ compression });
			expect((await client.ok(48, { chatIds: [92610303] })).chats).toHaveLength(1);
		}
		sandbox.control.setPolicy({ extension: 'wide' });
		const { chats } = await client.ok(48, { chatIds: [-68000000000001] });
		expect(chats[0].id).toBe(-68000000000001);
		expect(typeof chats[0].lastMessage.id).toBe('bigint');
	});

	it('matches replies beyond 256 requests and wraps seq at 65536', async () => {
		const client = await online(anna(), 'tcp');
		client.seq = 65_400;
		for (let index = 0; index < 300; index += 1)
			expect(await client.ok(1, { interactive: false })).toBeNull();
		expect(client.seq).toBe(164);
	});
});

describe('state machine and strict types', () => {
	it('answers nothing but SESSION_INIT first, and ends the connection', async () => {
		const client = await RawClient.open(sandbox, 'websocket');
		expect(await client.refused(19, { token: 'x' })).toBe('session.state');
		await client.closed;
	});

	it('wants LOGIN before anything else, and only once', async () => {
		const client = await init('websocket');
		expect(await client.refused(53, { marker: 0 })).toBe('session.state');
		expect(await client.ok(5, { events: [] })).toBeNull();
		await client.ok(19, { ...loginRequest, token: anna().web?.token });
		expect(await client.refused(19, { ...loginRequest, token: anna().web?.token })).toBe('session.state');
		expect(await client.refused(6, { userAgent: webAgent, deviceId: 'd' })).toBe('session.state');
		expect(await client.refused(4242, {})).toBe('proto.opcode');
	});

	it('ends a connection that sends a push-only number', async () => {
		const client = await online(anna(), 'websocket');
		expect(await client.refused(135, {})).toBe('proto.opcode');
		await client.closed;
	});

	it('refuses a float time and closes', async () => {
		const client = await online(anna(), 'websocket');
		const body = encode(
			{ chatId: 92610303, from: 1789303939393, backward: 10, forward: 0 },
			{ useBigInt64: true },
		);
		client.write(frameOf(0, 77, 49, body));
		const reply = await client.take((frame) => frame.seq === 77);
		expect(reply.payload).toMatchObject({ error: 'proto.payload' });
		expect(reply.payload.message).toContain('float');
		await client.closed;
	});

	it('refuses a string message id on TCP and a numeric one in JSON', async () => {
		const tcp = await online(anna(), 'tcp');
		const answer = await tcp.request(71, { chatId: 92610303, messageIds: ['117263822972066856'] });
		expect(answer.payload.message).toContain('Expected number');
		await tcp.closed;
		const json = await online(anna(), 'json');
		const numeric = await json.request(71, { chatId: 92610303, messageIds: [117263822972066856n] });
		expect(numeric.payload.message).toContain('Expected string');
		await json.closed;
	});

	it('understands either form of a message id when told to', async () => {
		sandbox.control.setPolicy({ lenientMessageIds: true });
		const tcp = await online(anna(), 'tcp');
		const { id } = tcp.login.messages['92610303'][0];
		expect((await tcp.ok(71, { chatId: 92610303, messageIds: [id.toString()] })).messages).toHaveLength(1);
		const json = await online(anna(), 'json');
		expect((await json.ok(71, { chatId: 92610303, messageIds: [id] })).messages).toHaveLength(1);
	});

	it('tells a missing field without closing a WebSocket', async () => {
		const client = await online(anna(), 'websocket');
		expect(await client.refused(49, { chatId: 92610303 })).toBe('proto.payload');
		await client.settle();
	});

	it.each([
		['websocket', mobileAgent],
		['tcp', webAgent],
		['websocket', { ...webAgent, appVersion: '25.1.1' }],
	] as const)('%s refuses a device that does not belong there', async (front, userAgent) => {
		const client = await RawClient.open(sandbox, front);
		expect(await client.refused(6, { userAgent, deviceId: 'd' })).toBe('client.unsupported-version');
		await client.closed;
	});

	it('ends a connection that is silent for too long', async () => {
		const client = await online(anna(), 'websocket');
		clock.advance(299_000);
		await client.settle();
		clock.advance(301_000);
		await client.closed;
		expect(sandbox.control.connections()[0]?.closedBy).toBe('idle');
	});
});

describe('LOGIN', () => {
	it('refuses unknown tokens, tokens of the other transport and too many chats', async () => {
		const client = await init('websocket');
		const unknown = await client.request(19, { ...loginRequest, token: 'nonsense' });
		expect(unknown.payload).toMatchObject({ error: 'login.token', message: 'FAIL_LOGIN_TOKEN' });
		expect(await client.refused(19, { ...loginRequest, token: anna().mobile?.token })).toBe('login.token');
		const many = await client.request(19, { ...loginRequest, token: anna().web?.token, chatsCount: 200 });
		expect(many.payload.message).toBe("'chatsCount' out of range");
	});

	it('returns only what changed after the markers', async () => {
		const first = await online(anna(), 'websocket');
		const { time } = first.login;
		clock.advance(1000);
		const again = await online(anna(), 'websocket', { chatsSync: time, contactsSync: time });
		expect(again.login.chats).toEqual([]);
		expect(again.login.contacts).toEqual([]);
		sandbox.control.injectMessage({ from: boris().id, to: anna().id, text: 'later' });
		const third = await online(anna(), 'websocket', { chatsSync: time, configHash: first.login.config.hash });
		expect(third.login.chats.map((chat: { id: number }) => chat.id)).toEqual([92610303]);
		expect(third.login.messages['92610303'][0].text).toBe('later');
		expect(third.login.config).toEqual({ hash: first.login.config.hash });
	});

	it('rotates an aged token; the old one lives on', async () => {
		const before = anna().web as DemoSession;
		clock.advance(8 * 86_400_000);
		const { login } = await online(anna(), 'websocket');
		expect(login.token).not.toBe(before.token);
		const second = await online(anna(), 'websocket');
		expect(second.login.token).toBe(login.token);
		sandbox.control.setPolicy({ rotationKillsOld: true });
		const client = await init('websocket');
		expect(await client.refused(19, { ...loginRequest, token: before.token })).toBe('login.token');
	});

	it('takes 30 LOGINs in ten minutes and no more', async () => {
		const token = anna().web?.token;
		for (let index = 0; index < 30; index += 1) {
			const client = await init('websocket');
			await client.ok(19, { ...loginRequest, token });
			client.close();
		}
		const client = await init('websocket');
		expect(await client.refused(19, { ...loginRequest, token })).toBe('login.flood');
		clock.advance(600_001);
		const later = await init('websocket');
		await later.ok(19, { ...loginRequest, token });
		expect(sandbox.control.logins({ account: anna().id })[0]?.logins).toBe(32);
	});

	it('can leave profile, contacts and config to opcode 8, and bind a token to its device', async () => {
		sandbox.control.setPolicy({ login2: true, nullInContacts: true });
		const phone = await online(anna(), 'tcp');
		const { login } = phone;
		expect([login.profile, login.contacts, login.config]).toEqual([undefined, undefined, undefined]);
		expect(login.login2Flags.profileEnabled).toBe(true);
		const rest = await phone.ok(8, { needProfile: true, contactsSync: 0 });
		expect(rest.profile.contact.id).toBe(12345678);
		expect(rest.contactInfos[1]).toBeNull();
		sandbox.control.setPolicy({ tokenBoundToDevice: true });
		const other = await init('websocket', 'another-device');
		expect(await other.refused(19, { ...loginRequest, token: anna().web?.token })).toBe('login.token');
	});

	it('tells a ban, and a session that was ended by force', async () => {
		const client = await online(boris(), 'websocket');
		sandbox.control.forceLogout({ account: boris().id, key: 'FAIL_LOGOUT_ALL', message: 'ended' });
		await client.push(20);
		await client.closed;
		const next = await init('websocket');
		expect(await next.refused(19, { ...loginRequest, token: boris().web?.token })).toBe('FAIL_LOGOUT_ALL');
		sandbox.control.setAccount({ account: anna().id, banned: 'login.blocked' });
		expect(await next.refused(19, { ...loginRequest, token: anna().web?.token })).toBe('login.blocked');
	});
});

describe('phone login', () => {
	const mode = new Uint8Array(96).fill(1);
	const request = (phone: string) => ({ phone, type: 'START_AUTH', language: 'ru', mode });

	async function withCode(client: RawClient, phone: string) {
		const { token, codeLength } = await client.ok(17, request(phone));
		const { code } = sandbox.control.lastCode({ phone });
		expect(code).toHaveLength(codeLength);
		return client.request(18, { token, verifyCode: code, authTokenType: 'CHECK_CODE' });
	}

	it('code, then password: a wrong one inside an OK reply', async () => {
		const client = await init('tcp');
		const { payload } = await withCode(client, anna().phone);
		const { trackId, hint } = payload.passwordChallenge;
		expect(hint).toBe('battery');
		const wrong = await client.ok(115, { trackId, password: 'nope' });
		expect(wrong.error).toBe('login.cred');
		expect(wrong.tokenAttrs).toBeUndefined();
		const right = await client.ok(115, { trackId, password: anna().password });
		const login = await client.ok(19, { ...loginRequest, token: right.tokenAttrs.LOGIN.token });
		expect(login.profile.contact.id).toBe(12345678);
	});

	it('an account without password and without sessions needs only the code', async () => {
		const client = await init('tcp');
		const { payload } = await withCode(client, clara().phone);
		expect(payload.tokenAttrs.LOGIN.token).toBeTypeOf('string');
	});

	it('an account with a session and no password is refused until it sets one', async () => {
		const client = await init('tcp');
		const refused = await withCode(client, boris().phone);
		expect(refused.payload.error).toBe('error.profile.active.session.no2fa');
		sandbox.control.setAccount({ account: boris().id, password: 'now-there-is-one' });
		expect((await withCode(client, boris().phone)).payload.passwordChallenge).toBeDefined();
	});

	it('an unknown phone registers', async () => {
		const client = await init('tcp');
		const { payload } = await withCode(client, '+79995550000');
		const { token } = payload.tokenAttrs.REGISTER;
		const bad = { token, tokenType: 'REGISTER', firstName: 'A<b>' };
		expect(await client.refused(23, bad)).toBe('validate.first_name.invalid_chars');
		const reply = await client.ok(23, { token, tokenType: 'REGISTER', firstName: 'Dora' });
		expect(reply.tokenType).toBe('LOGIN');
		const login = await client.ok(19, { ...loginRequest, token: reply.token });
		expect(login.profile.contact.names[0].firstName).toBe('Dora');
	});

	it('without a fingerprint the reply is OK and the code never comes', async () => {
		const client = await init('tcp');
		await client.ok(17, { phone: clara().phone, type: 'START_AUTH', language: 'ru' });
		expect(sandbox.control.lastCode({ phone: clara().phone })).toEqual({ code: null });
	});

	it('a code that was not delivered is not right either, should somebody guess it', async () => {
		const unprotected = { phone: clara().phone, type: 'START_AUTH', language: 'ru' };
		const twin = await startMaxSandbox({ clock, seed: 5, policy: { fingerprint: 'none' } });
		try {
			const other = await RawClient.init(twin, 'tcp');
			clients.push(other);
			await other.ok(17, unprotected);
			// The same seed makes the same code.
			const { code } = twin.control.lastCode({ phone: clara().phone });
			expect(code).toHaveLength(6);
			const client = await init('tcp');
			const { token } = await client.ok(17, unprotected);
			const guess = { token, verifyCode: code, authTokenType: 'CHECK_CODE' };
			expect(await client.refused(18, guess)).toBe('verify.code.wrong');
			const first = await other.request(18, { ...guess, token });
			expect(first.payload.tokenAttrs.LOGIN.token).toBeTypeOf('string');
		} finally {
			await twin.close();
		}
	});

	it('can insist on the right fingerprint, in either known order of its digests', async () => {
		const digests = ['aa', 'bb', 'cc'].map((pair) => pair.repeat(32));
		sandbox.control.setPolicy({ fingerprint: 'exact', fingerprintDigests: digests });
		const client = await RawClient.open(sandbox, 'tcp');
		clients.push(client);
		const { callsSeed } = await client.ok(6, { userAgent: mobileAgent, deviceId: '9f3c1a2b4d5e6f70' });
		expect(callsSeed).toBeTypeOf('bigint');
		const seed = Buffer.alloc(8);
		seed.writeBigInt64BE(callsSeed);
		const [signature, dex, so] = digests.map((digest) =>
			createHash('sha256')
				.update(Buffer.concat([Buffer.from(digest, 'hex'), seed, Buffer.from('9f3c1a2b4d5e6f70')]))
				.digest(),
		) as [Buffer, Buffer, Buffer];
		await client.ok(17, request(clara().phone));
		expect(sandbox.control.lastCode({ phone: clara().phone }).code).toBeNull();
		for (const order of [
			[signature, dex, so],
			[signature, so, dex],
		]) {
			clock.advance(20_000);
			await client.ok(17, { ...request(clara().phone), mode: new Uint8Array(Buffer.concat(order)) });
			expect(sandbox.control.lastCode({ phone: clara().phone }).code).toHaveLength(6);
		}
	});

	it('counts wrong codes, expiry and bursts', async () => {
		const client = await init('tcp');
		const { token } = await client.ok(17, request(clara().phone));
		const wrong = { token, verifyCode: 'wrong!', authTokenType: 'CHECK_CODE' };
		for (let index = 0; index < 4; index += 1)
			expect(await client.refused(18, wrong)).toBe('verify.code.wrong');
		expect(await client.refused(18, wrong)).toBe('error.code.attempt.limit');
		const second = await client.ok(17, { ...request(clara().phone), type: 'RESEND' });
		expect(second.requestCountLeft).toBe(8);
		await client.ok(17, request(clara().phone));
		expect(await client.refused(17, request(clara().phone))).toBe('error.limit.violate');
		clock.advance(299_000);
		await client.settle();
		clock.advance(2000);
		const late = { token: second.token, verifyCode: '000000', authTokenType: 'CHECK_CODE' };
		expect(await client.refused(18, late)).toBe('verify.code.expired');
	});

	it('is closed to the web, or asks it for a captcha', async () => {
		const client = await init('websocket');
		expect(await client.refused(17, request(clara().phone))).toBe('FAIL_FORBIDDEN');
		sandbox.control.setPolicy({ webPhoneLogin: 'captcha' });
		const { link } = await client.ok(224, { source: 'auth', identifier: clara().phone });
		expect(link).toMatch(/^https:/);
		const solved = { ...request(clara().phone), captchaToken: 'captcha-solved-by-a-person' };
		expect((await client.ok(17, solved)).token).toBeTypeOf('string');
	});
});

describe('QR login, sessions, logout', () => {
	it('create, poll, approve on the phone, finish, password', async () => {
		const web = await init('websocket');
		const { qrLink, trackId, pollingInterval } = await web.ok(288, {});
		expect(pollingInterval).toBe(5000);
		expect((await web.ok(289, { trackId })).status.loginAvailable).toBeUndefined();
		const phone = await online(anna(), 'tcp');
		await phone.ok(290, { qrLink });
		expect((await web.ok(289, { trackId })).status.loginAvailable).toBe(true);
		const { passwordChallenge } = await web.ok(291, { trackId });
		const { tokenAttrs } = await web.ok(115, {
			trackId: passwordChallenge.trackId,
			password: anna().password,
		});
		await web.ok(19, { ...loginRequest, token: tokenAttrs.LOGIN.token });
		expect(await web.refused(289, { trackId })).toBe('track.not.found');
	});

	it('an expired picture is gone; a scripted phone can scan', async () => {
		const web = await init('websocket');
		const { trackId } = await web.ok(288, {});
		clock.advance(121_000);
		expect(await web.refused(289, { trackId })).toBe('track.not.found');
		const next = await web.ok(288, {});
		sandbox.control.scanQr({ account: boris().id, link: next.qrLink });
		const { tokenAttrs } = await web.ok(291, { trackId: next.trackId });
		expect(tokenAttrs.LOGIN.token).toBeTypeOf('string');
		const phone = await init('tcp');
		expect(await phone.refused(288, {})).toBe('qr_login.disabled');
	});

	it('lists sessions, ends the others with push 20, and logs out', async () => {
		const web = await online(anna(), 'websocket');
		const phone = await online(anna(), 'tcp');
		const { sessions } = await web.ok(96, {});
		expect(sessions.map((one: { client: string; current: boolean }) => [one.client, one.current])).toEqual([
			['MAX WEB', true],
			['MAX Android', false],
		]);
		await web.ok(97, {});
		await phone.push(20);
		await phone.closed;
		expect(await web.ok(20, {})).toBeNull();
		await web.closed;
		const again = await init('websocket');
		expect(await again.refused(19, { ...loginRequest, token: anna().web?.token })).toBe('login.token');
	});

	it('sets, changes and removes the password of an account', async () => {
		const client = await online(boris(), 'tcp');
		const set = await client.ok(112, { type: 0 });
		await client.ok(107, { ...set, password: 'first-password' });
		await client.ok(108, { ...set, hint: 'one' });
		const { profile } = await client.ok(111, {
			...set,
			password: 'first-password',
			expectedCapabilities: [0, 3],
		});
		expect(profile.profileOptions).toEqual([2, 4]);
		const remove = await client.ok(112, { type: 0 });
		expect(await client.refused(111, { ...remove, remove2fa: true, expectedCapabilities: [5] })).toBe(
			'FAIL_FORBIDDEN',
		);
		await client.ok(113, { ...remove, password: 'first-password' });
		await client.ok(111, { ...remove, remove2fa: true, expectedCapabilities: [5] });
		expect((await client.ok(104, {})).enabled).toBe(false);
	});
});
