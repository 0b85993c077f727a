import { describe, expect, it } from 'vitest';
import { bytes, child, children, long, text } from './telegram/tl/value';
import type { RawClient } from './telegram/testing/client';
import { enterPassword, login, pushed, refusal, scene, sendCode } from './telegram.support';

const api = { api_id: 1, api_hash: 'hash' };
const state = { _: 'updates.getState' };

function signIn(client: RawClient, phone_number: string, phone_code_hash: string, phone_code: string) {
	return refusal(client.invoke({ _: 'auth.signIn', phone_number, phone_code_hash, phone_code }));
}

describe('login by code', () => {
	const here = scene();

	it('another data centre, a wrong code, the right one, a wrong password, the right one', async () => {
		const { phone, code } = here.sandbox.accounts[0];
		const elsewhere = await here.open(1);
		expect(await refusal(sendCode(elsewhere, phone))).toBe('303 PHONE_MIGRATE_2');
		const client = await here.open(2);
		const hash = await sendCode(client, phone);
		expect(here.sandbox.control.lastCode({ phone })).toEqual({ code });
		expect(await signIn(client, phone, hash, '')).toBe('400 PHONE_CODE_EMPTY');
		expect(await signIn(client, phone, hash, '00000')).toBe('400 PHONE_CODE_INVALID');
		expect(await signIn(client, phone, 'other', code)).toBe('400 PHONE_CODE_EXPIRED');
		expect(await signIn(client, phone, hash, code)).toBe('401 SESSION_PASSWORD_NEEDED');
		expect(await refusal(client.invoke(state))).toBe('401 SESSION_PASSWORD_NEEDED');
		expect(await refusal(enterPassword(client, 'wrong'))).toBe('400 PASSWORD_HASH_INVALID');
		expect(await refusal(enterPassword(client, 'correct-horse'))).toBe('accepted');
		expect(await refusal(client.invoke(state))).toBe('accepted');
	});

	it('codes end by time and by tries', async () => {
		const { phone, code } = here.sandbox.accounts[1];
		const client = await here.open(2);
		const old = await sendCode(client, phone);
		here.sandbox.control.advanceClock({ ms: 301_000 });
		client.timeOffsetS = 301;
		expect(await signIn(client, phone, old, code)).toBe('400 PHONE_CODE_EXPIRED');
		const fresh = await sendCode(client, phone);
		for (let i = 0; i < 5; i++)
			expect(await signIn(client, phone, fresh, '1')).toBe('400 PHONE_CODE_INVALID');
		expect(await signIn(client, phone, fresh, code)).toBe('400 PHONE_CODE_EXPIRED');
	});

	it('an unknown number is asked to sign up, a wrong one refused', async () => {
		const client = await here.open(2);
		const hash = await sendCode(client, '+70000000000');
		const unknown = {
			_: 'auth.signIn',
			phone_number: '+70000000000',
			phone_code_hash: hash,
			phone_code: '22222',
		};
		expect(await client.invoke(unknown)).toMatchObject({ _: 'auth.authorizationSignUpRequired' });
		expect(await refusal(sendCode(client, 'abc'))).toBe('400 PHONE_NUMBER_INVALID');
		const noApi = {
			_: 'auth.sendCode',
			phone_number: '+79990000001',
			api_id: 0,
			api_hash: '',
			settings: { _: 'codeSettings' },
		};
		expect(await refusal(client.invoke(noApi))).toBe('400 API_ID_INVALID');
	});

	it('a second login is announced to the first, listed, and can be ended', async () => {
		const first = await here.enter(1);
		await first.invoke(state);
		const second = await here.enter(1);
		await first.until(() => pushed(first).find((one) => one._ === 'updateNewAuthorization'));
		const service = await first.until(() =>
			pushed(first).find((one) => text(one, 'message').startsWith('Login code')),
		);
		expect(service._).toBe('updateShortMessage');
		const list = children(await first.invoke({ _: 'account.getAuthorizations' }), 'authorizations');
		expect(list.map((one) => one.current === true)).toEqual([true, false]);
		await first.invoke({ _: 'account.resetAuthorization', hash: long(list[1]!, 'hash') });
		expect(await refusal(second.invoke(state))).toBe('401 SESSION_REVOKED');
		await first.invoke({ _: 'auth.logOut' });
		expect(await refusal(first.invoke(state))).toBe('401 AUTH_KEY_UNREGISTERED');
	});

	it('a login is carried to another data centre, and dies with the first', async () => {
		const main = await here.enter(1);
		const exported = await main.invoke({ _: 'auth.exportAuthorization', dc_id: 3 });
		const other = await here.open(3);
		const imported = { _: 'auth.importAuthorization', id: exported.id, bytes: exported.bytes };
		expect(await other.invoke(imported)).toMatchObject({ _: 'auth.authorization' });
		expect(await refusal(other.invoke(imported))).toBe('400 AUTH_BYTES_INVALID');
		expect(await refusal(other.invoke(state))).toBe('accepted');
		await main.invoke({ _: 'auth.logOut' });
		expect(await refusal(other.invoke(state))).toBe('401 AUTH_KEY_UNREGISTERED');
	});

	it('the control plane ends, doubles and forgets logins, and deactivates accounts', async () => {
		const { id } = here.sandbox.accounts[1];
		for (const [act, expected] of [
			[
				() => here.sandbox.control.endSessions({ account: id, reason: 'SESSION_EXPIRED' }),
				'401 SESSION_EXPIRED',
			],
			[() => here.sandbox.control.duplicateSessions({ account: id }), '406 AUTH_KEY_DUPLICATED'],
			[
				() => here.sandbox.control.setUser({ user: id, deletedAccount: 'banned' }),
				'401 USER_DEACTIVATED_BAN',
			],
		] as const) {
			const client = await here.enter(1);
			act();
			expect(await refusal(client.invoke(state))).toBe(expected);
		}
		here.sandbox.control.setUser({ user: id, deletedAccount: 'no' });
		const client = await here.enter(1);
		here.sandbox.control.forgetKeys({ account: id });
		client.send(Buffer.alloc(4));
		expect(await client.refusal()).toBe(-404);
	});
});

