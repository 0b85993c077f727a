import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { node, until, workflow, type CredentialReference } from '../harness';
import { chat, max, maxCredential, maxCredentialType, maxTrigger, maxType, newcomer } from './nodes';
import { answering, maxScene, publish } from './scene';

const scene = maxScene();

/** Runs one operation and gives its items; `error` is what the node failed with. */
async function once(
	credential: CredentialReference,
	operation: readonly [string, string],
	parameters: INodeParameters = {},
) {
	const execution = await scene().n8n.api.runOnce(
		workflow(operation.join('.'), [
			node('Start', 'n8n-nodes-base.manualTrigger'),
			max('MAX', credential, operation, parameters),
		]),
	);
	return { error: execution.error, json: execution.json('MAX'), items: execution.items('MAX') };
}

function outgoing(chatId: string): string[] {
	const [anna] = scene().sandbox.accounts;
	return scene()
		.sandbox.control.authored({ account: anna.id })
		.filter((message) => message.chatId === chatId)
		.map(({ text }) => text);
}

describe('the trigger of a personal account', () => {
	it('starts on a message, and the answer reaches the person; all of it is one connection', async () => {
		const { sandbox, n8n, credential } = scene();
		const [anna, boris] = sandbox.accounts;
		const answers = await publish(scene(), 'Answer', {
			answer: answering(scene(), '=You wrote: {{ $json.text }}'),
		});
		const listens = await publish(scene(), 'Listen');
		await until(() => sandbox.control.logins({ account: anna.id }).some(({ logins }) => logins > 0), {
			what: 'the login',
		});

		const { chatId, messageId } = sandbox.control.injectMessage({
			from: boris.id,
			to: anna.id,
			text: 'Are you there?',
		});
		await until(() => outgoing(chatId).includes('You wrote: Are you there?'), { what: 'the answer' });
		const [execution] = await answers.finishes(1);
		expect(execution?.status).toBe('success');
		expect(execution?.startItems.map(({ json }) => json)).toMatchObject([
			{
				channel: 'max',
				event_type: 'message',
				external_chat_id: chatId,
				external_user_id: boris.id,
				text: 'Are you there?',
				client_name: 'Boris Orlov',
				meta: { external_message_id: messageId, direction: 'in', sent_by: 'client', chat_type: 'private' },
			},
		]);
		// The account's own number is nowhere, not even in what n8n keeps.
		expect(JSON.stringify(execution?.startItems)).not.toContain(anna.phone.slice(1));

		sandbox.control.injectMany({ to: anna.id, chats: 10, count: 50 });
		await listens.finishes(51);
		expect(listens.texts().sort()).toEqual(
			['Are you there?', ...Array.from({ length: 50 }, (_, at) => `#${at + 1}`)].sort(),
		);
		await answers.finishes(51);
		expect(answers.executions()).toHaveLength(51);

		await n8n.api.unpublish(answers.id);
		sandbox.control.injectMessage({ from: boris.id, to: anna.id, text: 'And now?' });
		await listens.finishes(52);
		expect(answers.executions()).toHaveLength(51);

		await once(credential, ['chat', 'getMany'], { limit: 2 });
		const [web] = sandbox.control
			.logins({ account: anna.id })
			.filter(({ deviceType }) => deviceType === 'WEB');
		expect(web).toMatchObject({ logins: 1, connections: { now: 1, peak: 1 } });
		expect(sandbox.control.overlaps({})).toEqual([]);
		await answers.remove();
		await listens.remove();
	});

	it('gives a test event to a person who listens in the editor', async () => {
		const { sandbox, n8n, credential } = scene();
		const [anna, boris] = sandbox.accounts;
		const { id } = await n8n.api.createWorkflow(
			workflow('Listen once', [
				maxTrigger('MAX User Trigger', credential),
				node('Nothing', 'n8n-nodes-base.noOp'),
			]),
		);
		const started = await n8n.api.startManually(id, 'MAX User Trigger');
		if (!('executionId' in started)) throw new Error('n8n waits for a webhook');
		let at = 0;
		const execution = await until(
			async () => {
				// n8n does not tell when it has begun to listen, and a listener starts at now.
				sandbox.control.injectMessage({ from: boris.id, to: anna.id, text: `Test ${(at += 1)}` });
				const found = await n8n.api.execution(started.executionId);
				return found.status === 'success' && found;
			},
			{ what: 'the test event', everyMs: 500 },
		);
		expect(execution.json('MAX User Trigger')).toMatchObject([
			{ text: expect.stringMatching(/^Test \d+$/) as string },
		]);
		await n8n.api.deleteWorkflow(id);
	});
});

