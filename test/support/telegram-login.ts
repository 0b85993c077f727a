import { createLink } from '../../src/channels/telegram/seam';
import { formatSession } from '../../src/channels/telegram/sessions';
import { isTlObject, text } from '../../src/channels/telegram/tl';
import { systemClock } from '../../src/runtime';
import type { DemoAccount, TelegramSandbox } from '../sandbox/telegram';

/** Any number and text will do at the sandbox. */
export const API = { apiId: 12_345, apiHash: '0123456789abcdef0123456789abcdef' };

export type Login = Pick<DemoAccount, 'phone' | 'code' | 'dc'>;

/** By code, as a person would; the session string of it. */
export async function logIn({ dcs }: Pick<TelegramSandbox, 'dcs'>, who: Login): Promise<string> {
	const dc = dcs[who.dc - 1];
	if (dc === undefined) throw new Error('no such data centre');
	const link = createLink({
		session: { dc: dc.id, address: dc.host, port: dc.port, authKey: null, userId: null },
		...API,
		device: { model: 'test', system: 'test', app: '1.0', lang: 'en' },
		proxy: null,
		publicKeys: [dc.publicKeyPem],
		connectMs: 10_000,
		clock: systemClock,
		assertOwner: () => undefined,
		events: {
			updates: () => undefined,
			undecodable: () => undefined,
			state: () => undefined,
			log: () => undefined,
		},
	});
	try {
		await link.connect();
		const phone = { phone_number: who.phone };
		const sent = await link.invoke({
			_: 'auth.sendCode',
			...phone,
			api_id: API.apiId,
			api_hash: API.apiHash,
			settings: { _: 'codeSettings' },
		});
		if (!isTlObject(sent)) throw new Error('no code was sent');
		const phoneCodeHash = text(sent, 'phone_code_hash');
		await link.invoke({ _: 'auth.signIn', ...phone, phone_code_hash: phoneCodeHash, phone_code: who.code });
		return formatSession(link.session());
	} finally {
		await link.close();
	}
}
