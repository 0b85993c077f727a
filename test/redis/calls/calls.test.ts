import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
	ChannelError,
	type Asked,
	type CallResult,
	type Clock,
	type MediaSource,
	type RemoteCall,
	type RemoteCalls,
	type RemoteServer,
	type Store,
	type StoreLease,
} from '../../../src/contract';
import { openRedisCalls, openRedisStore } from '../../../src/redis';
import { nextTurn, silentLogger, systemClock, systemRandom } from '../../../src/runtime';
import { ManualClock, passes, until } from '../../support/manual-clock';
import { complaints, listKeys } from '../support/key-table';
import { RedisServer } from '../support/redis-server';
import { Relay } from '../support/relay';

const OWNER = 'host/1/main/aa';
const CALLER = 'host/2/worker/bb';
const SESSION = 'session-1';

const POLICY: RemoteCall['policy'] = {
	permissions: ['read', 'send'],
	allowedChats: ['chat-1'],
	budget: { points: 10, windowMs: 60_000, chatGapMs: 1_000 },
	firstContactsPerDay: 5,
	loopLimit: 10,
	loopWindowMs: 120_000,
	allowDangerousRaw: false,
};

/** A process that owns nothing. */
const nobody = (): RemoteServer => ({
	call: () => null,
	yield: async () => false,
	hint: async () => false,
	answer: async () => null,
	told: () => undefined,
});