describe('login by QR', () => {
	const here = scene();

	it('waits, is told when a phone accepts, then enters; the password is still asked', async () => {
		const client = await here.open(2);
		const token = await client.invoke({ _: 'auth.exportLoginToken', ...api, except_ids: [] });
		expect(token._).toBe('auth.loginToken');
		const again = await client.invoke({ _: 'auth.exportLoginToken', ...api, except_ids: [] });
		expect(again.token).toEqual(token.token);
		here.sandbox.control.scanQr({
			account: '@anna_sandbox',
			token: bytes(token, 'token').toString('base64url'),
		});
		await client.until(() => pushed(client).find((one) => one._ === 'updateLoginToken'));
		const done = client.invoke({ _: 'auth.exportLoginToken', ...api, except_ids: [] });
		expect(await refusal(done)).toBe('401 SESSION_PASSWORD_NEEDED');
		expect(await enterPassword(client, 'correct-horse')).toMatchObject({ _: 'auth.authorization' });
	});

	it('migrates to the account’s data centre', async () => {
		const client = await here.open(2);
		const token = await client.invoke({ _: 'auth.exportLoginToken', ...api, except_ids: [] });
		const clara = here.sandbox.accounts[2].id;
		here.sandbox.control.scanQr({
			account: clara,
			token: `tg://login?token=${bytes(token, 'token').toString('base64url')}`,
		});
		const moved = await client.invoke({ _: 'auth.exportLoginToken', ...api, except_ids: [] });
		expect(moved).toMatchObject({ _: 'auth.loginTokenMigrateTo', dc_id: 1 });
		const there = await here.open(1);
		const done = await there.invoke({ _: 'auth.importLoginToken', token: moved.token });
		expect(child(child(done, 'authorization'), 'user').id).toBe(BigInt(clara));
	});

	it('another session accepts; an old or strange token is refused', async () => {
		const phone = await here.enter(1);
		const client = await here.open(2);
		const token = await client.invoke({ _: 'auth.exportLoginToken', ...api, except_ids: [] });
		const accepted = await phone.invoke({ _: 'auth.acceptLoginToken', token: token.token });
		expect(accepted).toMatchObject({ _: 'authorization', device_model: 'Raw' });
		const done = await client.invoke({ _: 'auth.exportLoginToken', ...api, except_ids: [] });
		expect(done._).toBe('auth.loginTokenSuccess');
		expect(await refusal(phone.invoke({ _: 'auth.acceptLoginToken', token: Buffer.alloc(32) }))).toBe(
			'400 AUTH_TOKEN_INVALIDX',
		);
		const late = await here.open(2);
		const old = await late.invoke({ _: 'auth.exportLoginToken', ...api, except_ids: [] });
		here.sandbox.control.advanceClock({ ms: 31_000 });
		phone.timeOffsetS = 31;
		expect(await refusal(phone.invoke({ _: 'auth.acceptLoginToken', token: old.token }))).toBe(
			'400 AUTH_TOKEN_EXPIRED',
		);
	});

	it('a login without a password takes one step', async () => {
		const client = await here.open(2);
		expect(await login(client, here.sandbox, 1)).toMatchObject({ _: 'auth.authorization' });
	});
});
