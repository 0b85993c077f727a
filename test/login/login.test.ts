import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Login, waysOf, type Done, type LoginStep, type Messenger, type Way } from '../../src/login';
import { systemClock, systemRandom } from '../../src/runtime';
import { newPool } from '../n8n/login/support/page-server';
import { startMaxSandbox, type MaxSandbox } from '../sandbox/max';
import { startTelegramSandbox, type TelegramSandbox } from '../sandbox/telegram';

let max: MaxSandbox;
let telegram: TelegramSandbox;
const pool = newPool(systemClock);

beforeAll(async () => {
	[max, telegram] = await Promise.all([startMaxSandbox(), startTelegramSandbox()]);
});

afterAll(async () => {
	await pool.shutdown();
	await Promise.all([max.close(), telegram.close()]);
});

function fieldsOf(messenger: Messenger, way: Way): Record<string, unknown> {
	const dc = telegram.dcs[1]!;
	return messenger === 'telegram'
		? {
				apiId: '12345',
				apiHash: '0123456789abcdef0123456789abcdef',
				endpoint: `2@127.0.0.1:${String(dc.port)}`,
				publicKey: dc.publicKeyPem,
			}
		: {
				endpoint: way === 'qr' ? max.addresses.websocketPlain : max.addresses.tcpPlain,
				fingerprintDigests: ['11', '22', '33'].map((pair) => pair.repeat(32)).join('\n'),
			};
}

function begin(messenger: Messenger, way: Way): Login {
	return new Login(pool, { messenger, way, fields: fieldsOf(messenger, way), id: systemRandom.hex(16) });
}

function as<K extends LoginStep['kind']>(step: LoginStep, kind: K): Extract<LoginStep, { kind: K }> {
	if (step.kind !== kind) throw new Error(`expected ${kind}, got ${step.kind}`);
	return step as Extract<LoginStep, { kind: K }>;
}

/** The session opens the account. */
async function works(messenger: Messenger, way: Way, { fields }: Done): Promise<void> {
	const data = { ...fieldsOf(messenger, way), ...fields };
	const lease = pool.lease({ channel: messenger, id: 'check', data, read: () => Promise.resolve(data) });
	const { items } = await lease.call({ name: 'account.getStatus', input: {} });
	expect(items).toMatchObject([{ authorized: true, state: 'live' }]);
	await lease.close();
}

describe('by phone and code', () => {
	it('Telegram: a wrong code, the right one, the hint, a wrong password, the right one', async () => {
		const [anna] = telegram.accounts;
		const login = begin('telegram', 'phone');
		const code = as(await login.requestCode(anna.phone), 'code');
		expect(code).toMatchObject({ phone: anna.phone, length: 5, doubtful: false });
		await expect(login.checkCode(code, '00000')).rejects.toMatchObject({ code: 'invalid_code' });
		const wanted = as(await login.checkCode(code, anna.code), 'password');
		expect(wanted.hint).toBe('battery');
		await expect(login.checkPassword(wanted, 'wrong')).rejects.toMatchObject({ code: 'password_invalid' });
		const done = as(await login.checkPassword(wanted, anna.password ?? ''), 'done');
		expect(done.profile).toMatchObject({ id: anna.id, name: 'Anna Lee', username: 'anna_sandbox' });
		expect(JSON.stringify(done)).not.toContain(anna.phone.slice(1));
		await works('telegram', 'phone', done);
	});

	it('Telegram: an account that needs an e-mail address first', async () => {
		const phone = '+79990000904';
		const { id } = telegram.control.createUser({ firstName: 'Bruno', phone });
		telegram.control.setUser({ user: id, loginEmail: null });
		const login = begin('telegram', 'phone');
		const wanted = as(await login.requestCode(phone), 'email');
		await expect(login.setUpEmail(wanted, 'no address')).rejects.toMatchObject({ field: 'email' });
		const proof = as(await login.setUpEmail(wanted, 'bruno@example.com'), 'code');
		expect(proof).toMatchObject({ emailPattern: 'b***@example.com', addressProven: false });
		const code = as(await login.checkCode(proof, '22222'), 'code');
		expect(code).toMatchObject({ sentBy: 'emailcode', address: null, addressProven: true });
		await works('telegram', 'phone', as(await login.checkCode(code, '22229'), 'done'));
	});

	it('MAX: the same', async () => {
		const [anna] = max.accounts;
		const login = begin('max', 'phone');
		const code = as(await login.requestCode(anna.phone), 'code');
		expect(code).toMatchObject({ length: 6, resendInSeconds: 60, requestsLeft: 9, doubtful: false });
		await expect(login.checkCode(code, '000000')).rejects.toMatchObject({ code: 'invalid_code' });
		const wanted = as(
			await login.checkCode(code, max.control.lastCode({ phone: anna.phone }).code ?? ''),
			'password',
		);
		expect(wanted.hint).toBe('battery');
		await expect(login.checkPassword(wanted, 'wrong')).rejects.toMatchObject({ code: 'password_invalid' });
		const done = as(await login.checkPassword(wanted, anna.password ?? ''), 'done');
		expect(done.fields).toMatchObject({ deviceType: 'ANDROID' });
		await works('max', 'phone', done);
	});

	it('MAX: says what an account without password has to do, and who is not registered', async () => {
		const login = begin('max', 'phone');
		const boris = max.accounts[1];
		const code = as(await login.requestCode(boris.phone), 'code');
		const { code: digits } = max.control.lastCode({ phone: boris.phone });
		await expect(login.checkCode(code, digits ?? '')).rejects.toMatchObject({
			code: '2fa_required',
			providerCode: 'error.profile.active.session.no2fa',
		});
		const nobody = as(await login.requestCode('+79995550000'), 'code');
		const { code: other } = max.control.lastCode({ phone: '+79995550000' });
		await expect(login.checkCode(nobody, other ?? '')).rejects.toMatchObject({ code: 'not_on_messenger' });
	});

	it('MAX: doubts the code of a device without the official app’s fingerprint', async () => {
		const fields = { endpoint: max.addresses.tcpPlain };
		const login = new Login(pool, { messenger: 'max', way: 'phone', fields, id: 'doubt' });
		expect(await login.requestCode('+79990000003')).toMatchObject({ doubtful: true });
	});
});