describe('calls between processes', () => {
	let redis: RedisServer;
	let store: Store;
	let lease: StoreLease;
	let answers: RemoteServer;
	let prefix = 0;
	const open: RemoteCalls[] = [];

	beforeAll(async () => {
		redis = await RedisServer.start();
	});
	afterAll(() => redis.stop());
	beforeEach(async () => {
		prefix += 1;
		answers = nobody();
		store = await openRedisStore({ ...services(), guardMs: 0 });
		const answer = await store.acquireLease(`session:${SESSION}`, OWNER, 60_000);
		if (!answer.acquired) throw new Error('not acquired');
		lease = answer.lease;
	});
	afterEach(async () => {
		await Promise.all(open.splice(0).map((calls) => calls.close()));
		await store.close();
	});

	function services() {
		const settings = redis.settings(`calls-${prefix}`);
		return { settings, clock: systemClock, random: systemRandom, logger: silentLogger };
	}

	async function join(
		address: string,
		server: RemoteServer,
		clock: Clock = systemClock,
	): Promise<RemoteCalls> {
		const calls = await openRedisCalls({ ...services(), clock }, address, server);
		open.push(calls);
		return calls;
	}

	/** The owner answers as `answers` says at that moment. */
	async function both(clock: Clock = systemClock): Promise<RemoteCalls> {
		await join(OWNER, {
			call: (session, call) => answers.call(session, call),
			yield: (session) => answers.yield(session),
			hint: (session, hint) => answers.hint(session, hint),
			answer: (question, from) => answers.answer(question, from),
			told: (news, from) => answers.told(news, from),
		});
		return join(CALLER, nobody(), clock);
	}

	const serve = (run: (call: RemoteCall) => Promise<CallResult>) => {
		answers.call = (session, call) => (session === SESSION ? run(call) : null);
	};

	function call(change: Partial<RemoteCall['options']> = {}, media: MediaSource[] = []): RemoteCall {
		return {
			command: { name: 'message.sendText', input: { chat_id: 'chat-1', text: 'ёж 🙂' }, media },
			options: { signal: new AbortController().signal, timeoutMs: 20_000, ...change },
			policy: POLICY,
		};
	}

	it('carry the command, its options and the caller’s own policy there, and the result back', async () => {
		const caller = await both();
		const seen: RemoteCall[] = [];
		const result: CallResult = { items: [{ message_id: 'm1', n: null }], nextPage: 'p2', hints: ['careful'] };
		serve((received) => {
			seen.push(received);
			return Promise.resolve(result);
		});
		const options = {
			idempotency: { key: 'k1', rememberMs: 1_000 },
			budgetWaitMs: 0,
			causedBy: { chatId: 'c', eventId: 'e' },
			correlationId: 'x-1',
		};
		expect(await caller.call(SESSION, call(options))).toEqual({ kind: 'result', result });
		const { signal, ...received } = seen[0]!.options;
		expect(received).toEqual({ ...options, timeoutMs: 20_000 });
		expect(signal.aborted).toBe(false);
		expect(seen[0]?.policy).toEqual(POLICY);
		expect(seen[0]?.command).toEqual({ name: 'message.sendText', input: call().command.input });
	});

	it('carry errors whole, and of an unexpected one only that it happened', async () => {
		const caller = await both();
		const error = new ChannelError('flood_wait', 'Too fast', {
			retry: { afterMs: 30_000 },
			hint: 'Wait.',
			channel: 'telegram',
			account: 'telegram:1',
			providerCode: 'FLOOD_WAIT_30',
			field: 'text',
			cause: new Error('with a secret'),
		});
		serve(() => Promise.reject(error));
		const told: unknown = await caller.call(SESSION, call()).catch((reason: unknown) => reason);
		const { code, message, retry, hint, channel, account, providerCode, field } = error;
		expect(told).toMatchObject({ code, message, retry, hint, channel, account, providerCode, field });
		expect((told as ChannelError).cause).toBeUndefined();
		serve(() => Promise.reject(new Error('with a secret')));
		const hidden: unknown = await caller.call(SESSION, call()).catch((reason: unknown) => reason);
		expect(hidden).toMatchObject({ code: 'upstream_error' });
		expect(JSON.stringify([told, hidden, String(hidden)])).not.toContain('secret');
	});

	it('many at once are answered each with its own', async () => {
		const caller = await both();
		serve(async ({ command }) => {
			await nextTurn();
			return { items: [command.input] };
		});
		const outcomes = await Promise.all(
			Array.from({ length: 200 }, (_, n) =>
				caller.call(SESSION, { ...call(), command: { name: 'x', input: { n } } }),
			),
		);
		expect(outcomes).toEqual(
			Array.from({ length: 200 }, (_, n) => ({ kind: 'result', result: { items: [{ n }] } })),
		);
	});

	it('tell progress where it is asked for', async () => {
		const caller = await both();
		const told: unknown[] = [];
		let enough = (): void => undefined;
		const finished = new Promise<void>((resolve) => (enough = resolve));
		serve(async ({ options }) => {
			options.onProgress?.({ done: 1, what: 'pages' });
			options.onProgress?.({ done: 2, total: 9, what: 'pages' });
			await finished;
			return { items: [] };
		});
		const running = caller.call(
			SESSION,
			call({
				onProgress: (progress) => {
					told.push(progress);
					if (told.length === 2) enough();
				},
			}),
		);
		await running;
		expect(told).toEqual([
			{ done: 1, what: 'pages' },
			{ done: 2, total: 9, what: 'pages' },
		]);
	});

	it('end there when the caller gives up, and when their time is over', async () => {
		const caller = await both();
		const ended: string[] = [];
		serve(
			({ options }) =>
				new Promise((_, reject) => {
					options.signal.addEventListener('abort', () => {
						const reason = options.signal.reason as ChannelError;
						ended.push(reason.code);
						reject(reason);
					});
				}),
		);
		const stop = new AbortController();
		const stopped = caller.call(SESSION, call({ signal: stop.signal }));
		const told = expect(stopped).rejects.toThrow('stopped by hand');
		await nextTurn();
		stop.abort(new Error('stopped by hand'));
		await told;
		await expect(caller.call(SESSION, call({ timeoutMs: 20 }))).rejects.toMatchObject({ code: 'timeout' });
		await until(() => ended.length > 0, 'the end there');
		expect(ended.every((code) => ['cancelled', 'timeout'].includes(code))).toBe(true);
	});

	it('find nobody: no owner, another session, or the process itself', async () => {
		const caller = await both();
		const gone = { kind: 'gone', mayHaveBegun: false };
		expect(await caller.call(SESSION, call())).toEqual(gone);
		expect(await caller.call('session-2', call())).toEqual(gone);
		await store.releaseLease(lease);
		serve(() => Promise.resolve({ items: [] }));
		expect(await caller.call(SESSION, call())).toEqual(gone);
		await store.acquireLease(`session:${SESSION}`, CALLER, 60_000);
		expect(await caller.call(SESSION, call())).toEqual(gone);
	});

	it('notice that the owner lost the session while they waited', async () => {
		const clock = new ManualClock();
		const caller = await both(clock);
		let lost = false;
		serve(async () => {
			await store.releaseLease(lease);
			lost = true;
			return new Promise(() => undefined);
		});
		let outcome: unknown;
		void caller.call(SESSION, call()).then((told) => (outcome = told));
		await until(() => lost, 'the owner to lose it');
		await until(async () => {
			await clock.advance(500);
			return outcome !== undefined;
		}, 'the caller to notice');
		expect(outcome).toEqual({ kind: 'gone', mayHaveBegun: true });
	});

	it('go on with the next owner within one call when the one that answered last has it no more', async () => {
		const caller = await both();
		serve(() => Promise.resolve({ items: [{ by: 'the first' }] }));
		expect(await caller.call(SESSION, call())).toMatchObject({ result: { items: [{ by: 'the first' }] } });
		await store.releaseLease(lease);
		await store.acquireLease(`session:${SESSION}`, 'host/3/main/cc', 60_000);
		answers = nobody();
		await join('host/3/main/cc', {
			...nobody(),
			call: () => Promise.resolve({ items: [{ by: 'the next' }] }),
		});
		expect(await caller.call(SESSION, call())).toMatchObject({ result: { items: [{ by: 'the next' }] } });
	});

	it('notice soon that the one that answered last is gone', async () => {
		const clock = new ManualClock();
		const caller = await both(clock);
		serve(() => Promise.resolve({ items: [] }));
		expect(await caller.call(SESSION, call())).toMatchObject({ kind: 'result' });
		await open[0]?.close();
		await store.releaseLease(lease);
		let outcome: unknown;
		void caller.call(SESSION, call()).then((told) => (outcome = told));
		// Long before the watch of every call would look.
		await clock.advance(60);
		await until(() => outcome !== undefined, 'the caller to notice');
		expect(outcome).toEqual({ kind: 'gone', mayHaveBegun: true });
		expect(await caller.call(SESSION, call())).toEqual({ kind: 'gone', mayHaveBegun: false });
	});

	it('ask for the session, and hear whether it was given up', async () => {
		const caller = await both();
		const asked: string[] = [];
		answers.yield = (session) => {
			asked.push(session);
			return Promise.resolve(asked.length === 1);
		};
		expect(await caller.yield(SESSION)).toBe(true);
		expect(await caller.yield(SESSION)).toBe(false);
		expect(asked).toEqual([SESSION, SESSION]);
		await store.releaseLease(lease);
		expect(await caller.yield(SESSION)).toBe(true);
		expect(asked).toHaveLength(2);
	});

	it('hand an early event to the owner, if there is one', async () => {
		const caller = await both();
		const seen: unknown[] = [];
		answers.hint = (session, hint) => {
			seen.push([session, hint]);
			return Promise.resolve(true);
		};
		expect(await caller.hint(SESSION, { chat: 'ё', n: [1] })).toBe(true);
		expect(seen).toEqual([[SESSION, { chat: 'ё', n: [1] }]]);
		await store.releaseLease(lease);
		expect(await caller.hint(SESSION, {})).toBe(false);
	});

	it('bring files there, as often as they are opened, and back', async () => {
		const caller = await both();
		const bytes = Buffer.from(systemRandom.hex(700_000), 'hex');
		let opened = 0;
		const source: MediaSource = {
			kind: 'stream',
			open: () => {
				opened += 1;
				return Promise.resolve(Readable.from([bytes.subarray(0, 100_001), bytes.subarray(100_001)]));
			},
			fileName: 'a.png',
			mimeType: 'image/png',
			size: bytes.length,
		};
		const others: MediaSource[] = [
			{ kind: 'url', url: 'https://x/y' },
			{ kind: 'ref', ref: 'avito:image:1' },
		];
		serve(async ({ command }) => {
			const [file, ...rest] = command.media ?? [];
			expect(rest).toEqual(others);
			if (file?.kind !== 'stream') throw new Error('no file');
			expect([file.fileName, file.mimeType, file.size]).toEqual(['a.png', 'image/png', bytes.length]);
			const first = await buffer(await file.open());
			const second = await buffer(await file.open());
			expect(first.equals(bytes) && second.equals(bytes)).toBe(true);
			return {
				items: [{ ok: true }],
				media: [
					{ stream: Readable.from([bytes, Buffer.from('end')]), fileName: 'b', mimeType: 'text/plain' },
				],
			};
		});
		const outcome = await caller.call(SESSION, call({}, [source, ...others]));
		if (outcome.kind !== 'result') throw new Error('no result');
		const output = outcome.result.media?.[0];
		expect(output).toMatchObject({ fileName: 'b', mimeType: 'text/plain' });
		expect((await buffer(output!.stream)).equals(Buffer.concat([bytes, Buffer.from('end')]))).toBe(true);
		expect(opened).toBe(2);
	});

	it('read a file no faster than it is taken, and let go of it when the reader does', async () => {
		const caller = await both();
		let read = 0;
		const endless = new Readable({
			highWaterMark: 1,
			read() {
				read += 1;
				this.push(Buffer.alloc(64 * 1024));
			},
		});
		serve(() => Promise.resolve({ items: [], media: [{ stream: endless, fileName: 'x', mimeType: 'x' }] }));
		const outcome = await caller.call(SESSION, call());
		if (outcome.kind !== 'result') throw new Error('no result');
		const stream = outcome.result.media![0]!.stream;
		for await (const _ of stream) break;
		await until(() => endless.destroyed, 'the source is let go');
		expect(read).toBeLessThan(20);
	});

	it('carry a question to the holder of a lease or to a process, and news to nobody who answers', async () => {
		const caller = await both();
		const told: unknown[] = [];
		answers.answer = async (question, from) => ({ question, from });
		answers.told = (news, from) => void told.push([news, from]);
		const answer = { question: { ask: 'x', n: null }, from: CALLER };
		const ask = (asked: Asked) => caller.ask(asked, { ask: 'x', n: null }, 20_000);
		expect(await ask({ lease: `session:${SESSION}` })).toEqual(answer);
		expect(await ask({ process: OWNER })).toEqual(answer);
		expect(await ask({ lease: 'session:nobody' })).toBeNull();
		expect(await ask({ process: CALLER })).toBeNull();
		caller.tell(OWNER, { n: 1 });
		await until(() => told.length > 0, 'the news');
		expect(told).toEqual([[{ n: 1 }, CALLER]]);
		answers.answer = () => Promise.reject(new ChannelError('account_paused', 'not now'));
		await expect(ask({ process: OWNER })).rejects.toMatchObject({ code: 'account_paused' });
	});

	it('end with the lease of the process asked, or after their time', async () => {
		const clock = new ManualClock();
		const caller = await both(clock);
		answers.answer = () => new Promise(() => undefined);
		const asking = caller.ask({ lease: `session:${SESSION}` }, {}, 60_000);
		await until(() => clock.pending > 1, 'the question');
		await store.releaseLease(lease);
		await clock.advance(2_000);
		expect(await asking).toBeNull();
		const late = expect(caller.ask({ process: OWNER }, {}, 3_000)).rejects.toMatchObject({ code: 'timeout' });
		await until(() => clock.nextDueMs === 3_000, 'the second question');
		await clock.advance(3_000);
		await late;
	});

	it('know each other, as long as they are there', async () => {
		const caller = await both();
		expect(await caller.processes()).toEqual([OWNER]);
		await open[0]?.close();
		expect(await caller.processes()).toEqual([]);
	});

	it('are done by a process that found them in its inbox when it came', async () => {
		const caller = await join(CALLER, nobody());
		const client = redis.client();
		serve(() => Promise.resolve({ items: [] }));
		for (let round = 0; round < 10; round += 1) {
			const waiting = caller.call(SESSION, call());
			const inbox = `calls-${prefix}:v1:inbox:{${OWNER}}`;
			await until(async () => (await client.xlen(inbox)) > 0, 'it is there');
			await join(OWNER, { ...nobody(), call: (session, received) => answers.call(session, received) });
			expect(await waiting).toMatchObject({ kind: 'result' });
			await open.pop()?.close();
		}
		client.disconnect();
	});

	it('wait while an inbox is full, and leave nothing behind', async () => {
		const caller = await join(CALLER, nobody());
		const client = redis.client();
		const inbox = `calls-${prefix}:v1:inbox:{${OWNER}}`;
		for (let n = 0; n < 1_000; n += 1) await client.xadd(inbox, '*', 'm', 'not a message');
		serve(() => Promise.resolve({ items: [] }));
		const waiting = caller.call(SESSION, call());
		let done = false;
		void waiting.then(() => (done = true));
		for (let n = 0; n < 50; n += 1) await client.xlen(inbox);
		expect([done, await client.xlen(inbox)]).toEqual([false, 1_000]);
		await join(OWNER, { ...nobody(), call: (session, received) => answers.call(session, received) });
		expect(await waiting).toMatchObject({ kind: 'result' });
		await until(async () => (await client.xlen(inbox)) === 0, 'every message is taken out');
		expect(complaints(await listKeys(client, `calls-${prefix}`), [])).toEqual([]);
		await Promise.all(open.splice(0).map((calls) => calls.close()));
		expect((await listKeys(client, `calls-${prefix}`)).map(({ kind }) => kind).sort()).toEqual([
			'epoch',
			'lease',
		]);
		client.disconnect();
	});

	it('keep their connections where the time of this process runs ahead of Redis’', async () => {
		const clock = new ManualClock();
		const warnings: string[] = [];
		const warn = (message: string) => void warnings.push(message);
		const logger = { ...silentLogger, warn };
		open.push(await openRedisCalls({ ...services(), clock, logger }, OWNER, nobody()));
		await passes(clock, () => clock.monotonic() >= 60_000, 'a minute', {
			stepMs: 1_000,
			steps: 100,
		});
		expect(warnings).toEqual([]);
	});

	it('go on after Redis was away', async () => {
		const caller = await both();
		serve(() => Promise.resolve({ items: [] }));
		const admin = redis.client();
		await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
		admin.disconnect();
		await until(
			async () => (await caller.call(SESSION, call()).catch(() => null))?.kind === 'result',
			'calls work again',
		);
	});

	it('that were handed out and lost on the way are handed out again, and done once', async () => {
		const middle = await Relay.to(redis.port);
		try {
			const settings = { ...services().settings, nodes: [{ host: '127.0.0.1', port: middle.port }] };
			let served = 0;
			serve(() => Promise.resolve({ items: [{ served: (served += 1) }] }));
			const server = {
				...nobody(),
				call: (session: string, received: RemoteCall) => answers.call(session, received),
			};
			open.push(await openRedisCalls({ ...services(), settings }, OWNER, server));
			const caller = await join(CALLER, nobody());
			middle.swallowAnswers = true;
			const waiting = caller.call(SESSION, call());
			await until(() => middle.swallowed > JSON.stringify(call()).length, 'the call that is lost');
			middle.swallowAnswers = false;
			middle.cut();
			expect(await waiting).toMatchObject({ kind: 'result', result: { items: [{ served: 1 }] } });
			expect(served).toBe(1);
		} finally {
			await Promise.all(open.splice(0).map((calls) => calls.close()));
			await middle.close();
		}
	});

	it('go on where Redis forgets the inboxes under open connections', async () => {
		const caller = await both();
		answers.answer = (question) => Promise.resolve({ heard: question });
		expect(await caller.ask({ process: OWNER }, { n: 1 }, 20_000)).toEqual({ heard: { n: 1 } });
		const admin = redis.client();
		const inbox = (address: string) => `calls-${prefix}:v1:inbox:{${address}}`;
		await admin.del(inbox(OWNER), inbox(CALLER));
		admin.disconnect();
		expect(await caller.ask({ process: OWNER }, { n: 2 }, 20_000)).toEqual({ heard: { n: 2 } });
	});
});
