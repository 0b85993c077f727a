import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { avitoDriver } from '../../src/channels/avito';
import { ChannelError, type ChannelEvent } from '../../src/contract';
import {
	AccountPool,
	AnchoredPool,
	type CredentialSource,
	type Pool,
	type SubscribeRequest,
} from '../../src/pool';
import { silentLogger, systemRandom } from '../../src/runtime';
import { openStore } from '../../src/store';
import { startAvitoSandbox, type AvitoSandbox } from '../sandbox/avito';
import { consumerOptions } from '../support/consumer-options';
import { ManualClock, passes as timePasses, until } from '../support/manual-clock';

let sandbox: AvitoSandbox;
let folder: string;
let clock: ManualClock;
let pool: Pool;

beforeEach(async () => {
	clock = new ManualClock(Date.now());
	sandbox = await startAvitoSandbox({
		clock: { now: () => clock.now(), setTimer: (ms, run) => clock.after(ms, run) },
	});
	folder = await mkdtemp(join(tmpdir(), 'pool-avito-'));
	pool = newPool();
});

afterEach(async () => {
	let closed = false;
	void pool.shutdown().then(() => (closed = true));
	await passes(() => closed, 'the pool to close');
	await sandbox.close();
	await rm(folder, { recursive: true, force: true });
});

function newPool(): Pool {
	return new AccountPool({
		drivers: [avitoDriver],
		openStore: () => openStore({ dir: folder, clock, logger: silentLogger, random: systemRandom }),
		clock,
		random: systemRandom,
		logger: silentLogger,
		processName: `test/${String(process.pid)}/main`,
		version: '0.0.0',
	});
}

function credential(
	fields: object = {},
	account = 0,
	id = 'credential-1',
): CredentialSource & { data: object } {
	const { client_id, client_secret } = sandbox.accounts[account]!;
	const data = { clientId: client_id, clientSecret: client_secret, endpoint: sandbox.origin, ...fields };
	return { channel: 'avito', id, data, read: () => Promise.resolve(data) };
}

function trigger(
	name: string,
	source: CredentialSource,
	overrides: Partial<SubscribeRequest['options']> = {},
	pollEveryMs?: () => number,
) {
	const texts: string[] = [];
	const events: ChannelEvent[] = [];
	const problems: ChannelError[] = [];
	const subscription = pool.subscribe({
		credential: source,
		identity: { instance: 'i', workflow: 'w', node: name },
		...(pollEveryMs === undefined ? {} : { pollEveryMs }),
		options: consumerOptions(overrides),
		deliver: (delivery) => {
			events.push(...delivery.events);
			texts.push(...delivery.events.map((event) => event.text));
			return Promise.resolve({ kind: 'finished', ok: true });
		},
		report: ({ error }) => problems.push(error),
	});
	return { subscription, texts, events, problems };
}

const passes = (condition: () => boolean, what: string): Promise<void> =>
	timePasses(clock, condition, what, { stepMs: 5_000, steps: 200 });

