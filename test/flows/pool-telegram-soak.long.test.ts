import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { telegramDriver } from '../../src/channels/telegram';
import { AccountPool, type CredentialSource, type Delivery } from '../../src/pool';
import { silentLogger, systemRandom } from '../../src/runtime';
import { openSqliteStore } from '../../src/store';
import type { DcAddress, DemoAccount } from '../sandbox/telegram';
import { consumerOptions } from '../support/consumer-options';
import { seededRandom } from '../support/manual-clock';
import { API, logIn } from '../support/telegram-login';
import { CountedClock, usedBytes } from './pool-max-outside';

/** SOAK_MINUTES shortens or lengthens it; every connection is cut once in each. */
const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 10);
const ACCOUNTS = 100;
/** Per second, over all accounts. */
const MESSAGES = 10;
/** Cuts before the measuring begins: until then buffers of a fixed size fill up. */
const WARM_UP = 2;
const WARM_UP_MS = 20_000;

/** A fake Telegram in a process of its own: what it holds and does is not counted as ours. */
async function startOutside() {
	const args = ['--conditions=source', '--import', 'tsx', 'test/sandbox/cli.ts', 'telegram'];
	const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
	const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
	child.stdout.resume();
	const summary = JSON.parse(line) as { dcs: DcAddress[]; accounts: DemoAccount[]; control: string };
	const control = async <T = unknown>(command: string, input: object = {}): Promise<T> => {
		const answer = await fetch(`${summary.control}/${command}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(input),
		});
		const text = await answer.text();
		if (!answer.ok) throw new Error(`${command}: ${text}`);
		return (text === '' ? null : JSON.parse(text)) as T;
	};
	const end = async (): Promise<void> => {
		child.kill();
		if (child.exitCode === null) await once(child, 'exit');
	};
	return { ...summary, control, end };
}

/** Sockets this process has open, also those nobody remembers. */
function sockets(): number {
	return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
}

it(`${String(ACCOUNTS)} accounts for ${String(MINUTES)} minutes, all cut once a minute: nothing is lost, memory is flat, no socket is left`, async () => {
	const random = seededRandom(11);
	const sandbox = await startOutside();
	const folder = await mkdtemp(join(tmpdir(), 'pool-telegram-soak-'));
	const clock = new CountedClock();
	const services = { clock, random: systemRandom, logger: silentLogger };
	const pool = new AccountPool({
		...services,
		drivers: [telegramDriver],
		openStore: () => openSqliteStore({ ...services, dir: folder }),
		processName: `soak/${String(process.pid)}/main`,
		version: '0.0.0',
	});
	try {
		const boris = sandbox.accounts[1]?.id ?? '';
		const publicKey = sandbox.dcs[1]?.publicKeyPem ?? '';
		const accounts: { id: string; credential: CredentialSource }[] = [];
		for (let number = 0; number < ACCOUNTS; number += 1) {
			const phone = `+7999200${String(number).padStart(4, '0')}`;
			const { id } = await sandbox.control<{ id: string }>('create-user', { firstName: 'Soak', phone });
			const session = await logIn(sandbox, { phone, code: '22222', dc: 2 });
			const data = { ...API, session, publicKey };
			accounts.push({ id, credential: { channel: 'telegram', id, data, read: () => Promise.resolve(data) } });
		}
		await sandbox.control('clear-log');
		const before = sockets();

		let injected = 0;
		let delivered = 0;
		const wrong: string[] = [];
		const subscriptions = accounts.map(({ credential }, index) =>
			pool.subscribe({
				credential,
				identity: { instance: 'i', workflow: 'w', node: `n${String(index)}` },
				options: consumerOptions(),
				deliver: ({ events }: Delivery) => {
					for (const event of events) {
						if (event.event_type !== 'message') continue;
						delivered += 1;
						// The text says whom it was written to.
						if (!event.text.startsWith(`${String(index)}/`)) wrong.push(event.text);
					}
					return Promise.resolve({ kind: 'finished', ok: true } as const);
				},
				report: () => undefined,
			}),
		);
		await Promise.all(subscriptions.map(({ live }) => live));

		const inject = async (index: number): Promise<void> => {
			const text = `${String(index)}/${String((injected += 1))}`;
			await sandbox.control('inject-message', { from: boris, to: accounts[index]?.id, text });
		};
		const within = async (ms: number, done: () => boolean | Promise<boolean>): Promise<void> => {
			const end = clock.monotonic() + ms;
			while (!(await done()) && clock.monotonic() < end) await clock.sleep(100);
		};
		const connected = async (): Promise<number> =>
			(await sandbox.control<unknown[]>('connections', { open: true })).length;
		/** So long, everybody cut at its beginning and messages all the while; then all are there again. */
		const round = async (ms: number): Promise<void> => {
			await sandbox.control('cut-connections');
			const end = clock.monotonic() + ms;
			while (clock.monotonic() < end) {
				const next = clock.monotonic() + 1_000;
				for (let message = 0; message < MESSAGES; message += 1)
					await inject(Math.floor(random.next() * ACCOUNTS));
				await clock.sleep(Math.max(0, next - clock.monotonic()));
			}
			await within(60_000, () => delivered >= injected);
			await within(60_000, async () => (await connected()) === ACCOUNTS);
			expect({ delivered, connected: await connected(), sockets: sockets() - before }).toEqual({
				delivered: injected,
				connected: ACCOUNTS,
				sockets: ACCOUNTS,
			});
		};

		// Every account has had a message and a cut before the measuring begins: caches are warm.
		for (let index = 0; index < ACCOUNTS; index += 1) await inject(index);
		for (let cut = 0; cut < WARM_UP; cut += 1) await round(WARM_UP_MS);
		const atStart = await usedBytes();
		for (let minute = 0; minute < MINUTES; minute += 1) await round(60_000);
		const atEnd = await usedBytes();
		const growth = atEnd / atStart - 1;
		console.log(
			`${String(delivered)} messages; ${(atStart / 1e6).toFixed(1)} MB at the start, ` +
				`${(atEnd / 1e6).toFixed(1)} MB at the end (${(growth * 100).toFixed(1)} %)`,
		);
		expect(wrong).toEqual([]);
		expect(growth).toBeLessThan(0.05);

		for (const subscription of subscriptions) subscription.end();
		await pool.shutdown();
		await within(10_000, () => clock.armed === 0 && sockets() <= before);
		expect(clock.armed).toBe(0);
		expect(sockets()).toBeLessThanOrEqual(before);
		expect(await sandbox.control('overlaps')).toEqual([]);
		expect(await sandbox.control('counts')).toMatchObject({ codesSent: 0, failures: [], openConnections: 0 });
	} finally {
		await pool.shutdown();
		await sandbox.end();
		await rm(folder, { recursive: true, force: true });
	}
});
