import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { telegramDriver } from '../../../src/channels/telegram';
import { startTelegramSandbox } from '../../sandbox/telegram';
import { ManualClock } from '../../support/manual-clock';
import { API, runCommand, testServices } from './fixture';

/** A credential without a session, pointing at the sandbox's second data centre. */
async function startLogin() {
	const sandbox = await startTelegramSandbox();
	onTestFinished(() => sandbox.close());
	const dc = sandbox.dcs[1];
	const fields = {
		...API,
		session: '',
		publicKey: dc?.publicKeyPem ?? '',
		endpoint: `2@127.0.0.1:${String(dc?.port)}`,
	};
	const services = testServices(new ManualClock(Date.now()));
	const open = async (credential: Record<string, unknown> = fields) => {
		const opened = await telegramDriver.open(
			telegramDriver.configure(credential),
			services,
			new AbortController().signal,
		);
		onTestFinished(() => opened.close());
		return opened;
	};
	return { sandbox, fields, open };
}

afterEach(() => {
	vi.unstubAllEnvs();
});

/** Numbers in the names are those of our list of the library's known defects. */
describe('login', () => {
	it('by code and password, each step in a process of its own; the session then opens', async () => {
		const { sandbox, fields, open } = await startLogin();
		const [anna] = sandbox.accounts;
		const first = await open();
		const [sent] = (await runCommand(first, 'login.requestCode', { phone: anna.phone })).items;
		await first.close();
		const second = await open();
		const step = { phone: anna.phone, codeToken: sent?.['code_token'] ?? '' };
		await expect(runCommand(second, 'login.checkCode', { ...step, code: '00000' })).rejects.toMatchObject({
			code: 'invalid_code',
		});
		await expect(runCommand(second, 'login.checkCode', { ...step, code: anna.code })).rejects.toMatchObject({
			code: '2fa_required',
		});
		await second.close();
		const third = await open();
		await expect(runCommand(third, 'login.checkPassword', { password: 'wrong' })).rejects.toMatchObject({
			code: 'password_invalid',
		});
		const [done] = (await runCommand(third, 'login.checkPassword', { password: anna.password ?? '' })).items;
		expect(done).toMatchObject({ state: 'done', user_id: anna.id, username: anna.username });
		expect(JSON.stringify(done)).not.toContain(anna.phone.slice(1));
		const opened = await open({ ...fields, session: done?.['session'], endpoint: '' });
		expect(opened.accountId).toBe(`telegram:${anna.id}`);
	});

	it('follows an account to its own data centre', async () => {
		const { sandbox, open } = await startLogin();
		const clara = sandbox.accounts[2];
		expect(clara.dc).not.toBe(2);
		const account = await open();
		// As it is written in Russia.
		const phone = clara.phone.replace('+7', '8 ');
		const [sent] = (await runCommand(account, 'login.requestCode', { phone })).items;
		const [done] = (
			await runCommand(account, 'login.checkCode', {
				phone,
				codeToken: sent?.['code_token'] ?? '',
				code: clara.code,
			})
		).items;
		expect(done).toMatchObject({ state: 'done', user_id: clara.id });
	});

	it('no. 19: gives a QR code and waits for it to be scanned', async () => {
		const { sandbox, open } = await startLogin();
		const boris = sandbox.accounts[1];
		const account = await open();
		const [shown] = (await runCommand(account, 'login.getQr')).items;
		expect(shown?.['state']).toBe('waiting');
		sandbox.control.scanQr({ account: boris.id, token: shown?.['url'] as string });
		const [done] = (await runCommand(account, 'login.checkQr')).items;
		expect(done).toMatchObject({ state: 'done', user_id: boris.id });
	});

	it('no. 19: a scanned QR code is found although the update about it was lost, and asks for the password', async () => {
		const { sandbox, open } = await startLogin();
		const [anna] = sandbox.accounts;
		const account = await open();
		const [shown] = (await runCommand(account, 'login.getQr')).items;
		sandbox.control.setFaults({ losePush: 1 });
		sandbox.control.scanQr({ account: anna.id, token: shown?.['url'] as string });
		await expect(runCommand(account, 'login.checkQr')).rejects.toMatchObject({ code: '2fa_required' });
		const [done] = (await runCommand(account, 'login.checkPassword', { password: anna.password ?? '' }))
			.items;
		expect(done).toMatchObject({ state: 'done', user_id: anna.id });
	});

	it('no. 19: a QR code scanned by an account of another data centre is finished there', async () => {
		const { sandbox, open } = await startLogin();
		const clara = sandbox.accounts[2];
		const account = await open();
		const [shown] = (await runCommand(account, 'login.getQr')).items;
		sandbox.control.scanQr({ account: clara.id, token: shown?.['url'] as string });
		const [done] = (await runCommand(account, 'login.checkQr')).items;
		expect(done).toMatchObject({ state: 'done', user_id: clara.id });
		expect(sandbox.control.logins({ account: clara.id })).toMatchObject([{ dc: clara.dc }]);
	});

	it('a QR code that grew old on the way to another data centre is followed by a fresh one there', async () => {
		const { sandbox, open } = await startLogin();
		const clara = sandbox.accounts[2];
		const account = await open();
		const [shown] = (await runCommand(account, 'login.getQr')).items;
		sandbox.control.scanQr({ account: clara.id, token: shown?.['url'] as string });
		sandbox.control.setFaults({
			errors: [{ method: 'auth.importLoginToken', code: 400, message: 'AUTH_TOKEN_EXPIRED', count: 1 }],
		});
		const [fresh] = (await runCommand(account, 'login.checkQr')).items;
		expect(fresh).toMatchObject({ state: 'waiting' });
		sandbox.control.scanQr({ account: clara.id, token: fresh?.['url'] as string });
		const [done] = (await runCommand(account, 'login.checkQr')).items;
		expect(done).toMatchObject({ state: 'done', user_id: clara.id });
		expect(sandbox.control.requests({ method: 'auth.importLoginToken' })).toHaveLength(1);
	});

	it('a code is sent again when asked for, and the login goes on with it', async () => {
		const { sandbox, open } = await startLogin();
		const boris = sandbox.accounts[1];
		const account = await open();
		const { phone, code } = boris;
		const [first] = (await runCommand(account, 'login.requestCode', { phone })).items;
		const codeToken = first?.['code_token'] ?? '';
		const [again] = (await runCommand(account, 'login.resendCode', { phone, codeToken })).items;
		const step = { phone, codeToken: again?.['code_token'] ?? '', code };
		const [done] = (await runCommand(account, 'login.checkCode', step)).items;
		expect(done).toMatchObject({ state: 'done', user_id: boris.id });
		expect(sandbox.control.requests({ method: 'auth.sendCode' })).toHaveLength(1);
	});

	it('a code that comes by e-mail logs in as any other, and the person is told where to look', async () => {
		const { sandbox, open } = await startLogin();
		const { id, phone, code } = sandbox.accounts[1];
		sandbox.control.setUser({ user: id, loginEmail: 'boris@example.com' });
		const first = await open();
		const { items, hints } = await runCommand(first, 'login.requestCode', { phone });
		expect(items).toMatchObject([{ sent_by: 'emailcode', email_pattern: 'b***@example.com' }]);
		expect(hints).toEqual([expect.stringContaining('b***@example.com')]);
		await first.close();
		const step = { phone, codeToken: items[0]?.['code_token'] ?? '' };
		const second = await open();
		await expect(runCommand(second, 'login.checkCode', { ...step, code: '00000' })).rejects.toMatchObject({
			code: 'invalid_code',
		});
		const [done] = (await runCommand(second, 'login.checkCode', { ...step, code })).items;
		expect(done).toMatchObject({ state: 'done', user_id: id });
	});

	it('an account that must have an e-mail address for logins gets the one that is given, or says so', async () => {
		const { sandbox, open } = await startLogin();
		const { id, phone, code } = sandbox.accounts[1];
		sandbox.control.setUser({ user: id, loginEmail: null });
		const account = await open();
		await expect(runCommand(account, 'login.requestCode', { phone })).rejects.toMatchObject({
			code: 'not_supported',
			hint: expect.stringMatching(/Login Email/) as string,
		});
		const email = 'boris@example.com';
		const asked = await runCommand(account, 'login.requestCode', { phone, email });
		expect(asked.items).toMatchObject([{ sent_by: 'setupemail', email_pattern: 'b***@example.com' }]);
		const proof = { phone, codeToken: asked.items[0]?.['code_token'] ?? '', code };
		await expect(runCommand(account, 'login.checkCode', { ...proof, code: '00000' })).rejects.toMatchObject({
			code: 'invalid_code',
		});
		const [next] = (await runCommand(account, 'login.checkCode', proof)).items;
		expect(next).toMatchObject({ sent_by: 'emailcode', email_pattern: 'b***@example.com' });
		const second = sandbox.control.lastCode({ phone }).code ?? '';
		expect(second).not.toBe(code);
		const step = { phone, codeToken: next?.['code_token'] ?? '', code: second };
		const [done] = (await runCommand(account, 'login.checkCode', step)).items;
		expect(done).toMatchObject({ state: 'done', user_id: id });
	});

	it('registers nobody: a number without an account is refused in words', async () => {
		const { sandbox, open } = await startLogin();
		const account = await open();
		const phone = '+70000000000';
		const [sent] = (await runCommand(account, 'login.requestCode', { phone })).items;
		const code = sandbox.control.lastCode({ phone }).code ?? '';
		await expect(
			runCommand(account, 'login.checkCode', { phone, codeToken: sent?.['code_token'] ?? '', code }),
		).rejects.toMatchObject({
			code: 'not_on_messenger',
			hint: expect.stringMatching(/official app/) as string,
		});
		expect(sandbox.control.requests({ method: 'auth.signUp' })).toEqual([]);
	});

	it('uses TELEGRAM_API_ID and TELEGRAM_API_HASH of the server where the credential names no application', async () => {
		const { sandbox, fields, open } = await startLogin();
		vi.stubEnv('TELEGRAM_API_ID', '777');
		vi.stubEnv('TELEGRAM_API_HASH', 'f'.repeat(32));
		const phone = sandbox.accounts[1].phone;
		for (const credential of [{ ...fields, apiId: '', apiHash: '' }, fields]) {
			const account = await open(credential);
			await runCommand(account, 'login.requestCode', { phone });
		}
		// The credential's own application goes before the server's.
		expect(sandbox.control.requests({ method: 'auth.sendCode' }).map(({ args }) => args)).toMatchObject([
			{ api_id: 777, api_hash: 'f'.repeat(32) },
			{ api_id: API.apiId, api_hash: API.apiHash },
		]);
	});
});