describe('one pool, real sockets, real store', () => {
	it('a hundred calls and two triggers share one account: one token, every message to each trigger', async () => {
		const a = trigger('a', credential());
		const b = trigger('b', credential({}, 0, 'credential-2'));
		await passes(() => sandbox.control.requests({}).length > 1, 'first pass');
		await Promise.all([a.subscription.live, b.subscription.live]);
		const { chat_id } = sandbox.control.incoming({ text: 'first' });
		const lease = pool.lease(credential());
		let called = 0;
		for (let call = 0; call < 100; call += 1) {
			void lease.call({ name: 'account.getSelf', input: {} }).then(() => (called += 1));
		}
		await passes(() => called === 100, 'a hundred calls within the budget');
		await passes(() => a.texts.length > 0 && b.texts.length > 0, 'both triggers');
		expect([a.texts, b.texts]).toEqual([['first'], ['first']]);
		expect(a.events[0]?.external_chat_id).toBe(chat_id);
		expect(sandbox.control.requests({}).filter(({ path }) => path.startsWith('/token'))).toHaveLength(1);
		a.subscription.end();
		sandbox.control.incoming({ text: 'second', chat_id });
		await passes(() => b.texts.length > 1, 'the other goes on');
		expect([a.texts, b.texts]).toEqual([['first'], ['first', 'second']]);
		await lease.close();
	});

	it('what arrives while the process is away comes once after it is back', async () => {
		const before = trigger('a', credential());
		await passes(() => sandbox.control.requests({}).length > 1, 'first pass');
		await before.subscription.live;
		await pool.shutdown();
		const { chat_id } = sandbox.control.incoming({ text: 'one' });
		for (const text of ['two', 'three']) sandbox.control.incoming({ text, chat_id });
		pool = newPool();
		const after = trigger('a', credential());
		await passes(() => after.texts.length >= 3, 'three messages');
		await clock.advance(600_000);
		expect(after.texts).toEqual(['one', 'two', 'three']);
		expect(before.texts).toEqual([]);
	});

	it('looks for messages as often as a trigger without a webhook asks', async () => {
		const slow = trigger('slow', credential());
		await passes(() => sandbox.control.requests({}).length > 1, 'first pass');
		await slow.subscription.live;
		const lists = () => sandbox.control.requests({ operation_id: 'getChatsV2' }).length;
		const before = lists();
		await clock.advance(60_000);
		expect(lists()).toBe(before);
		const quick = trigger('quick', credential(), {}, () => 5_000);
		await quick.subscription.live;
		await passes(() => lists() > before + 3, 'several looks');
		sandbox.control.incoming({ text: 'found' });
		const since = clock.now();
		await passes(() => quick.texts.length > 0, 'the message');
		expect(clock.now() - since).toBeLessThanOrEqual(15_000);
		expect(quick.texts).toEqual(['found']);
	});

	it('an account that cannot be reached at first is live when it can, and tells once that it was away', async () => {
		sandbox.control.mode({ mode: 'reset' });
		const a = trigger('a', credential({ retries: 0 }));
		await passes(() => a.problems.length > 0, 'told of the outage');
		sandbox.control.mode({ mode: 'ok' });
		let live = false;
		void a.subscription.live.then(() => (live = true));
		await passes(() => live, 'live again');
		sandbox.control.incoming({ text: 'after' });
		await passes(() => a.texts.length > 0, 'message');
		expect(a.texts).toEqual(['after']);
		expect(a.problems).toHaveLength(1);
	});

	it('a live account that goes away is told once it is no blip, and a missing subscription at once', async () => {
		const a = trigger('a', credential({ retries: 0, reconcileSeconds: 10, breakerFailures: 0 }));
		await passes(() => sandbox.control.requests({}).length > 1, 'first pass');
		await a.subscription.live;
		sandbox.control.mode({ mode: '503' });
		await clock.advance(30_000);
		expect(a.problems).toEqual([]);
		await passes(() => a.problems.length > 0, 'told of the outage');
		sandbox.control.mode({ mode: 'ok' });
		sandbox.control.account({ user_id: sandbox.accounts[0].user_id, subscription: false });
		sandbox.control.incoming({ text: 'hidden' });
		await passes(
			() => a.problems.some(({ code }) => code === 'subscription_missing'),
			'told of the subscription',
		);
		expect(a.texts).toEqual([]);
	});

	it('disconnect survives a restart, refuses calls in words and connect catches up', async () => {
		const source = credential();
		const lease = pool.lease(source);
		await lease.call({ name: 'account.getSelf', input: {} });
		await lease.call({ name: 'account.disconnect', input: {} });
		await pool.shutdown();
		pool = newPool();
		const again = pool.lease(source);
		const refused = await again.call({ name: 'account.getSelf', input: {} }).catch((error: unknown) => error);
		expect(ChannelError.is(refused) && refused.code).toBe('account_paused');
		await again.call({ name: 'account.connect', input: {} });
		expect((await again.call({ name: 'account.getSelf', input: {} })).items).toHaveLength(1);
	});

	it('a credential edited to another account moves the trigger, and edited back continues', async () => {
		let data = credential().data;
		const source: CredentialSource = { ...credential(), read: () => Promise.resolve(data) };
		const a = trigger('a', source);
		await passes(() => sandbox.control.requests({}).length > 1, 'first pass');
		await a.subscription.live;
		data = credential({}, 1).data;
		const other = sandbox.accounts[1].user_id;
		await passes(
			() => sandbox.control.requests({}).some(({ path }) => path.includes(`/${String(other)}/chats`)),
			'moved',
		);
		await clock.advance(1_000);
		sandbox.control.incoming({ text: 'to the second', user_id: other });
		await passes(() => a.texts.length > 0, 'second account');
		expect(a.events[0]?.account.id).toBe(`avito:${String(other)}`);
	});

	it('keys that were refused are not tried again until the credential changes', async () => {
		const wrong = credential({ clientSecret: 'wrong' });
		const read = { data: wrong.data };
		const a = trigger('a', { ...wrong, read: () => Promise.resolve(read.data) });
		const tokens = () => sandbox.control.requests({ operation_id: 'getAccessToken' }).length;
		await passes(() => a.problems.length > 0, 'told');
		const before = tokens();
		for (let call = 0; call < 5; call += 1) {
			const refused = await pool
				.lease(wrong)
				.call({ name: 'account.getSelf', input: {} })
				.catch((error: unknown) => error);
			expect(ChannelError.is(refused) && refused.code).toBe('credential_invalid');
			await clock.advance(60_000);
		}
		expect(tokens()).toBe(before);
		read.data = credential().data;
		let live = false;
		void a.subscription.live.then(() => (live = true));
		await passes(() => live, 'live with the right keys');
	});

	it('an idle account closes after its linger, leaving no timer of its own', async () => {
		const lease = pool.lease(credential());
		await lease.call({ name: 'account.getSelf', input: {} });
		await lease.close();
		expect((await pool.statuses())[0]?.state).toBe('live');
		await clock.advance(300_000);
		await until(async () => (await pool.statuses())[0]?.state === 'idle', 'closed');
	});

	it('no secret is in status, errors or the store file', async () => {
		const { client_secret } = sandbox.accounts[0];
		const lease = pool.lease(credential());
		await lease.call({ name: 'account.getSelf', input: {} });
		const status = JSON.stringify(await lease.status());
		expect(status).not.toContain(client_secret);
		const wrong = await Promise.resolve()
			.then(() => pool.lease(credential({ clientSecret: 'wrong-secret-value' }, 1)))
			.then((other) => other.call({ name: 'account.getSelf', input: {} }))
			.catch((error: unknown) => error);
		expect(ChannelError.is(wrong) && wrong.code).toBe('credential_invalid');
		expect(JSON.stringify(wrong) + String((wrong as Error).stack)).not.toContain('wrong-secret-value');
	});
});

