import { afterAll, beforeAll } from 'vitest';
import type { IDataObject } from 'n8n-workflow';
import { startMaxSandbox, type MaxSandbox } from '../../sandbox/max';
import { startTelegramSandbox, type TelegramSandbox } from '../../sandbox/telegram';
import { node, owner, workflow, type CredentialReference, type N8n } from '../harness';
import { N8nSession } from '../harness/session';
import { sharedN8n } from '../harness/shared';

export const API = { apiId: '12345', apiHash: '0123456789abcdef0123456789abcdef' };

/** What every test of logins in a real n8n has. */
export interface Scene {
	readonly n8n: N8n;
	readonly max: MaxSandbox;
	readonly telegram: TelegramSandbox;
	/** credentials without a session: where the messengers are */
	readonly maxByQr: CredentialReference;
	readonly maxByPhone: CredentialReference;
	readonly telegramSettings: CredentialReference;
	/** with a key for n8n's public API */
	readonly api: CredentialReference;
}

/** Limits no test reaches by accident. */
const UNHURRIED = {
	loginPerMinute: 0,
	loginPerHour: 0,
	sendsPerMinute: 10_000,
	chatGapSeconds: 0,
	pageDelayMs: 0,
};

export function telegramAddress(telegram: TelegramSandbox) {
	const dc = telegram.dcs[1];
	return { endpoint: `2@127.0.0.1:${String(dc?.port)}`, publicKey: dc?.publicKeyPem ?? '' };
}

export function maxAddress(max: MaxSandbox, way: 'qr' | 'phone') {
	const fingerprintDigests = ['11', '22', '33'].map((pair) => pair.repeat(32)).join('\n');
	return way === 'qr'
		? { ...UNHURRIED, endpoint: max.addresses.websocketPlain }
		: { ...UNHURRIED, endpoint: max.addresses.tcpPlain, deviceType: 'ANDROID', fingerprintDigests };
}

/** One n8n with our package, both messengers, and credentials for them, shared by the tests of a file. */
export function loginScene(): () => Scene {
	const n8n = sharedN8n();
	let scene: Scene | undefined;
	beforeAll(async () => {
		const [max, telegram] = await Promise.all([startMaxSandbox(), startTelegramSandbox()]);
		const { api } = n8n();
		scene = {
			n8n: n8n(),
			max,
			telegram,
			maxByQr: await api.createCredential('MAX by QR', 'maxUserApi', maxAddress(max, 'qr')),
			maxByPhone: await api.createCredential('MAX by phone', 'maxUserApi', maxAddress(max, 'phone')),
			telegramSettings: await api.createCredential('Telegram', 'telegramUserApi', telegramAddress(telegram)),
			api: await api.createCredential('n8n', 'messengerLoginApi', {
				apiKey: await makeApiKey(n8n()),
				baseUrl: `${n8n().baseUrl}/api/v1`,
			}),
		};
	});
	afterAll(async () => {
		await Promise.all([scene?.max.close(), scene?.telegram.close()]);
	});
	return () => {
		if (!scene) throw new Error('the scene is set before the tests of the file');
		return scene;
	};
}

/** As a person does under Settings → n8n API. */
async function makeApiKey({ baseUrl }: N8n): Promise<string> {
	const session = new N8nSession(baseUrl);
	await session.send('POST', '/login', { emailOrLdapLoginId: owner.email, password: owner.password });
	const { rawApiKey } = (await session.send('POST', '/api-keys', {
		label: 'Logins',
		expiresAt: null,
		scopes: ['credential:create', 'credential:update'],
	})) as { rawApiKey: string };
	await session.disconnect();
	return rawApiKey;
}

/** A published workflow that begins with *Messenger Login*; the address of its page. */
export async function publishLogin(
	{ n8n }: Pick<Scene, 'n8n'>,
	credentials: readonly CredentialReference[],
	parameters: IDataObject = {},
): Promise<{ id: string; url: string; webhookId: string }> {
	const login = node('Messenger Login', 'messengerLogin', parameters as never, { typeVersion: 2 });
	const webhookId = login.id;
	const { id } = await n8n.api.createWorkflow(
		workflow('Login', [
			{
				...login,
				webhookId,
				credentials: Object.fromEntries(
					credentials.map((each) => [each.type, { id: each.id, name: each.name }]),
				),
			},
			node('Nothing', 'n8n-nodes-base.noOp'),
		]),
	);
	await n8n.api.publish(id);
	return { id, webhookId, url: `${n8n.baseUrl}/webhook/${webhookId}/messenger-login` };
}
