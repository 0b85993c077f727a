import { onTestFinished } from 'vitest';
import type {
	AccountStateChange,
	CallResult,
	ChannelEvent,
	DriverServices,
	EngineEvent,
	IntentHandle,
	Json,
	JsonObject,
	JournalWriter,
	MediaSource,
	OpenAccount,
} from '../../../src/contract';
import { telegramDriver, type TelegramAccount } from '../../../src/channels/telegram';
import { silentLogger } from '../../../src/runtime';
import { startTelegramSandbox, type DemoAccount, type TelegramSandbox } from '../../sandbox/telegram';
import { ManualClock, seededRandom } from '../../support/manual-clock';
import { API, logIn } from '../../support/telegram-login';

export { API, logIn };

/** What the pool would give a driver, in memory. */
export interface TestServices extends DriverServices {
	readonly stored: Map<string, Json>;
	readonly states: AccountStateChange[];
	readonly own: Set<string>;
	readonly paused: [string, number][];
	owner: boolean;
}

export function testServices(clock: ManualClock, stored = new Map<string, Json>()): TestServices {
	const states: AccountStateChange[] = [];
	const own = new Set<string>();
	const paused: [string, number][] = [];
	const secrets = new Map<string, string>();
	const services: TestServices = {
		clock,
		random: seededRandom(stored.size + 1),
		logger: silentLogger,
		stored,
		states,
		own,
		paused,
		owner: true,
		budget: {
			take: () => Promise.resolve(),
			tryTake: () => true,
			pause: (bucket, ms) => paused.push([bucket, ms]),
			waitingUntil: () => null,
			queued: () => 0,
		},
		values: {
			get: (name) => Promise.resolve(stored.get(name)),
			put: (name, value) => Promise.resolve(void stored.set(name, value)),
			delete: (name) => Promise.resolve(void stored.delete(name)),
			list: (prefix) =>
				Promise.resolve(
					[...stored].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => ({ name, value })),
				),
		},
		secrets: {
			get: (name) => Promise.resolve(secrets.get(name) ?? null),
			put: (name, value) => Promise.resolve(void secrets.set(name, value)),
			delete: (name) => Promise.resolve(void secrets.delete(name)),
		},
		assertOwner: () => {
			if (!services.owner) throw new Error('not the owner');
		},
		accountState: (change) => states.push(change),
		sentByNode: (chat, message) => Promise.resolve(own.has(`${chat}:${message}`)),
	};
	return services;
}

/** A journal in memory with the rule of the real one: an event id is appended once. */
export class MemoryJournal implements JournalWriter {
	readonly account = '';
	state: JsonObject | null = null;
	recoverSince = 0;
	startAt?: number;
	readonly events: EngineEvent[] = [];
	readonly liveEvents: ChannelEvent[] = [];
	readonly #ids = new Set<string>();

	append(events: readonly EngineEvent[], state?: JsonObject): Promise<{ appended: number }> {
		const fresh = events.filter(({ event }) => !this.#ids.has(event.event_id));
		for (const entry of fresh) {
			this.#ids.add(entry.event.event_id);
			this.events.push(entry);
		}
		if (state !== undefined) this.state = state;
		return Promise.resolve({ appended: fresh.length });
	}

	live(event: ChannelEvent): void {
		this.liveEvents.push(event);
	}

	texts(type = 'message'): string[] {
		return this.events.filter(({ event }) => event.event_type === type).map(({ event }) => event.text);
	}
}

export interface Bench {
	sandbox: TelegramSandbox;
	clock: ManualClock;
	services: TestServices;
	credential: JsonObject;
	/** Boris, whose account is opened */
	owner: DemoAccount;
	anna: DemoAccount;
	open(services?: TestServices, credential?: JsonObject): Promise<OpenAccount<TelegramAccount>>;
	call(
		open: OpenAccount<TelegramAccount>,
		name: string,
		input?: JsonObject,
		intent?: IntentHandle,
		media?: MediaSource[],
	): Promise<CallResult>;
}

/** A sandbox of its own, a clock that stands still, and Boris logged in. Everything ends with the test. */
export async function startBench(credential: JsonObject = {}): Promise<Bench> {
	const sandbox = await startTelegramSandbox();
	onTestFinished(() => sandbox.close());
	const [anna, boris] = sandbox.accounts;
	const clock = new ManualClock(Date.now());
	const services = testServices(clock);
	const fields: JsonObject = {
		...API,
		session: await logIn(sandbox, boris),
		publicKey: sandbox.dcs[1]?.publicKeyPem ?? '',
		label: 'Boris',
		...credential,
	};
	return {
		sandbox,
		clock,
		services,
		credential: fields,
		owner: boris,
		anna,
		async open(own = services, given = fields) {
			const opened = await telegramDriver.open(
				telegramDriver.configure(given),
				own,
				new AbortController().signal,
			);
			onTestFinished(() => opened.close());
			return opened;
		},
		call: (open, name, input = {}, intent, media) => runCommand(open, name, input, intent, media),
	};
}

let anonymous = 0;

export function runCommand(
	open: OpenAccount<TelegramAccount>,
	name: string,
	input: JsonObject = {},
	intent?: IntentHandle,
	media: MediaSource[] = [],
): Promise<CallResult> {
	const spec = telegramDriver.commands[name];
	if (spec === undefined) throw new Error(`no command ${name}`);
	return spec.run(open.account, spec.input.parse(input), {
		signal: new AbortController().signal,
		media,
		intent: spec.effect === 'send' ? (intent ?? testIntent()) : null,
		options: {},
		progress: () => undefined,
	});
}

/** An intent nobody remembers, but for the key it was made with. */
export function testIntent(providerKey?: string): IntentHandle {
	const key = providerKey ?? (++anonymous).toString(16).padStart(16, '7');
	let state: IntentHandle['state'] = 'reserved';
	return {
		get state() {
			return state;
		},
		repeated: false,
		since: 0,
		providerKey: key,
		context: {},
		sent: () => {
			state = 'sent';
			return Promise.resolve();
		},
		part: (name: string) =>
			Promise.resolve({
				done: false as const,
				handle: testIntent(`${key.slice(0, 14)}${name.padStart(2, '0')}`),
				finish: () => Promise.resolve(),
				refused: () => Promise.resolve(),
			}),
	};
}
