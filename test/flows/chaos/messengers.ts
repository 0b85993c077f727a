import type { Channel } from '../../../src/contract';
import { startAvitoSandbox, type AvitoSandbox } from '../../sandbox/avito';
import { startMaxSandbox, type MaxSandbox } from '../../sandbox/max';
import { startTelegramSandbox, type TelegramSandbox } from '../../sandbox/telegram';
import { API, logIn } from '../../support/telegram-login';

/** Limits that protect real accounts: none is to be met here, or the run would measure them. */
const UNHURRIED = { chatGapSeconds: 0, firstContactsPerDay: 10_000, loopLimit: 0 };

/** An account at one of the fake messengers, and the people who write to it. */
export interface Account {
	readonly id: string;
	readonly channel: Channel;
	/** the credential's fields; `port` is where this process reaches Avito */
	data(port: number): Record<string, unknown>;
	/** Two people write, each in a chat of his own: `#<first>` and the next number. @returns their chats */
	write(first: number): [string, string];
	/** the texts this account has sent, as the messenger stored them */
	sent(): string[];
}

/** The three fake messengers of a run. */
export interface Messengers {
	readonly accounts: readonly Account[];
	readonly avitoPort: number;
	/** which account a request to Avito is made for, by what stands in its head */
	avitoAccount(head: string): string | null;
	/** Gone from the network for so long, all accounts of one messenger. */
	away(channel: Channel, ms: number): Promise<void>;
	/** sessions that were used by two connections at once, and mistakes of the sandboxes themselves */
	wrong(): string[];
	close(): Promise<void>;
}

export async function startMessengers(perChannel: number): Promise<Messengers> {
	const [avito, max, telegram] = await Promise.all([
		startAvitoSandbox(),
		startMaxSandbox(),
		startTelegramSandbox(),
	]);
	const some = Array.from({ length: perChannel }, (_, n) => n + 1);
	max.control.setPolicy({ loginLimit: 0 });
	const accounts = [
		...some.map((n) => avitoAccount(avito, n)),
		...some.map((n) => maxAccount(max, n)),
		...(await Promise.all(some.map((n) => telegramAccount(telegram, n)))),
	];
	telegram.control.clearLog();
	return {
		accounts,
		avitoPort: Number(new URL(avito.origin).port),
		avitoAccount: (head) => {
			const user = /\/accounts\/(\d+)\//.exec(head)?.[1];
			return user === undefined ? null : `avito-${Number(user) - AVITO_FIRST}`;
		},
		away: async (channel, ms) => {
			if (channel === 'avito') await avito.control.unreachable({ seconds: ms / 1_000 });
			if (channel === 'max') await max.control.stopListening({ forMs: ms });
			if (channel !== 'telegram') return;
			await telegram.control.stopListening({});
			setTimeout(() => void telegram.control.startListening({}), ms);
		},
		wrong: () => [
			...max.control.overlaps({}).map((overlap) => `MAX: ${JSON.stringify(overlap)}`),
			...telegram.control.overlaps({}).map((overlap) => `Telegram: ${JSON.stringify(overlap)}`),
			...max.control.failures({}).map((failure) => `MAX: ${failure}`),
			...telegram.control.counts({}).failures.map((failure) => `Telegram: ${failure}`),
		],
		close: async () => {
			await Promise.all([avito.close(), max.close(), telegram.close()]);
		},
	};
}

const AVITO_FIRST = 95_000_000;

function avitoAccount(sandbox: AvitoSandbox, n: number): Account {
	const user_id = AVITO_FIRST + n;
	const keys = { client_id: `chaos-${n}`, client_secret: `chaos-secret-${n}` };
	sandbox.control.addAccount({ user_id, name: `Shop ${n}`, ...keys });
	const chats: (string | undefined)[] = [undefined, undefined];
	return {
		id: `avito-${n}`,
		channel: 'avito',
		data: (port) => ({
			clientId: keys.client_id,
			clientSecret: keys.client_secret,
			endpoint: `http://127.0.0.1:${port}`,
			requestsPerMinute: 10_000,
			...UNHURRIED,
		}),
		write: (first) => {
			const written = chats.map((chat_id, at) => {
				const where = chat_id === undefined ? {} : { chat_id };
				const { chat_id: id } = sandbox.control.incoming({ user_id, text: `#${first + at}`, ...where });
				chats[at] = id;
				return id;
			});
			return [written[0] ?? '', written[1] ?? ''];
		},
		sent: () => sandbox.control.outbox({ user_id }).map(({ text }) => text ?? ''),
	};
}

function maxAccount({ control, addresses }: MaxSandbox, n: number): Account {
	// MAX names a dialog by the XOR of its two people: neighbours would share one.
	const { id } = control.addAccount({ firstName: `Person ${n}`, id: String(2 ** 31 + n * 1_024) });
	const { token, deviceId, deviceType } = control.addSession({ account: id });
	const unlimited = { loginPerMinute: 0, loginPerHour: 0, sendsPerMinute: 10_000, pageDelayMs: 0 };
	return {
		id: `max-${n}`,
		channel: 'max',
		data: () => ({
			...{ token, deviceId, deviceType, endpoint: addresses.websocketPlain },
			...UNHURRIED,
			...unlimited,
		}),
		write: (first) => {
			const [one, other] = control.injectMany({ to: id, chats: 2, count: 2, first });
			return [one?.chatId ?? '', other?.chatId ?? ''];
		},
		sent: () => control.authored({ account: id }).map(({ text }) => text ?? ''),
	};
}

async function telegramAccount(sandbox: TelegramSandbox, n: number): Promise<Account> {
	const phone = `+7888${String(n).padStart(7, '0')}`;
	const { id } = sandbox.control.createUser({ phone, firstName: `Person ${n}` });
	const session = await logIn(sandbox, { phone, code: '22222', dc: 2 });
	const peers = new Set<string>();
	return {
		id: `telegram-${n}`,
		channel: 'telegram',
		data: () => ({
			...{ ...API, session, publicKey: sandbox.dcs[1]?.publicKeyPem ?? '' },
			...UNHURRIED,
			sendsPerWindow: 10_000,
		}),
		write: (first) => {
			sandbox.control.injectMany({ to: id, chats: 2, count: 2, first });
			return ['30000001', '30000002'];
		},
		sent: () => {
			peers.add('30000001').add('30000002');
			const all = [...peers].flatMap((peer) => sandbox.control.messages({ owner: id, peer }));
			return all.filter(({ from }) => from === id).map(({ text }) => text);
		},
	};
}
