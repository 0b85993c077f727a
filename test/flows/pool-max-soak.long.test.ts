import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Delivery, Subscription } from '../../src/pool';
import { systemClock } from '../../src/runtime';
import { consumerOptions } from '../support/consumer-options';
import { seededRandom } from '../support/manual-clock';
import { CountedClock, outsideCredential, outsidePool, startOutside, usedBytes } from './pool-max-outside';

/** SOAK_MINUTES shortens or lengthens it. */
const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 10);
const ACCOUNTS = 500;
/** Per second, over all accounts. */
const MESSAGES = 10;
const CUTS_EVERY = 5;
const CUTS = 5;
/** One message in so many is answered. */
const ANSWERED = 4;

it(`${String(ACCOUNTS)} accounts in one process for ${String(MINUTES)} minutes with traffic, pings and cuts: no leak, no timer left`, async () => {
	const random = seededRandom(7);
	const pick = (): number => Math.floor(random.next() * ACCOUNTS);
	const sandbox = await startOutside();
	const folder = await mkdtemp(join(tmpdir(), 'pool-max-soak-'));
	const clock = new CountedClock();
	const pool = outsidePool(folder, clock);
	try {
		const accounts = await sandbox.addAccounts(ACCOUNTS, 'Soak');
		const [, boris] = sandbox.accounts;
		let injected = 0;
		let delivered = 0;
		let answered = 0;
		const wrong: string[] = [];
		const failures: unknown[] = [];
		const answering = new Set<Promise<unknown>>();

		const subscriptions = accounts.map((account, index): Subscription => {
			const credential = outsideCredential(sandbox.url, account, { pingSeconds: 5, reconnectMaxSeconds: 2 });
			const deliver = ({ events, key }: Delivery) => {
				for (const event of events) {
					delivered += 1;
					// The text says whom it was written to.
					if (!event.text.startsWith(`${String(index)}/`)) wrong.push(event.text);
					if (delivered % ANSWERED !== 0) continue;
					const lease = pool.lease(credential);
					const answer = lease
						.call(
							{ name: 'message.send', input: { chatId: event.external_chat_id, text: `re ${event.text}` } },
							{ idempotency: { key, rememberMs: 86_400_000 } },
						)
						.then(() => (answered += 1))
						.catch((error: unknown) => failures.push(error))
						.then(() => lease.close())
						.finally(() => answering.delete(answer));
					answering.add(answer);
				}
				return Promise.resolve({ kind: 'finished', ok: true } as const);
			};
			return pool.subscribe({
				credential,
				identity: { instance: 'i', workflow: 'w', node: `n${String(index)}` },
				options: consumerOptions(),
				deliver,
				report: () => undefined,
			});
		});
		await Promise.all(subscriptions.map(({ live }) => live));

		const inject = async (index: number): Promise<void> => {
			const text = `${String(index)}/${String((injected += 1))}`;
			await sandbox.control('inject-message', { from: boris!.id, to: accounts[index]!.id, text });
		};
		const settled = async (): Promise<void> => {
			const until = clock.monotonic() + 60_000;
			while ((delivered < injected || answering.size > 0) && clock.monotonic() < until)
				await clock.sleep(100);
		};
		const traffic = async (ms: number): Promise<void> => {
			const until = clock.monotonic() + ms;
			for (let second = 1; clock.monotonic() < until; second += 1) {
				const next = clock.monotonic() + 1_000;
				for (let message = 0; message < MESSAGES; message += 1) await inject(pick());
				if (second % CUTS_EVERY === 0)
					for (let cut = 0; cut < CUTS; cut += 1)
						await sandbox.control('cut', { account: accounts[pick()]!.id });
				await clock.sleep(Math.max(0, next - clock.monotonic()));
			}
			await settled();
		};

		// Every account has had a message, a cut and an answer's path before the measuring begins: caches are warm.
		for (let index = 0; index < ACCOUNTS; index += 1) await inject(index);
		await settled();
		await sandbox.control('cut');
		await traffic(20_000);
		await sandbox.control('clear-log');
		const atStart = await usedBytes();
		await traffic(MINUTES * 60_000);
		const atEnd = await usedBytes();
		const growth = atEnd / atStart - 1;
		console.log(
			`${String(delivered)} messages, ${String(answered)} answers; ${(atStart / 1e6).toFixed(1)} MB at the start, ` +
				`${(atEnd / 1e6).toFixed(1)} MB at the end (${(growth * 100).toFixed(1)} %)`,
		);
		expect(failures).toEqual([]);
		expect(wrong).toEqual([]);
		expect(delivered).toBe(injected);
		expect(growth).toBeLessThan(0.05);

		for (const subscription of subscriptions) subscription.end();
		await pool.shutdown();
		// A socket that was told to close has two seconds to do so, which its timer watches over.
		for (let look = 0; look < 50 && clock.armed > 0; look += 1) await systemClock.sleep(100);
		expect(clock.armed).toBe(0);
		const open = await sandbox.control<unknown[]>('connections', { open: true });
		expect(open).toEqual([]);
		expect(await sandbox.control('overlaps')).toEqual([]);
		expect(await sandbox.control('failures')).toEqual([]);
	} finally {
		await pool.shutdown();
		await sandbox.end();
		await rm(folder, { recursive: true, force: true });
	}
});
