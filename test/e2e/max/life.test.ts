import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { DemoSession } from '../../sandbox/max';
import { until } from '../harness';
import { lifeEnvironment, lifeInN8n, type Person } from '../life';
import { chat, max, maxCredential, maxCredentialType, maxTrigger } from './nodes';
import { maxScene, publish } from './scene';

const scene = maxScene({ environment: lifeEnvironment });

async function own(name: string, change: ICredentialDataDecryptedObject = {}): Promise<Person> {
	const { sandbox, n8n } = scene();
	const { control } = sandbox;
	const { id: account } = control.addAccount({ firstName: name });
	const session = control.addSession({ account });
	// The sandbox comes back within seconds; a person's service may take the default of a minute to be found again.
	const data = { ...maxCredential(sandbox, session), reconnectMaxSeconds: 3, ...change };
	const credential = await n8n.api.createCredential(name, maxCredentialType, data);
	const boris = sandbox.accounts[1].id;
	const connections = ({ token }: DemoSession = session) => {
		const found = control.logins({ account }).find((one) => one.token === token);
		const { now = 0, peak = 0 } = found?.connections ?? {};
		return { made: found?.logins ?? 0, now, peak };
	};
	const authored = () => control.authored({ account });
	return {
		credential,
		data,
		trigger: maxTrigger('MAX User Trigger', credential),
		writes: (text) => control.injectMessage({ from: boris, to: account, text }),
		writesMany: (numbers) => void control.injectMany({ to: account, chats: 8, ...numbers }),
		answers: (chatId) =>
			authored()
				.filter((message) => message.chatId === chatId)
				.map(({ text }) => text),
		authored: () => authored().map(({ text }) => text),
		connections: () => connections(),
		connected: (times) =>
			until(() => connections().made === times, { what: `login ${String(times)} of ${name}` }),
		cut: () => void control.cut({ account }),
		anotherSession: () => {
			const made = control.addSession({ account });
			const change = { token: made.token, deviceId: made.deviceId };
			return Promise.resolve({ change, connections: () => connections(made) });
		},
		publish: (title, answer) =>
			publish({ n8n, sandbox, credential }, title, answer === undefined ? {} : { answer }),
		sending: (title, chatId, text) =>
			max(title, credential, ['message', 'send'], { chatId: chat(chatId), text }),
		asking: (title) => max(title, credential, ['chat', 'getMany']),
	};
}

lifeInN8n({
	scene,
	own,
	outageMs: 60_000,
	service: () => {
		const { control } = scene().sandbox;
		return {
			stopListening: () => control.stopListening({}),
			startListening: () => control.startListening({}),
			overlaps: () => control.overlaps({}),
		};
	},
	harmless: { pingSeconds: 20 },
	useless: () => ({ change: { token: 'not-a-token' }, complaint: /no longer valid/ }),
	endpoint: {
		at: (port) => `ws://127.0.0.1:${String(port)}/websocket`,
		own: () => scene().sandbox.addresses.websocketPlain,
	},
});
