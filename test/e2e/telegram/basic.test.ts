import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTelegramSandbox, type TelegramSandbox } from '../../sandbox/telegram';
import { node, until, workflow, type CredentialReference } from '../harness';
import { sharedN8n } from '../harness/shared';

const n8n = sharedN8n();
let sandbox: TelegramSandbox;

beforeAll(async () => {
	sandbox = await startTelegramSandbox();
});

afterAll(async () => {
	await sandbox.close();
});

/** A Telegram User node doing one operation. */
function telegram(
	name: string,
	credential: CredentialReference,
	[resource, operation]: readonly [string, string],
	parameters: INodeParameters,
): INode {
	return node(name, 'telegramUser', { resource, operation, ...parameters }, { credential });
}

it('logs in by code and 2FA, starts on a message, and the answer reaches the person', async () => {
	const [anna, boris] = sandbox.accounts;
	const dc = sandbox.dcs[1];
	const address = {
		apiId: '12345',
		apiHash: '0123456789abcdef0123456789abcdef',
		endpoint: `2@127.0.0.1:${String(dc?.port)}`,
		publicKey: dc?.publicKeyPem ?? '',
	};
	const empty = await n8n().api.createCredential('New', 'telegramUserApi', address);
	const once = async (operation: string, parameters: INodeParameters): Promise<IDataObject> => {
		const execution = await n8n().api.runOnce(
			workflow(operation, [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				telegram('Telegram', empty, ['login', operation], parameters),
			]),
		);
		expect(execution.error).toBeUndefined();
		return execution.json('Telegram')[0] ?? {};
	};
	const asked = await once('requestCode', { phone: anna.phone });
	const done = await once('checkCode', {
		phone: anna.phone,
		codeToken: asked['code_token'] as string,
		code: anna.code,
		password: anna.password ?? '',
	});
	expect(done).toMatchObject({ state: 'done', user_id: anna.id });

	const credential = await n8n().api.createCredential('Anna', 'telegramUserApi', {
		...address,
		session: done['session'] as string,
	});
	const { id } = await n8n().api.createWorkflow(
		workflow('Answer', [
			node('Telegram User Trigger', 'telegramUserTrigger', {}, { credential }),
			telegram('Answer', credential, ['message', 'send'], {
				chatId: { __rl: true, mode: 'id', value: '={{ $json.external_chat_id }}' },
				text: '=You wrote: {{ $json.text }}',
			}),
		]),
	);
	await n8n().api.publish(id);
	const seen = () => JSON.stringify(sandbox.control.messages({ owner: boris.id, peer: anna.id }));
	let at = 0;
	await until(
		() => {
			// A trigger starts at now, and n8n does not tell when that was.
			sandbox.control.injectMessage({ from: boris.id, to: anna.id, text: `Hello ${String((at += 1))}` });
			return /You wrote: Hello \d/.test(seen());
		},
		{ what: 'the answer', everyMs: 1_000 },
	);
	expect(sandbox.control.overlaps({})).toEqual([]);
	await n8n().api.deleteWorkflow(id);
});
