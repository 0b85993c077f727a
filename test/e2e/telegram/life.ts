import { createHash } from 'node:crypto';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { formatSession, parseSession } from '../../../src/channels/telegram/sessions';
import { logIn } from '../../channels/telegram/fixture';
import { node, until } from '../harness';
import { lifeEnvironment, lifeInN8n, type Connections, type Person } from '../life';
import {
	chat,
	publish,
	telegram,
	telegramCredential,
	telegramCredentialType,
	telegramScene,
} from './trigger-scene';

/** The 64 bits that tell data centres which key a packet is encrypted with (core.telegram.org/mtproto/description). */
function keyOf(session: string): string {
	const { authKey } = parseSession(session);
	if (authKey === null) throw new Error('a session without a key');
	return createHash('sha1').update(authKey).digest().subarray(-8).toString('hex');
}

/** A session string like one of an account, with a key nobody has made. */
function unknownKey(endpoint: { host: string; port: number }): string {
	const authKey = Buffer.alloc(256, 'no such key ');
	return formatSession({ dc: 2, address: endpoint.host, port: endpoint.port, authKey, userId: null });
}

/** The life of Telegram's triggers in n8n, with an outage of this length. */
export function telegramLife(outageMs: number): void {
	const scene = telegramScene({ environment: lifeEnvironment });
	let people = 0;

	const own = async (name: string, change: ICredentialDataDecryptedObject = {}): Promise<Person> => {
		const { sandbox, n8n, boris } = scene();
		const { control } = sandbox;
		people += 1;
		const phone = `+7999000020${String(people)}`;
		const { id: account } = control.createUser({ firstName: name, phone });
		const login = { ...boris, id: account, phone };
		const real = await telegramCredential(sandbox, login);
		const data = { ...real, ...change };
		const credential = await n8n.api.createCredential(name, telegramCredentialType, data);

		/** Connections that used a session after it was logged in, in the order they were opened. */
		const recordsOf = (session: string) => {
			const key = keyOf(session);
			const used = () => control.connections({ account }).filter(({ authKeys }) => authKeys.includes(key));
			const before = new Set(used().map(({ id }) => id));
			return () => used().filter(({ id }) => !before.has(id));
		};
		const counted = (records: ReturnType<ReturnType<typeof recordsOf>>): Connections => {
			const together = records.map(
				({ opened }, at) =>
					1 + records.slice(0, at).filter(({ closed }) => closed === undefined || closed > opened).length,
			);
			return {
				made: records.length,
				now: records.filter(({ closed }) => closed === undefined).length,
				peak: Math.max(0, ...together),
			};
		};
		const records = recordsOf(real['session'] as string);
		const customers = Array.from({ length: 8 }, (_, at) => `@customer_${String(at + 1)}`);
		const answers = (peer: string) =>
			control
				.messages({ owner: account, peer })
				.filter(({ from }) => from === account)
				.map(({ text }) => text);
		const own = { sandbox, n8n, credential, anna: sandbox.accounts[0], boris };
		return {
			credential,
			data,
			trigger: node('Telegram User Trigger', 'telegramUserTrigger', {}, { credential }),
			writes: (text) => {
				control.injectMessage({ from: boris.id, to: account, text });
				return { chatId: boris.id };
			},
			writesMany: (numbers) => void control.injectMany({ to: account, chats: 8, ...numbers }),
			answers,
			authored: () => customers.flatMap(answers),
			connections: () => counted(records()),
			connected: (times) =>
				until(
					() => {
						const newest = records()[times - 1]?.id;
						const asked = control.requests({ account, method: 'updates.getDifference' });
						return asked.some(({ connection, outcome }) => connection === newest && outcome === 'ok');
					},
					{ what: `connection ${String(times)} of ${name}`, timeoutMs: 60_000 },
				),
			cut: () => void control.cutConnections({ account }),
			anotherSession: async () => {
				const session = await logIn(sandbox, login);
				const others = recordsOf(session);
				return { change: { session }, connections: () => counted(others()) };
			},
			publish: (title, answer) => publish(own, title, answer === undefined ? {} : { answer }),
			sending: (title, chatId, text) =>
				telegram(title, credential, ['message', 'send'], { chatId: chat(chatId), text }),
			asking: (title) => telegram(title, credential, ['chat', 'getMany']),
		};
	};

	const endpoint = () => {
		const dc = scene().sandbox.dcs[1];
		if (dc === undefined) throw new Error('no such data centre');
		return dc;
	};
	lifeInN8n({
		scene,
		own,
		outageMs,
		service: () => {
			const { control } = scene().sandbox;
			return {
				stopListening: () => control.stopListening({}),
				startListening: () => control.startListening({}),
				overlaps: () => control.overlaps({}),
			};
		},
		harmless: { deviceName: 'Another name' },
		useless: () => ({ change: { session: unknownKey(endpoint()) }, complaint: /no longer knows the key/ }),
		endpoint: {
			at: (port) => `127.0.0.1:${String(port)}`,
			own: () => '',
		},
	});
}
