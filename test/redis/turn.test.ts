import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { RedisConnection } from '../../src/redis/connection';
import { Keys } from '../../src/redis/keys';
import { alone } from '../../src/redis/turn';
import { silentLogger, systemRandom } from '../../src/runtime';
import { ManualClock, passes, until } from '../support/manual-clock';
import { RedisServer } from './support/redis-server';

let server: RedisServer;
let clock: ManualClock;
let prefix = 0;

beforeAll(async () => {
	server = await RedisServer.start();
});
afterAll(() => server.stop());
beforeEach(() => {
	clock = new ManualClock();
	prefix += 1;
});

/** Puts something into Redis until it is told to end. */
async function begin() {
	const settings = server.settings(`turn-${prefix}`);
	const keys = new Keys(settings.prefix);
	const commands = await RedisConnection.open({ settings, clock, logger: silentLogger, name: 'turn' });
	onTestFinished(() => commands.close());
	const ending = Promise.withResolvers<void>();
	const one = {
		goOn: undefined as (() => Promise<void>) | undefined,
		end: ending.resolve,
		done: alone({ commands, keys, clock, random: systemRandom }, (goOn) => {
			one.goOn = goOn;
			return ending.promise;
		}),
	};
	return one;
}

async function admin() {
	const client = server.client();
	onTestFinished(() => client.disconnect());
	return { client, key: new Keys(server.settings(`turn-${prefix}`).prefix).moving() };
}

it('one process at a time, and the turn of one that lives does not end', async () => {
	const { client, key } = await admin();
	const [first, second] = [await begin(), await begin()];
	await until(() => first.goOn !== undefined, 'the first one’s turn');
	expect(await client.pttl(key)).toBeLessThanOrEqual(5_000);
	for (let renewed = 0; renewed < 3; renewed += 1) {
		await client.pexpire(key, 100_000);
		await clock.advance(1_000);
		const isRenewed = async () => (await client.pttl(key)) <= 5_000;
		await until(isRenewed, 'the turn to be renewed');
	}
	expect(second.goOn).toBeUndefined();
	await first.goOn?.();
	first.end();
	await first.done;
	await passes(clock, () => second.goOn !== undefined, 'the second one’s turn', { stepMs: 250, steps: 200 });
	second.end();
	await second.done;
	expect(await client.exists(key)).toBe(0);
});

it('the turn of one that was suspended is somebody else’s, who is not disturbed when it wakes', async () => {
	const { client, key } = await admin();
	const first = await begin();
	await until(() => first.goOn !== undefined, 'the first one’s turn');
	const second = await begin();
	// Redis forgets it by itself when it is not renewed.
	await client.pexpire(key, 1);
	await passes(clock, () => second.goOn !== undefined, 'the second one’s turn', { stepMs: 250, steps: 200 });
	await expect(first.goOn?.()).rejects.toMatchObject({ code: 'store_unavailable' });
	first.end();
	await first.done;
	expect(await client.exists(key)).toBe(1);
	await second.goOn?.();
	second.end();
	await second.done;
	expect(await client.exists(key)).toBe(0);
});
