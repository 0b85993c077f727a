import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { maxDriver } from '../../src/channels/max';
import type { CallResult, Clock, Store } from '../../src/contract';
import {
	AccountPool,
	type CredentialSource,
	type Delivery,
	type Lease,
	type Settlement,
} from '../../src/pool';
import { nextTurn, silentLogger, sleepWith, systemRandom } from '../../src/runtime';
import { openStore } from '../../src/store';
import { startMaxSandbox, type MaxSandbox } from '../sandbox/max';
import { consumerOptions } from '../support/consumer-options';
import { ManualClock } from '../support/manual-clock';

/** Protocol: MSG_SEND. */
const SEND = 64;

let sandbox: MaxSandbox;
let folder: string;
let clock: ManualClock;
let lives: Life[];

beforeEach(async () => {
	clock = new ManualClock(Date.now());
	sandbox = await startMaxSandbox({
		clock: { now: () => clock.now(), setTimer: (ms, run) => clock.after(ms, run) },
	});
	folder = await mkdtemp(join(tmpdir(), 'pool-max-'));
	lives = [];
});

afterEach(async () => {
	let closed = false;
	void Promise.all(lives.map((life) => life.end())).then(() => (closed = true));
	await passes(() => closed, 'the pools to close');
	expect(sandbox.control.failures({})).toEqual([]);
	await sandbox.close();
	await rm(folder, { recursive: true, force: true });
});

/** One process of n8n: a pool of its own over the folder they all share. */
class Life {
	readonly pool: AccountPool;
	#alive = true;
	#store: Store | undefined;