describe('two versions of the package in one process', () => {
	it('older triggers keep their pool, newer ones share it, and take over when the last older one ends', async () => {
		const made: string[] = [];
		const copy = (version: string): Pool =>
			new AnchoredPool(version, () => {
				made.push(version);
				return newPool();
			});
		await pool.shutdown();
		const [older, newer] = [copy('1.0.0'), copy('1.1.0')];
		pool = older;
		const a = trigger('a', credential());
		await passes(() => sandbox.control.requests({}).length > 1, 'first pass');
		await a.subscription.live;
		pool = newer;
		const b = trigger('b', credential());
		await passes(() => made.length === 1, 'one pool');
		await b.subscription.live;
		const { chat_id } = sandbox.control.incoming({ text: 'to both' });
		await passes(() => a.texts.length === 1 && b.texts.length === 1, 'both');
		a.subscription.end();
		sandbox.control.incoming({ text: 'during the change', chat_id });
		await passes(() => b.texts.length === 2, 'the newer goes on');
		expect(made).toEqual(['1.0.0', '1.1.0']);
		expect([a.texts, b.texts]).toEqual([['to both'], ['to both', 'during the change']]);
		const lease = newer.lease(credential());
		expect((await lease.call({ name: 'account.getSelf', input: {} })).items).toHaveLength(1);
		await lease.close();
	});
});

describe('a package that is uninstalled', () => {
	let installed: boolean;
	let made: number;

	beforeEach(async () => {
		await pool.shutdown();
		installed = true;
		made = 0;
		pool = new AnchoredPool(
			'1.0.0',
			() => {
				made += 1;
				return newPool();
			},
			{ clock, isInstalled: () => Promise.resolve(installed) },
		);
	});

	/** Time enough for every look, poll and linger of a pool that serves. */
	async function tenMinutes(): Promise<void> {
		const end = clock.now() + 600_000;
		await passes(() => clock.now() >= end, 'ten minutes');
	}

	it('leaves no connection, no timer and no file', async () => {
		const timers = () => clock.pending;
		// An open database has its journal beside it.
		const isOpen = async () => (await readdir(folder)).includes('messenger-accounts.sqlite-wal');
		const before = timers();
		const { subscription } = trigger('a', credential());
		await passes(() => sandbox.control.requests({}).length > 1, 'first pass');
		await subscription.live;
		subscription.end();
		expect(timers()).toBeGreaterThan(before);
		expect(await isOpen()).toBe(true);
		installed = false;
		await passes(() => timers() <= before, 'the last timer');
		const asked = sandbox.control.requests({}).length;
		await tenMinutes();
		expect(sandbox.control.requests({})).toHaveLength(asked);
		expect(await isOpen()).toBe(false);
	});

	it('keeps a trigger that n8n left running from starting anything, and lets it go on when it is back', async () => {
		const { subscription, texts } = trigger('a', credential());
		await passes(() => sandbox.control.requests({}).length > 1, 'first pass');
		await subscription.live;
		const { chat_id } = sandbox.control.incoming({ text: 'before' });
		await passes(() => texts.length === 1, 'the first message');
		installed = false;
		await passes(() => made === 2, 'the pool to end');
		sandbox.control.incoming({ text: 'meanwhile', chat_id });
		const asked = sandbox.control.requests({}).length;
		await tenMinutes();
		expect(sandbox.control.requests({})).toHaveLength(asked);
		expect(texts).toEqual(['before']);
		installed = true;
		await passes(() => texts.length === 2, 'what came meanwhile');
		sandbox.control.incoming({ text: 'after', chat_id });
		await passes(() => texts.length === 3, 'what comes after');
		expect(texts).toEqual(['before', 'meanwhile', 'after']);
		subscription.end();
	});

	it('is not taken for uninstalled during an update, when its folder is away for a moment', async () => {
		const { subscription, texts } = trigger('a', credential());
		await passes(() => sandbox.control.requests({}).length > 1, 'first pass');
		await subscription.live;
		installed = false;
		await clock.advance(10_000);
		installed = true;
		sandbox.control.incoming({ text: 'during the update' });
		await passes(() => texts.length === 1, 'the message');
		await tenMinutes();
		expect(made).toBe(1);
		subscription.end();
	});
});
