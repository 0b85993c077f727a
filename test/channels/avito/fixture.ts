import { onTestFinished } from 'vitest';
import { avitoDriver, type AvitoAccount } from '../../../src/channels/avito';
import type {
	CallOptions,
	CallResult,
	EngineEvent,
	JournalWriter,
	JsonObject,
	MediaSource,
	OpenAccount,
} from '../../../src/contract';
import { nextTurn } from '../../../src/runtime';
import { startAvitoSandbox, type AvitoSandbox, type Settings } from '../../sandbox/avito';
import { testServices, TestIntents, type TestServices } from '../../support/driver-services';
import { ManualClock } from '../../support/manual-clock';

export interface Bench {
	sandbox: AvitoSandbox;
	clock: ManualClock;
	services: TestServices;
	intents: TestIntents;
	credential: JsonObject;
	open(): Promise<OpenAccount<AvitoAccount>>;
	/** an opened account, closed at the end of the test */
	account(): Promise<OpenAccount<AvitoAccount>>;
	/** what the pool does with a command, without its policies */
	call(
		open: OpenAccount<AvitoAccount>,
		name: string,
		input?: JsonObject,
		extra?: CallExtras,
	): Promise<CallResult>;
}

export interface CallExtras {
	signal?: AbortSignal;
	media?: MediaSource[];
	options?: CallOptions;
	/** intent key; the same key twice is a repeat */
	key?: string;
}

/** A sandbox of its own, a clock that stands still, and an account of it. Everything ends with the test. */
export async function startBench(
	options: {
		settings?: Partial<Settings>;
		credential?: JsonObject;
		sealed?: Map<string, string>;
		budget?: Parameters<typeof testServices>[0]['rules'];
	} = {},
): Promise<Bench> {
	const sandbox = await startAvitoSandbox({ settings: { rate_limits: false, ...options.settings } });
	onTestFinished(() => sandbox.close());
	const clock = new ManualClock(Date.now());
	const services = testServices({
		clock,
		...(options.sealed === undefined ? {} : { sealed: options.sealed }),
		...(options.budget === undefined ? {} : { rules: options.budget }),
	});
	const [company] = sandbox.accounts;
	const credential: JsonObject = {
		clientId: company.client_id,
		clientSecret: company.client_secret,
		endpoint: sandbox.origin,
		label: 'Shop',
		...options.credential,
	};
	const intents = new TestIntents();
	const open = () =>
		avitoDriver.open(avitoDriver.configure(credential), services, new AbortController().signal);
	return {
		sandbox,
		clock,
		services,
		intents,
		credential,
		open,
		async account() {
			const account = await open();
			onTestFinished(() => account.close());
			return account;
		},
		call: (account, name, input = {}, extra = {}) => runCommand(intents, account, name, input, extra),
	};
}

let anonymous = 0;

/** What the pool does with a command, without its policies. */
export async function runCommand(
	intents: TestIntents,
	open: OpenAccount<AvitoAccount>,
	name: string,
	input: JsonObject,
	extra: CallExtras,
): Promise<CallResult> {
	const spec = avitoDriver.commands[name];
	if (spec === undefined) throw new Error(`no command ${name}`);
	return spec.run(open.account, spec.input.parse(input), {
		signal: extra.signal ?? new AbortController().signal,
		media: extra.media ?? [],
		intent: spec.effect === 'send' ? intents.handle(extra.key ?? `anonymous-${++anonymous}`) : null,
		options: extra.options ?? {},
		progress: () => undefined,
	});
}

/** Lets every wait of at most `maxMs` pass at once until the promise settles; request time-outs (30 s) do not fire. */
export async function passingWaits<T>(clock: ManualClock, work: Promise<T>, maxMs = 10_000): Promise<T> {
	let settled = false;
	const done = work.finally(() => {
		settled = true;
	});
	done.catch(() => undefined);
	for (let turn = 0; turn < 200_000 && !settled; turn += 1) {
		await nextTurn();
		const due = clock.nextDueMs;
		if (due !== undefined && due <= maxMs) await clock.advance(due, 1);
	}
	return done;
}

/** A journal in memory with the rule of the real one: an event id is appended once. */
export class MemoryJournal implements JournalWriter {
	readonly account: string;
	state: JsonObject | null;
	recoverSince: number;
	startAt?: number;
	pollMs: number | null = null;
	readonly events: EngineEvent[] = [];
	/** append number → fails */
	failNext = 0;
	readonly #ids = new Set<string>();

	constructor(account: string, options: { state?: JsonObject | null; recoverSince?: number } = {}) {
		this.account = account;
		this.state = options.state ?? null;
		this.recoverSince = options.recoverSince ?? 0;
	}

	pollEveryMs = (): number | null => this.pollMs;

	live = (): void => undefined;

	append = async (events: readonly EngineEvent[], state?: JsonObject): Promise<{ appended: number }> => {
		await nextTurn();
		if (this.failNext > 0) {
			this.failNext -= 1;
			throw new Error('the disk is full');
		}
		let appended = 0;
		for (const each of events) {
			if (this.#ids.has(each.event.event_id)) continue;
			this.#ids.add(each.event.event_id);
			this.events.push(each);
			appended += 1;
		}
		if (state !== undefined) this.state = structuredClone(state);
		return { appended };
	};

	/** texts of messages, in journal order, of one chat or all */
	texts(chatId?: string): string[] {
		return this.events
			.filter(
				({ event }) =>
					event.event_type === 'message' && (chatId === undefined || event.external_chat_id === chatId),
			)
			.map(({ event }) => event.text);
	}
}

/** A ChannelError's code, or what came instead. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
	try {
		await work;
		return 'no error';
	} catch (error) {
		return (error as { code?: string }).code ?? String(error);
	}
}