	constructor() {
		this.pool = new AccountPool({
			drivers: [maxDriver],
			openStore: async () =>
				(this.#store = await openStore({
					dir: folder,
					clock: this.#clock,
					logger: silentLogger,
					random: systemRandom,
				})),
			clock: this.#clock,
			random: systemRandom,
			logger: silentLogger,
			processName: `test/${String(process.pid)}/main`,
			version: '0.0.0',
		});
		lives.push(this);
	}

	get alive(): boolean {
		return this.#alive;
	}

	/** The shared time; a process that has died has no timers any more. */
	readonly #clock: Clock = {
		now: () => clock.now(),
		monotonic: () => clock.monotonic(),
		after: (ms, callback) =>
			clock.after(ms, () => {
				if (this.#alive) callback();
			}),
		sleep: (ms, signal) => sleepWith(this.#clock, ms, signal),
	};

	/** Nothing is shut down: timers stop, the store takes nothing more, the operating system ends the sockets. */
	async dies(): Promise<void> {
		this.#alive = false;
		await this.#store?.close();
		sandbox.control.cut({});
	}

	async end(): Promise<void> {
		if (this.#alive) await this.pool.shutdown();
	}
}

/** n8n's table of executions, which outlives its processes: one row per deduplication key. */
class Executions {
	readonly started: { chat: string; text: string }[] = [];
	refused = 0;
	readonly #keys = new Set<string>();

	/** What a process does with a delivery; nothing more comes of it once that process has died. */
	async start(life: Life, { key, events }: Delivery): Promise<Settlement> {
		await nextTurn();
		if (!life.alive) return new Promise(() => undefined);
		if (this.#keys.has(key)) {
			this.refused += 1;
			return { kind: 'duplicate' };
		}
		this.#keys.add(key);
		this.started.push(...events.map((event) => ({ chat: event.external_chat_id, text: event.text })));
		for (let turn = 0; turn < 3; turn += 1) await nextTurn();
		return life.alive ? { kind: 'finished', ok: true } : new Promise(() => undefined);
	}

	get texts(): string[] {
		return this.started.map(({ text }) => text);
	}

	perChat(): number[][] {
		const chats = Map.groupBy(this.started, ({ chat }) => chat);
		return [...chats.values()].map((rows) => rows.map(({ text }) => Number(text.slice(1))));
	}
}

/** Anna's web session; every limit that protects a real account is out of the way. */
function credential(): CredentialSource {
	const { token, deviceId, deviceType } = sandbox.accounts[0].web!;
	const data = {
		token,
		deviceId,
		deviceType,
		endpoint: sandbox.addresses.websocketPlain,
		loginPerMinute: 0,
		loginPerHour: 0,
		sendsPerMinute: 10_000,
		chatGapSeconds: 0,
		firstContactsPerDay: 10_000,
		loopLimit: 0,
		pageDelayMs: 0,
	};
	return { channel: 'max', id: 'credential-1', data, read: () => Promise.resolve(data) };
}

function trigger(life: Life, executions: Executions, node = 'trigger') {
	return life.pool.subscribe({
		credential: credential(),
		identity: { instance: 'i', workflow: 'w', node },
		options: consumerOptions(),
		deliver: (delivery) => executions.start(life, delivery),
		report: () => undefined,
	});
}

/** Lets the sockets work, then time go on, until the condition holds. */
async function passes(condition: () => boolean, what: string): Promise<void> {
	for (let step = 0; step < 300; step += 1) {
		for (let turn = 0; turn < 500; turn += 1) {
			if (condition()) return;
			await nextTurn();
		}
		await clock.advance(5_000);
	}
	throw new Error(`still waiting for: ${what}`);
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
	let done = false;
	const settled = promise.finally(() => (done = true));
	settled.catch(() => undefined);
	await passes(() => done, what);
	return settled;
}

const annasWebSession = () =>
	sandbox.control.logins({ account: sandbox.accounts[0].id }).find(({ deviceType }) => deviceType === 'WEB')!;

/** What Anna has written since the demo's own messages. */
const authored = (): string[] =>
	sandbox.control
		.authored({ account: sandbox.accounts[0].id })
		.map(({ text }) => text)
		.filter((text) => text.startsWith('answer '));

const numbered = (count: number, prefix: string): string[] =>
	Array.from({ length: count }, (_, index) => `${prefix}${String(index + 1)}`);

describe('one MAX account, one connection', () => {
	it('two triggers and a hundred calls log in once, and every message reaches each trigger', async () => {
		const life = new Life();
		const [first, second] = [new Executions(), new Executions()];
		const a = trigger(life, first, 'a');
		const b = trigger(life, second, 'b');
		const lease = life.pool.lease(credential());
		const calls = Promise.all(
			Array.from({ length: 100 }, () => lease.call({ name: 'chat.getMany', input: { limit: 2 } })),
		);
		await within(Promise.all([a.live, b.live]), 'both triggers');
		expect((await within(calls, 'a hundred calls')).map(({ items }) => items.length)).toEqual(
			Array.from({ length: 100 }, () => 2),
		);
		sandbox.control.injectMany({ to: sandbox.accounts[0].id, chats: 5, count: 20 });
		await passes(() => first.texts.length >= 20 && second.texts.length >= 20, 'twenty messages for each');
		expect([first, second].map(({ texts }) => texts.toSorted())).toEqual([
			numbered(20, '#').sort(),
			numbered(20, '#').sort(),
		]);
		a.end();
		await lease.close();
		await clock.advance(600_000);
		expect(annasWebSession()).toMatchObject({ logins: 1, connections: { now: 1, peak: 1 } });
		expect(sandbox.control.overlaps({})).toEqual([]);
	});
});

describe('nothing is lost and nothing happens twice', () => {
	it('1,000 messages over 50 chats, four cuts, lost, doubled and reordered pushes, one crash', async () => {
		const account = sandbox.accounts[0].id;
		const executions = new Executions();
		let injected = 0;
		let chats: string[] = [];
		const inject = (count: number): void => {
			const told = sandbox.control.injectMany({ to: account, chats: 50, count, first: injected + 1 });
			chats = told.slice(0, 50).map(({ chatId }) => chatId);
			injected += count;
		};
		const sends: Promise<CallResult>[] = [];
		const send = (lease: Lease, number: number): Promise<CallResult> =>
			lease.call(
				{
					name: 'message.send',
					input: { chatId: chats[number % chats.length]!, text: `answer ${String(number)}` },
				},
				{ idempotency: { key: `send-${String(number)}`, rememberMs: 86_400_000 } },
			);
		/** Five sends: some before the connection breaks, the rest while there is none. */
		const answers = (lease: Lease, first: number): void => {
			for (let number = first; number < first + 5; number += 1) sends.push(send(lease, number));
		};
		const down = () => sandbox.control.connections({ account, open: true }).length === 0;
		const loggedIn = (times: number) => () => annasWebSession().logins === times;

		const before = new Life();
		await within(trigger(before, executions).live, 'the trigger');
		const early = before.pool.lease(credential());
		inject(200);
		sandbox.control.setFaults({ losePush: 0.2, duplicatePush: 0.3, reorderPush: 0.2 });
		for (const cut of [1, 2]) {
			inject(50);
			// The first breaks in the middle of a reply: that send is carried out and its caller never told.
			if (cut === 1) sandbox.control.setFaults({ cutInReply: [{ opcode: SEND, count: 1 }] });
			answers(early, cut * 5 - 4);
			if (cut === 2) sandbox.control.cut({ account });
			await passes(down, 'the cut');
			inject(100);
			await passes(loggedIn(cut + 1), 'the next login');
		}
		await within(Promise.all(sends), 'the answers of two cuts');

		// The process dies with executions under way and with sends that are carried out but never answered.
		inject(150);
		const waiting = executions.started.length + 20;
		await passes(() => executions.started.length >= waiting, 'some of them to start');
		sandbox.control.setFaults({ dropReplies: [{ opcode: SEND, count: 3 }] });
		const interrupted = [11, 12, 13].map((number) => send(early, number));
		for (const one of interrupted) one.catch(() => undefined);
		await passes(() => authored().length === 13, 'the answers to arrive');
		await before.dies();
		expect(executions.started.length).toBeLessThan(injected);
		inject(100);

		const after = new Life();
		await within(trigger(after, executions).live, 'the trigger of the next process');
		const late = after.pool.lease(credential());
		// The execution that was interrupted runs again and asks for the same sends.
		for (const number of [11, 12, 13]) sends.push(send(late, number));
		for (const cut of [3, 4]) {
			inject(50);
			if (cut === 3) sandbox.control.setFaults({ cutInReply: [{ opcode: SEND, count: 1 }] });
			answers(late, cut * 5 - 1);
			if (cut === 4) sandbox.control.cut({ account });
			await passes(down, 'the cut');
			inject(50);
			await passes(loggedIn(cut + 2), 'the next login');
		}
		inject(1_000 - injected);
		await within(Promise.all(sends), 'all answers');
		await passes(() => executions.started.length >= 1_000, 'a thousand executions');
		sandbox.control.clearFaults({});
		// Comparisons of chats go on: what is found again must not start again.
		await clock.advance(1_300_000);
		for (let turn = 0; turn < 200; turn += 1) await nextTurn();

		expect(executions.texts.toSorted()).toEqual(numbered(1_000, '#').sort());
		expect(executions.perChat()).toHaveLength(50);
		for (const numbers of executions.perChat()) {
			expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
		}
		expect(authored().sort()).toEqual(numbered(23, 'answer ').sort());
		expect(annasWebSession()).toMatchObject({ logins: 6, connections: { now: 1, peak: 1 } });
		expect(sandbox.control.overlaps({})).toEqual([]);
	});
});

describe('the test of a credential tells apart', () => {
	async function tested(change: Record<string, unknown> = {}): Promise<{ ok: boolean; message: string }> {
		const life = new Life();
		const { token, deviceId, deviceType } = sandbox.control.addSession({
			account: sandbox.accounts[0].id,
			deviceType: 'WEB',
		});
		const { data } = credential();
		const changed = { ...(data as Record<string, unknown>), token, deviceId, deviceType, ...change };
		return within(
			life.pool.test({ channel: 'max', id: 'tested', data: changed, read: () => Promise.resolve(changed) }),
			'the answer',
		);
	}
	const refusing = (error: string, opcode = 19): Promise<{ ok: boolean; message: string }> => {
		sandbox.control.setFaults({ errors: [{ opcode, error, count: 9 }] });
		return tested();
	};

	it('a session that lives, a dead one, a ban, a missing password, an old version and an address without a service', async () => {
		const answers = {
			good: await tested(),
			dead: await tested({ token: 'a-token-of-nobody' }),
			banned: await refusing('login.blocked'),
			password: await refusing('error.profile.active.session.no2fa'),
			flood: await refusing('login.flood'),
			version: await refusing('client.unsupported-version', 6),
			unreachable: await tested({ endpoint: 'ws://127.0.0.1:1/websocket' }),
		};
		expect(answers.good).toEqual({ ok: true, message: 'Connected as Anna Lee.' });
		expect(answers.dead.message).toMatch(/token is no longer valid.*Log in again/);
		expect(answers.banned.message).toMatch(/blocked or suspended.*official app/);
		expect(answers.password.message).toMatch(/no login password.*Set a login password in the MAX app/);
		expect(answers.flood.message).toMatch(/Too many logins.*an hour/);
		expect(answers.version.message).toMatch(/no longer takes this app version.*Raise App Version/);
		expect(answers.unreachable.message).toMatch(/cannot be reached \(ECONNREFUSED\)/);
		const { good, ...bad } = answers;
		expect(good.ok).toBe(true);
		expect(Object.values(bad).filter(({ ok }) => ok)).toEqual([]);
		expect(JSON.stringify(answers)).not.toContain('a-token-of-nobody');
	});
});