describe('by QR code', () => {
	it('Telegram: waits, is scanned, asks for the password', async () => {
		const [anna] = telegram.accounts;
		const login = begin('telegram', 'qr');
		const shown = as(await login.getQr(), 'qr');
		expect(shown.link).toMatch(/^tg:\/\/login\?token=/);
		const still = as(await login.checkQr(shown), 'qr');
		telegram.control.scanQr({ account: anna.id, token: still.link });
		const wanted = as(await login.checkQr(still), 'password');
		expect(wanted.hint).toBe('battery');
		await works('telegram', 'qr', as(await login.checkPassword(wanted, anna.password ?? ''), 'done'));
	});

	it('MAX: the same', async () => {
		const [anna] = max.accounts;
		const login = begin('max', 'qr');
		const shown = as(await login.getQr(), 'qr');
		expect(as(await login.checkQr(shown), 'qr')).toMatchObject({ link: shown.link, track: shown.track });
		max.control.scanQr({ account: anna.id, link: shown.link });
		const wanted = as(await login.checkQr(shown), 'password');
		await works('max', 'qr', as(await login.checkPassword(wanted, anna.password ?? ''), 'done'));
	});

	it('two people at a time with one application do not get in each other’s way', async () => {
		const [, boris, clara] = telegram.accounts;
		const [one, other] = [begin('telegram', 'qr'), begin('telegram', 'qr')];
		const [first, second] = await Promise.all([one.getQr(), other.getQr()]);
		const [forBoris, forClara] = [as(first, 'qr'), as(second, 'qr')];
		expect(forBoris.link).not.toBe(forClara.link);
		telegram.control.scanQr({ account: clara.id, token: forClara.link });
		telegram.control.scanQr({ account: boris.id, token: forBoris.link });
		const [his, hers] = await Promise.all([one.checkQr(forBoris), other.checkQr(forClara)]);
		expect(as(his, 'done').profile.id).toBe(boris.id);
		expect(as(hers, 'done').profile.id).toBe(clara.id);
	});
});

it('a login that is given up cancels its code', async () => {
	const boris = telegram.accounts[1];
	const login = begin('telegram', 'phone');
	const code = as(await login.requestCode(boris.phone), 'code');
	await login.cancel(code);
	await expect(login.checkCode(code, boris.code)).rejects.toMatchObject({ code: 'code_expired' });
});

it('an address of one’s own for MAX serves one of the two ways', () => {
	expect(waysOf('max', {})).toEqual(['qr', 'phone']);
	expect(waysOf('max', { endpoint: 'wss://example.com/websocket' })).toEqual(['qr']);
	expect(waysOf('max', { endpoint: 'tls://example.com:443' })).toEqual(['phone']);
	expect(waysOf('telegram', { endpoint: '2@127.0.0.1:443' })).toEqual(['qr', 'phone']);
});