it('lists chats and people to choose from', async () => {
	const { n8n, sandbox, credential } = scene();
	const asked = { nodeType: maxType, credential, parameters: { resource: 'message', operation: 'send' } };
	const chats = await n8n.api.searchList({
		...asked,
		methodName: 'searchChats',
		path: 'parameters.chatId',
		filter: 'team',
	});
	expect(chats.results).toMatchObject([{ name: 'Team', value: sandbox.demo.groupId }]);
	const people = await n8n.api.searchList({
		...asked,
		methodName: 'searchContacts',
		path: 'parameters.userId',
		filter: 'bor',
	});
	expect(people.results).toMatchObject([{ name: 'Boris Orlov', value: sandbox.accounts[1].id }]);
});

describe('a login', () => {
	/** The session a login gave, as a person copies it into the credential; it works. */
	async function works(session: IDataObject, address: IDataObject): Promise<void> {
		const { n8n } = scene();
		const data = {
			...address,
			token: session['token'] as string,
			deviceId: session['device_id'] as string,
			deviceType: session['device_type'] as string,
		};
		const credential = await n8n.api.createCredential('Logged in', maxCredentialType, data);
		const { json, error } = await once(credential, ['account', 'getStatus']);
		expect(error).toBeUndefined();
		expect(json).toMatchObject([{ authorized: true, state: 'live' }]);
		expect(JSON.stringify(json)).not.toContain(session['token']);
	}

	it('by phone and code gives the session for the credential', async () => {
		const { sandbox, n8n } = scene();
		const clara = sandbox.accounts[2];
		const address = newcomer(sandbox, 'ANDROID');
		const credential = await n8n.api.createCredential('New', maxCredentialType, address);
		const asked = await once(credential, ['login', 'requestCode'], { phone: clara.phone });
		expect(asked.error).toBeUndefined();
		const { code } = sandbox.control.lastCode({ phone: clara.phone });
		const codeToken = asked.json[0]?.['code_token'] as string;
		const wrong = await once(credential, ['login', 'checkCode'], { codeToken, code: '000000' });
		expect(wrong.error).toMatch(/code is wrong/i);
		const { json, error } = await once(credential, ['login', 'checkCode'], { codeToken, code: code ?? '' });
		expect(error).toBeUndefined();
		await works(json[0] ?? {}, address);
	});

	it('by phone and code asks for the password of an account that has one', async () => {
		const { sandbox, n8n } = scene();
		const [anna] = sandbox.accounts;
		const address = newcomer(sandbox, 'ANDROID');
		const credential = await n8n.api.createCredential('New', maxCredentialType, address);
		const asked = await once(credential, ['login', 'requestCode'], { phone: anna.phone });
		const { code } = sandbox.control.lastCode({ phone: anna.phone });
		const { json, error } = await once(credential, ['login', 'checkCode'], {
			codeToken: asked.json[0]?.['code_token'] as string,
			code: code ?? '',
			password: anna.password ?? '',
		});
		expect(error).toBeUndefined();
		await works(json[0] ?? {}, address);
	});

	it('by a QR picture that the phone scans', async () => {
		const { sandbox, n8n } = scene();
		const [anna] = sandbox.accounts;
		const address = newcomer(sandbox, 'WEB');
		const credential = await n8n.api.createCredential('New', maxCredentialType, address);
		const { json, items } = await once(credential, ['login', 'getQr']);
		const picture = await n8n.api.binary(items[0]?.binary?.['data']);
		expect(picture.subarray(1, 4).toString()).toBe('PNG');
		const trackId = json[0]?.['track_id'] as string;
		const early = await once(credential, ['login', 'checkQr'], { trackId, waitSeconds: 0 });
		expect(early.json).toMatchObject([{ pending: true }]);
		sandbox.control.scanQr({ account: anna.id, link: json[0]?.['qr_link'] as string });
		const done = await once(credential, ['login', 'checkQr'], { trackId, password: anna.password ?? '' });
		expect(done.error).toBeUndefined();
		await works(done.json[0] ?? {}, address);
	});

	it('takes the code that was sent again, and the password as a step of its own', async () => {
		const { sandbox, n8n } = scene();
		const [anna] = sandbox.accounts;
		const address = newcomer(sandbox, 'ANDROID');
		const credential = await n8n.api.createCredential('New', maxCredentialType, address);
		// The demo's other tests have asked for codes of the same phones: MAX allows three in a few seconds.
		sandbox.control.setPolicy({ codeWindowMs: 0 });
		const asked = await once(credential, ['login', 'requestCode'], { phone: anna.phone });
		const { code: first } = sandbox.control.lastCode({ phone: anna.phone });
		const again = await once(credential, ['login', 'resendCode'], { phone: anna.phone });
		expect(again.error).toBeUndefined();
		const left = ({ json }: typeof asked) => json[0]?.['requests_left'] as number;
		expect(left(again)).toBe(left(asked) - 1);
		const { code } = sandbox.control.lastCode({ phone: anna.phone });
		expect(code).not.toBe(first);
		expect(sandbox.control.requests({ opcode: 17 }).map(({ payload }) => payload)).toMatchObject(
			expect.arrayContaining([expect.objectContaining({ type: 'RESEND' })]),
		);

		const checked = await once(credential, ['login', 'checkCode'], {
			codeToken: again.json[0]?.['code_token'] as string,
			code: code ?? '',
		});
		expect(checked.json).toEqual([
			{ password_required: true, track_id: expect.any(String) as string, hint: 'battery' },
		]);
		const trackId = checked.json[0]?.['track_id'] as string;
		const wrong = await once(credential, ['login', 'checkPassword'], { trackId, password: 'battery' });
		expect(wrong.error).toMatch(/^The login password is wrong/);
		expect(wrong.error).not.toContain('battery');
		const right = { trackId, password: anna.password ?? '' };
		const { json, error } = await once(credential, ['login', 'checkPassword'], right);
		expect(error).toBeUndefined();
		await works(json[0] ?? {}, address);
		const stale = await once(credential, ['login', 'checkPassword'], right);
		expect(stale.error).toMatch(/step is too old.*Start the login again/);
	});

	it('creates the account of a number that has none', async () => {
		const { sandbox, n8n } = scene();
		const phone = '+79990000077';
		const address = newcomer(sandbox, 'ANDROID');
		const credential = await n8n.api.createCredential('New', maxCredentialType, address);
		const asked = await once(credential, ['login', 'requestCode'], { phone });
		const { code } = sandbox.control.lastCode({ phone });
		const checked = await once(credential, ['login', 'checkCode'], {
			codeToken: asked.json[0]?.['code_token'] as string,
			code: code ?? '',
		});
		expect(checked.json).toEqual([
			{ registration_required: true, register_token: expect.any(String) as string },
		]);
		const registerToken = checked.json[0]?.['register_token'] as string;
		const refused = await once(credential, ['login', 'register'], { registerToken, firstName: '<Gerd>' });
		expect(refused.error).toMatch(/^The name has characters that are not allowed/);
		const names = { registerToken, firstName: 'Gerd', lastName: 'Müller' };
		const { json, error } = await once(credential, ['login', 'register'], names);
		expect(error).toBeUndefined();
		expect(json).toMatchObject([{ name: 'Gerd Müller', device_type: 'ANDROID' }]);
		expect(JSON.stringify(json)).not.toContain(phone.slice(1));
		await works(json[0] ?? {}, address);
		const twice = await once(credential, ['login', 'register'], names);
		expect(twice.error).toMatch(/too old.*Request a new one/);
	});

	it('says in a sentence why there is none', async () => {
		const { sandbox, n8n } = scene();
		const [, boris] = sandbox.accounts;
		const credential = await n8n.api.createCredential('New', maxCredentialType, newcomer(sandbox, 'ANDROID'));
		const codeOf = async (phone: string) => {
			const { json } = await once(credential, ['login', 'requestCode'], { phone });
			const { code } = sandbox.control.lastCode({ phone });
			return { codeToken: json[0]?.['code_token'] as string, code: code ?? '' };
		};
		const asks = (phone: string) => once(credential, ['login', 'requestCode'], { phone });
		sandbox.control.setPolicy({ codeWindowMs: 0 });

		// A session elsewhere and no password: since 2026 MAX lets no second device in.
		const second = await once(credential, ['login', 'checkCode'], await codeOf(boris.phone));
		expect(second.error).toMatch(/no login password.*Set a login password in the MAX app/);

		expect((await asks('12')).error).toMatch(/phone number with country code/);
		sandbox.control.setFaults({ errors: [{ opcode: 17, error: 'error.phone.blacklisted', count: 1 }] });
		expect((await asks('+79990000078')).error).toMatch(/refused.*Give the number with country code/);

		const person = { firstName: 'Nora', phone: '79990000076' };
		const { id: nora } = sandbox.control.addAccount(person);
		const entered = await codeOf(`+${person.phone}`);
		sandbox.control.setAccount({ account: nora, banned: 'login.blocked' });
		expect((await once(credential, ['login', 'checkCode'], entered)).error).toMatch(/blocked or suspended/);
		sandbox.control.setPolicy({ codeTtlMs: -1 });
		const expired = await codeOf(`+${person.phone}`);
		expect((await once(credential, ['login', 'checkCode'], expired)).error).toMatch(
			/code is too old.*Request a new one/,
		);

		sandbox.control.setPolicy({ codeWindowMs: 600_000 });
		await asks('+79990000079');
		await asks('+79990000079');
		await asks('+79990000079');
		expect((await asks('+79990000079')).error).toMatch(/Too many codes.*Wait some hours/);
		sandbox.control.setPolicy({ codeWindowMs: 10_000, codeTtlMs: 300_000 });
		expect(sandbox.control.failures({})).toEqual([]);
	});

	it('is what every other operation asks for while there is none', async () => {
		const { sandbox, n8n } = scene();
		const credential = await n8n.api.createCredential('New', maxCredentialType, newcomer(sandbox, 'WEB'));
		const { error } = await once(credential, ['message', 'send'], { chatId: chat('92610303'), text: 'x' });
		expect(error).toMatch(/no login token/i);
		expect(error).toMatch(/https:\/\/\S+log-in/i);
	});
});

describe('the test of a MAX credential', () => {
	async function tested(change: (data: Record<string, unknown>) => void) {
		const { n8n, sandbox } = scene();
		const data = maxCredential(sandbox, sandbox.accounts[1].web);
		change(data);
		const credential = await n8n.api.createCredential('Tested', maxCredentialType, data);
		const result = await n8n.api.testCredential(credential, data);
		await n8n.api.deleteCredential(credential);
		return result;
	}

	it('is good for a session that lives', async () => {
		expect(await tested(() => undefined)).toMatchObject({ status: 'OK' });
	});

	it('names a dead session, and does not show it', async () => {
		const { status, message } = await tested((data) => (data['token'] = 'not-a-token'));
		expect(status).toBe('Error');
		expect(message).toMatch(/token|log in/i);
		expect(message).not.toContain('not-a-token');
	});

	it('names an address nobody listens at', async () => {
		const { status, message } = await tested((data) => (data['endpoint'] = 'ws://127.0.0.1:9/websocket'));
		expect(status).toBe('Error');
		expect(message).toMatch(/reach/i);
	});
});
