import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { avitoDriver } from '../../src/channels/avito';
import type { ChannelError, ChannelEvent, Logger } from '../../src/contract';
import {
	AccountPool,
	type ConsumerOptions,
	type CredentialSource,
	type Lease,
	type Pool,
	type PoolOptions,
} from '../../src/pool';
import { openRedisCalls, openRedisStore, type RedisSettings } from '../../src/redis';
import { silentLogger, systemRandom } from '../../src/runtime';
import { mirrorPlace } from '../../src/store';
import { RedisServer } from '../redis/support/redis-server';
import { Relay } from '../redis/support/relay';
import { startAvitoSandbox, type AvitoSandbox } from '../sandbox/avito';
import { consumerOptions } from '../support/consumer-options';
import { ManualClock, passes as timePasses } from '../support/manual-clock';

/** Several pools on one Redis, each as it is in a process of its own, and one fake Avito; time is the test's. */
export class RedisScene {
	redis!: RedisServer;
	sandbox!: AvitoSandbox;
	clock!: ManualClock;
	logger: Logger = silentLogger;
	#prefix = 0;
	readonly #pools: Pool[] = [];
	readonly #relays: Relay[] = [];
	readonly #folders: string[] = [];

	/** Of the file: one Redis; of each test: a prefix, a sandbox and a clock of its own. */
	static prepare(): RedisScene {
		const scene = new RedisScene();
		beforeAll(async () => {
			scene.redis = await RedisServer.start();
		});
		afterAll(() => scene.redis.stop());
		beforeEach(() => scene.#begin());
		afterEach(() => scene.#end());
		return scene;
	}

	get prefix(): string {
		return `flow-${this.#prefix}`;
	}

	async #begin(): Promise<void> {
		this.#prefix += 1;
		this.logger = silentLogger;
		const clock = new ManualClock(Date.now());
		this.clock = clock;
		this.sandbox = await startAvitoSandbox({
			clock: { now: () => clock.now(), setTimer: (ms, run) => clock.after(ms, run) },
		});
	}

	async #end(): Promise<void> {
		let closed = 0;
		const closing = this.#pools.splice(0);
		for (const pool of closing) void pool.shutdown().then(() => (closed += 1));
		await this.passes(() => closed === closing.length, 'the pools to close');
		await Promise.all(this.#relays.splice(0).map((relay) => relay.close()));
		await this.sandbox.close();
		for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true });
	}

	/** Where a process keeps its second copy; the same folder again is the same host after a restart. */
	folder(): string {
		const folder = mkdtempSync(join(tmpdir(), 'mirror-'));
		this.#folders.push(folder);
		return folder;
	}

	/** A process for which leases wait after Redis was lost, as they do in life. `dir`: of its second copy, if it has one */
	guarded(role: string, dir?: string, settings: RedisSettings = this.redis.settings(this.prefix)): Pool {
		const services = { clock: this.clock, logger: this.logger, random: systemRandom };
		const mirror = dir === undefined ? {} : { mirror: mirrorPlace({ ...services, dir }) };
		const openStore = () => openRedisStore({ ...services, settings, leaseTime: 'clock', ...mirror });
		return this.processOf(role, settings, { openStore });
	}

	/** One process of n8n, as far as this package is concerned: a pool of its own on the shared Redis. */
	processOf(
		role: string,
		settings: RedisSettings = this.redis.settings(this.prefix),
		change: Partial<PoolOptions> = {},
	): Pool {
		const { clock, logger } = this;
		// All of them live by the test's clock, Redis' leases included.
		const shared = { settings, clock, random: systemRandom, logger, leaseTime: 'clock' } as const;
		const pool = new AccountPool({
			drivers: [avitoDriver],
			openStore: () => openRedisStore({ ...shared, guardMs: 0 }),
			openRemoteCalls: (holder, server) => openRedisCalls(shared, holder, server),
			clock,
			random: systemRandom,
			logger,
			processName: `one-host/7/${role}`,
			version: '0.0.0',
			...change,
		});
		this.#pools.push(pool);
		return pool;
	}

	/** A process whose way to Redis can be cut. */
	async cuttable(
		role: string,
		change: Partial<PoolOptions> = {},
		dir?: string,
	): Promise<{ pool: Pool; relay: Relay }> {
		const relay = await Relay.to(this.redis.port);
		this.#relays.push(relay);
		const settings = {
			...this.redis.settings(this.prefix),
			nodes: [{ host: '127.0.0.1', port: relay.port }],
		};
		const pool =
			dir === undefined ? this.processOf(role, settings, change) : this.guarded(role, dir, settings);
		return { pool, relay };
	}

	credential(account = 0, change: object = {}): CredentialSource {
		const { client_id, client_secret } = this.sandbox.accounts[account]!;
		const endpoint = this.sandbox.origin;
		const data = { clientId: client_id, clientSecret: client_secret, endpoint, ...change };
		return {
			channel: 'avito',
			id: `credential-${account + 1}`,
			data,
			read: () => Promise.resolve(data),
		};
	}

	/** @param settle each execution ends when this resolves; default at once */
	trigger(
		pool: Pool,
		change: Partial<ConsumerOptions> = {},
		node = 'n',
		settle: (text: string) => Promise<void> = () => Promise.resolve(),
	) {
		const texts: string[] = [];
		const events: ChannelEvent[] = [];
		const problems: ChannelError[] = [];
		let live = false;
		const subscription = pool.subscribe({
			credential: this.credential(),
			identity: { instance: 'i', workflow: 'w', node },
			// No webhook: it looks for messages itself.
			pollEveryMs: () => 5_000,
			options: consumerOptions(change),
			deliver: async (delivery) => {
				events.push(...delivery.events);
				texts.push(...delivery.events.map(({ text }) => text));
				await settle(delivery.events.at(-1)?.text ?? '');
				return { kind: 'finished', ok: true };
			},
			report: ({ error }) => problems.push(error),
		});
		void subscription.live.then(() => (live = true));
		return { subscription, texts, events, problems, isLive: () => live };
	}

	/** @param stepMs of the test's time for ten real milliseconds */
	passes = (condition: () => boolean, what: string, stepMs = 400): Promise<void> =>
		timePasses(this.clock, condition, what, { stepMs, steps: 750 });

	/** Lets time pass until it has settled. */
	async result<T>(work: Promise<T>, what: string, stepMs?: number): Promise<T> {
		let settled = false;
		const done = (): void => void (settled = true);
		work.then(done, done);
		await this.passes(() => settled, what, stepMs);
		return work;
	}

	send(lease: Lease, chat: string, text: string, key: string) {
		return lease.call(
			{ name: 'message.send', input: { chatId: chat, text } },
			{ idempotency: { key, rememberMs: 86_400_000 } },
		);
	}

	async owner(lease: Lease): Promise<unknown> {
		const asked = lease.call({ name: 'account.getStatus', input: {} });
		return (await this.result(asked, 'the status')).items[0]?.['owner'];
	}

	/** How often somebody logged in. */
	/** Lets time pass, with real milliseconds for the sockets in every second of it. */
	async later(ms: number): Promise<void> {
		const until = this.clock.now() + ms;
		await this.passes(() => this.clock.now() >= until, 'time');
	}

	tokens = (): number =>
		this.sandbox.control.requests({}).filter(({ path }) => path.startsWith('/token')).length;

	sent = (): (string | null)[] => this.sandbox.control.outbox({}).map(({ text }) => text);
}
