import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { maxDriver } from '../../src/channels/max';
import { eventFilterSchema } from '../../src/contract/schemas';
import { AccountPool, type CredentialSource, type Settlement } from '../../src/pool';
import { silentLogger, systemRandom } from '../../src/runtime';
import { openStore } from '../../src/store';
import { startMaxSandbox, type MaxSandbox } from '../sandbox/max';
import { consumerOptions } from '../support/consumer-options';
import { ManualClock, passes as passesOn, until } from '../support/manual-clock';

let sandbox: MaxSandbox;
let folder: string;
let clock: ManualClock;
let pool: AccountPool;
/** Takes connections and says nothing. */
let silent: Server;
let held: Set<Socket>;

beforeEach(async () => {
	clock = new ManualClock(Date.now());
	sandbox = await startMaxSandbox();
	folder = await mkdtemp(join(tmpdir(), 'pool-max-life-'));
	held = new Set();
	silent = createServer((socket) => {
		held.add(socket);
		socket.on('error', () => undefined).on('close', () => held.delete(socket));
		socket.resume();
	}).listen(0, '127.0.0.1');
	await once(silent, 'listening');
	const services = { clock, logger: silentLogger, random: systemRandom };
	pool = new AccountPool({
		...services,
		drivers: [maxDriver],
		openStore: () => openStore({ ...services, dir: folder }),
		processName: `test/${String(process.pid)}/main`,
		version: '0.0.0',
	});
});

afterEach(async () => {
	await within(pool.shutdown(), 'the pool to close');
	// A socket that is just closing has a timer until the other side has closed too; no time passes here.
	await until(() => clock.pending === 0, 'the last timer to go', 200_000);
	expect(sandbox.control.failures({})).toEqual([]);
	await sandbox.close();
	for (const socket of held) socket.destroy();
	silent.close();
	await rm(folder, { recursive: true, force: true });
});

/** Anna's web session; every limit that protects a real account is out of the way, but that on logins. */
function credential(change: { endpoint?: string; loginPerMinute?: number } = {}): CredentialSource {
	const { token, deviceId, deviceType } = sandbox.accounts[0].web!;
	const endpoint = sandbox.addresses.websocketPlain;
	const data = { token, deviceId, deviceType, endpoint, chatGapSeconds: 0, pageDelayMs: 0, ...change };
	return { channel: 'max', id: 'credential-1', data, read: () => Promise.resolve(data) };
}

const nowhere = () => `ws://127.0.0.1:${String((silent.address() as AddressInfo).port)}/websocket`;
const chats = { name: 'chat.getMany', input: { limit: 1 } };

const annasWebSession = () =>
	sandbox.control.logins({ account: sandbox.accounts[0].id }).find(({ deviceType }) => deviceType === 'WEB')!;

const passes = (condition: () => boolean, what: string): Promise<void> =>
	passesOn(clock, condition, what, { stepMs: 100, steps: 600 });

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
	let done = false;
	const settled = promise.finally(() => (done = true));
	settled.catch(() => undefined);
	await passes(() => done, what);
	return settled;
}

type Subscribing = Parameters<AccountPool['subscribe']>[0];

function listen(
	source: CredentialSource,
	options: Partial<Subscribing['options']>,
	deliver: Subscribing['deliver'],
) {
	return pool.subscribe({
		credential: source,
		identity: { instance: 'i', workflow: 'w', node: 'n' },
		options: consumerOptions(options),
		deliver,
		report: () => undefined,
	});
}

describe('an account that is still connecting', () => {
	it('goes on with corrected settings at once, also for those who waited under the old ones', async () => {
		const wrong = pool.lease(credential({ endpoint: nowhere() }));
		const early = wrong.call(chats);
		await until(() => held.size === 1, 'the connection that hangs');
		const corrected = pool.lease(credential());
		// No time passes: nobody sits out the time-out of the attempt that hangs.
		const late = corrected.call(chats);
		let done = 0;
		for (const call of [early, late]) call.then(() => (done += 1)).catch(() => undefined);
		await until(() => done === 2, 'both calls', 200_000);
		expect(annasWebSession()).toMatchObject({ logins: 1, connections: { now: 1, peak: 1 } });
		await until(() => held.size === 0, 'the attempt to end');
		await wrong.close();
		await corrected.close();
	});

	it('leaves nothing behind when the pool closes', async () => {
		const lease = pool.lease(credential({ endpoint: nowhere() }));
		const call = lease.call(chats).catch((error: unknown) => error);
		await until(() => held.size === 1, 'the connection that hangs');
		const closed = pool.shutdown();
		await within(closed, 'the pool to close');
		expect(await call).toMatchObject({ code: 'cancelled' });
		await until(() => held.size === 0, 'the attempt to end');
		await lease.close();
	});
});

describe('n8n is ending', () => {
	it('and the executions under way answer through the connection that is open', async () => {
		const settled = Promise.withResolvers<Settlement>();
		let delivered = 0;
		const source = credential({ loginPerMinute: 1 });
		const subscription = listen(source, { acknowledge: 'finished' }, () => {
			delivered += 1;
			return settled.promise;
		});
		await within(subscription.live, 'the trigger');
		const [anna, boris] = sandbox.accounts;
		const { chatId } = sandbox.control.injectMessage({ from: boris.id, to: anna.id, text: 'Hello?' });
		await passes(() => delivered === 1, 'the execution');

		pool.retire();
		subscription.end();
		// As long as n8n waits for its executions.
		await clock.advance(25_000);
		const lease = pool.lease(source);
		const send = (text: string) =>
			within(lease.call({ name: 'message.send', input: { chatId, text } }), `the answer ${text}`);
		await send('one');
		await send('two');
		await lease.close();
		expect(annasWebSession()).toMatchObject({ logins: 1, connections: { now: 1, peak: 1 } });

		settled.resolve({ kind: 'finished', ok: true });
		await passes(() => annasWebSession().connections.now === 0, 'the connection to end by itself');
		expect(annasWebSession()).toMatchObject({ logins: 1 });
	});

	it('and an account nobody needs any more is free at once', async () => {
		const lease = pool.lease(credential());
		await within(lease.call(chats), 'the chats');
		await lease.close();
		await clock.advance(3_000);
		expect(annasWebSession()).toMatchObject({ connections: { now: 1 } });
		pool.retire();
		await until(() => annasWebSession().connections.now === 0, 'the connection to end');
	});
});

describe('a session that ended', () => {
	it('is told to the triggers that want to hear of it', async () => {
		const heard: string[] = [];
		const filter = eventFilterSchema.parse({ eventTypes: ['account_state'] });
		const subscription = listen(credential(), { filter }, ({ events }) => {
			heard.push(...events.map(({ text }) => text));
			return Promise.resolve({ kind: 'finished', ok: true });
		});
		await within(subscription.live, 'the trigger');
		heard.length = 0;
		sandbox.control.forceLogout({ account: sandbox.accounts[0].id });
		await passes(() => heard.length > 0, 'the event');
		expect(heard).toEqual([expect.stringMatching(/ended/)]);
		subscription.end();
	});
});
