import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { ChannelError } from '../../../src/contract';
import { LeaseKeeper, LEASE_MS, USABLE_MS, type LeaseStore } from '../../../src/pool/account/lease-keeper';
import { silentLogger } from '../../../src/runtime';
import { openMemoryStore } from '../../../src/store';
import { ManualClock, seededRandom } from '../../support/manual-clock';

const HOST = hostname();

async function setup() {
	const clock = new ManualClock();
	const store = await openMemoryStore({ clock, logger: silentLogger, random: seededRandom(1) });
	const keeper = (process: string, startId = 'a', use: LeaseStore = store) =>
		new LeaseKeeper(use, { process, startId }, clock, silentLogger);
	return { clock, store, keeper };
}

describe('LeaseKeeper', () => {
	it('a second live process is refused by name, and gets it with a greater token once it is released', async () => {
		const { keeper } = await setup();
		const first = await keeper('elsewhere/10/main').acquire('session:s');
		const second = keeper('other/11/worker');
		const refused = await second.acquire('session:s').catch((error: unknown) => error);
		expect(ChannelError.is(refused) && refused.code).toBe('account_in_use');
		expect((refused as Error).message).toContain('main process 10 on elsewhere');
		await first.release();
		expect((await second.acquire('session:s')).token).toBeGreaterThan(first.token);
	});

	it('is renewed while held and never lost by mere time', async () => {
		const { clock, keeper } = await setup();
		const lease = await keeper('elsewhere/10/main').acquire('session:s');
		await clock.advance(LEASE_MS * 5);
		expect(lease.valid()).toBe(true);
		await lease.release();
		expect(lease.valid()).toBe(false);
	});

	it('is not used up to its very end: the clocks of two machines do not run alike', () => {
		expect(LEASE_MS - USABLE_MS).toBeGreaterThanOrEqual(LEASE_MS * 0.05);
	});

	it('a process that was suspended past its deadline knows at once, before it asks anybody', async () => {
		const { clock, store, keeper } = await setup();
		const stuck: LeaseStore = {
			info: store.info,
			acquireLease: (name, holder, ttlMs) => store.acquireLease(name, holder, ttlMs),
			breakLease: (name, holder) => store.breakLease(name, holder),
			releaseLease: (lease) => store.releaseLease(lease),
			renewLeases: () => new Promise(() => undefined),
		};
		const lease = await keeper('elsewhere/10/main', 'a', stuck).acquire('session:s');
		await clock.advance(USABLE_MS - 1);
		expect(lease.valid()).toBe(true);
		await clock.advance(1);
		expect(lease.valid()).toBe(false);
	});

	it('a machine that slept, or whose clock was set ahead: the one before stops before another one begins', async () => {
		const { clock, keeper } = await setup();
		const before = await keeper('elsewhere/10/main').acquire('session:s');
		let lost = 0;
		before.onLost(() => (lost += 1));
		clock.set(3_600_000);
		expect(before.valid()).toBe(false);
		const next = await keeper('other/11/main').acquire('session:s');
		expect([before.valid(), next.valid()]).toEqual([false, true]);
		await clock.advance(LEASE_MS);
		expect([lost, next.valid()]).toEqual([1, true]);
	});

	it.each([3_600_000, 60_000])(
		'a clock that is set back by %s ms: who holds it goes on, who is gone is waited for no longer than ever',
		async (byMs) => {
			const { clock, keeper } = await setup();
			const lives = await keeper('elsewhere/10/main').acquire('session:s');
			const gone = keeper('gone/13/main');
			await gone.acquire('session:u');
			gone.stop();
			clock.set(-byMs);
			const other = keeper('other/11/main');
			for (const name of ['session:s', 'session:u'])
				await expect(other.acquire(name)).rejects.toMatchObject({ code: 'account_in_use' });
			await clock.advance(LEASE_MS);
			expect(lives.valid()).toBe(true);
			await expect(other.acquire('session:s')).rejects.toMatchObject({ code: 'account_in_use' });
			expect((await other.acquire('session:u')).valid()).toBe(true);
		},
	);

	it('counts from when it was given, by a store that took longer than a lease to give it', async () => {
		const { clock, store, keeper } = await setup();
		const slow: LeaseStore = {
			info: store.info,
			acquireLease: async (name, holder, ttlMs) => {
				await clock.sleep(LEASE_MS);
				return store.acquireLease(name, holder, ttlMs);
			},
			breakLease: (name, holder) => store.breakLease(name, holder),
			releaseLease: (lease) => store.releaseLease(lease),
			renewLeases: (leases, ttlMs) => store.renewLeases(leases, ttlMs),
		};
		const acquiring = keeper('elsewhere/10/main', 'a', slow).acquire('session:s');
		await clock.advance(LEASE_MS);
		const lease = await acquiring;
		expect(lease.valid()).toBe(true);
		await clock.advance(USABLE_MS - 1);
		expect(lease.valid()).toBe(true);
	});

	it('tells once that it was lost to somebody else', async () => {
		const { clock, store, keeper } = await setup();
		const lease = await keeper('elsewhere/10/main').acquire('session:s');
		let lost = 0;
		lease.onLost(() => (lost += 1));
		await store.breakLease('session:s', 'elsewhere/10/main/a');
		await store.acquireLease('session:s', 'thief/1/main/z', 600_000);
		await clock.advance(LEASE_MS);
		expect([lost, lease.valid()]).toEqual([1, false]);
	});

	it('takes over at once from a process of this host that is gone, or that had our pid before us', async () => {
		const { keeper } = await setup();
		await keeper(`${HOST}/999999/main`, 'dead').acquire('session:a');
		await keeper(`${HOST}/${String(process.pid)}/main`, 'before').acquire('session:b');
		const here = keeper(`${HOST}/${String(process.pid)}/main`, 'now');
		expect((await here.acquire('session:a')).valid()).toBe(true);
		expect((await here.acquire('session:b')).valid()).toBe(true);
	});
});
