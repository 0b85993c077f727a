import { expect } from 'vitest';
import { formatTelethon, parseSession } from '../../../src/channels/telegram/sessions';
import { API, logIn } from '../../channels/telegram/fixture';
import { node, workflow, type CredentialReference } from '../harness';
import { another, json, type Case, type Stage } from './stage';
import { telegram, telegramCredentialType } from './trigger-scene';

/** A credential as it is before its account is logged in: where Telegram is, and no session. */
function loggedOut({ n8n, sandbox }: Stage): Promise<CredentialReference> {
	const dc = sandbox.dcs[1];
	return n8n.api.createCredential('Logged out', telegramCredentialType, {
		...API,
		endpoint: `2@127.0.0.1:${String(dc?.port)}`,
		publicKey: dc?.publicKeyPem ?? '',
	});
}

const CODE_TOKEN = "={{ $('Request').item.json.code_token }}";

function requesting(as: CredentialReference, phone: string) {
	return telegram('Request', as, ['login', 'requestCode'], { phone });
}

/** Every operation on the account, of the login and the API request, once. */
export const accountCases: Record<string, Case> = {
	'account.getStatus': async ({ run }) => {
		expect(json(await run())).toMatchObject([{ authorized: true, profile: { name: 'Boris' } }]);
	},
	'account.getMany': async ({ run }) => {
		expect(json(await run())).toContainEqual(expect.objectContaining({ channel: 'telegram' }));
	},
	'account.disconnect': async ({ run, n8n, credential }) => {
		await run();
		const execution = await n8n.api.runOnce(
			workflow('While paused, and after', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				telegram('Paused', credential, ['profile', 'get'], {}, { onError: 'continueRegularOutput' }),
				telegram('Connect', credential, ['account', 'connect']),
				telegram('Profile', credential, ['profile', 'get']),
			]),
		);
		expect(execution.json('Paused')).toMatchObject([{ error: { code: 'account_paused' } }]);
		expect(execution.error).toBeUndefined();
		expect(execution.json('Profile')).toMatchObject([{ first_name: 'Boris' }]);
	},
	'account.connect': async ({ run }) => {
		expect(json(await run())).toMatchObject([{ authorized: true }]);
	},
	'account.forget': async ({ run }) => {
		expect(json(await run())).toEqual([{ deleted: true }]);
	},
	'account.getSessions': async ({ run }) => {
		const items = json(await run());
		expect(items.filter((item) => item['is_current'] === true)).toHaveLength(1);
	},
	'account.endSession': async (stage) => {
		const { id, as, others } = await another(stage, { dangerous: true, others: 1 });
		await stage.run({ sessionId: others[0] ?? '' }, { as });
		const left = stage.sandbox.control.logins({ account: id }).map(({ hash }) => hash);
		expect(left).toHaveLength(1);
		expect(left).not.toContain(others[0]);
	},
	'account.closeOtherSessions': async (stage) => {
		const { id, as, others } = await another(stage, { dangerous: true, others: 2 });
		expect(stage.sandbox.control.logins({ account: id })).toHaveLength(3);
		await stage.run({}, { as });
		const left = stage.sandbox.control.logins({ account: id }).map(({ hash }) => hash);
		expect(left).toHaveLength(1);
		expect(others).not.toContain(left[0]);
	},
	'account.logOut': async (stage) => {
		const { id, as } = await another(stage, { dangerous: true });
		expect(json(await stage.run({}, { as }))).toEqual([{ logged_out: true }]);
		expect(stage.sandbox.control.logins({ account: id })).toEqual([]);
	},

	'apiRequest.request': async ({ run, anna }) => {
		const parameters = JSON.stringify({ id: [{ _: 'inputUserSelf' }, { _: 'chat', id: anna.id }] });
		const said = JSON.stringify(json(await run({ method: 'users.getUsers', parameters })));
		expect(said).toContain('boris_sandbox');
		expect(said).toContain('anna_sandbox');
	},

	'login.requestCode': async (stage) => {
		const items = await stage.run({ phone: stage.boris.phone }, { as: await loggedOut(stage) });
		expect(json(items)).toMatchObject([{ code_token: expect.stringMatching(/./) as string }]);
	},
	'login.resendCode': async (stage) => {
		const as = await loggedOut(stage);
		const { phone } = stage.boris;
		const before = [requesting(as, phone)];
		const items = await stage.run({ phone, codeToken: CODE_TOKEN }, { as, before });
		expect(json(items)).toMatchObject([{ code_token: expect.stringMatching(/./) as string }]);
		expect(stage.sandbox.control.requests({ method: 'auth.resendCode' }).at(-1)?.outcome).toBe('ok');
	},
	'login.checkCode': async (stage) => {
		const as = await loggedOut(stage);
		const { phone, code, id } = stage.boris;
		const before = [requesting(as, phone)];
		const items = await stage.run({ phone, codeToken: CODE_TOKEN, code }, { as, before });
		expect(json(items)).toMatchObject([{ state: 'done', user_id: id }]);
	},
	'login.checkPassword': async (stage) => {
		const as = await loggedOut(stage);
		const { phone, code, password = '', id } = stage.anna;
		const step = { phone, codeToken: CODE_TOKEN, code };
		const before = [
			requesting(as, phone),
			telegram('Code', as, ['login', 'checkCode'], step, { onError: 'continueRegularOutput' }),
		];
		const items = await stage.run({ login: phone, password }, { as, before });
		expect(json(items)).toMatchObject([{ state: 'done', user_id: id }]);
	},
	'login.getQr': async (stage) => {
		const [item] = await stage.run({}, { as: await loggedOut(stage) });
		expect(item?.json).toMatchObject({ url: expect.stringMatching(/^tg:\/\/login\?token=/) as string });
		expect((await stage.bytes(item?.binary?.['data'])).toString('latin1', 1, 4)).toBe('PNG');
	},
	'login.checkQr': async (stage) => {
		const { n8n, sandbox, boris } = stage;
		const as = await loggedOut(stage);
		const showing = await n8n.api.runOnce(
			workflow('Show', [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				telegram('Show', as, ['login', 'getQr']),
			]),
		);
		const [shown] = showing.json('Show') as { url: string; login_token: string }[];
		sandbox.control.scanQr({ account: boris.id, token: shown?.url ?? '' });
		const items = await stage.run({ loginToken: shown?.login_token ?? '' }, { as });
		expect(json(items)).toMatchObject([{ state: 'done', user_id: boris.id }]);
	},
	'login.importSession': async (stage) => {
		const { sandbox, boris } = stage;
		const session = formatTelethon(parseSession(await logIn(sandbox, boris)));
		const items = await stage.run({ sessionSource: 'text', session }, { as: await loggedOut(stage) });
		expect(json(items)).toMatchObject([{ user_id: boris.id }]);
	},
};
