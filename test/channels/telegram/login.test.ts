import { describe, expect, it, onTestFinished } from 'vitest';
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
		const [sent] = (await runCommand(account, 'login.requestCode', { phone: clara.phone })).items;
		const [done] = (
			await runCommand(account, 'login.checkCode', {
				phone: clara.phone,
				codeToken: sent?.['code_token'] ?? '',
				code: clara.code,
			})
		).items;
		expect(done).toMatchObject({ state: 'done', user_id: clara.id });
	});

	it('gives a QR code and waits for it to be scanned', async () => {
		const { sandbox, open } = await startLogin();
		const boris = sandbox.accounts[1];
		const account = await open();
		const [shown] = (await runCommand(account, 'login.getQr')).items;
		expect(shown?.['state']).toBe('waiting');
		sandbox.control.scanQr({ account: boris.id, token: shown?.['url'] as string });
		const [done] = (await runCommand(account, 'login.checkQr')).items;
		expect(done).toMatchObject({ state: 'done', user_id: boris.id });
	});
});
