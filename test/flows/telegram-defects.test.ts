import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { OpenAccount, Reader } from '../../src/contract';
import type { TelegramAccount } from '../../src/channels/telegram';
import { logIn, MemoryJournal, startBench, testServices, type Bench } from '../channels/telegram/fixture';
import { passes, until } from '../support/manual-clock';

/**
 * Defects of the client library that its users met (the numbers are those of our list of them), as tests of what this
 * package does about each. Elsewhere, by number in the names: 1, 7 (dead client) and 11 in the tests of the account, 12 of
 * contacts, 13 of peers, 14 of formatting, 9 and 15 of the seam, 16 of media, 19 of the login, 23 of large files. Numbers 8,
 * 10, 21 and 22 are about parts of the library that are not used, 4 about its own pings, whose clock cannot be set.
 */
async function reading(
	bench: Bench,
	services = bench.services,
): Promise<{ account: OpenAccount<TelegramAccount>; reader: Reader; journal: MemoryJournal }> {
	const journal = new MemoryJournal();
	const account = await bench.open(services);
	const reader = account.startReading(journal);
	onTestFinished(() => reader.stop());
	await reader.live;
	return { account, reader, journal };
}

const STEPS = { stepMs: 1_000, steps: 120 };

const says = (bench: Bench, text: string, to = bench.owner.id) =>
	bench.sandbox.control.injectMessage({ from: bench.anna.id, to, text });
const sent = (bench: Bench) => bench.sandbox.control.requests({ method: 'messages.sendMessage' });

describe('known defects of the library', () => {
	it('no. 2: what shares a container with an error is not lost', async () => {
		const bench = await startBench();
		const { account, journal } = await reading(bench);
		const { control } = bench.sandbox;
		const answered = async (texts: string[]): Promise<unknown> => {
			control.setFaults({
				hold: true,
				errors: [{ method: 'messages.sendMessage', code: 400, message: 'PEER_ID_INVALID', count: 1 }],
			});
			const before = sent(bench).length;
			const failing = bench.call(account, 'message.send', { chatId: bench.anna.id, text: 'no' });
			failing.catch(() => undefined);
			await until(() => sent(bench).length > before, 'the request');
			for (const text of texts) says(bench, text);
			control.clearFaults({});
			return failing;
		};
		says(bench, 'before');
		await expect(answered(['one', 'two'])).rejects.toMatchObject({ code: 'peer_not_found' });
		await until(() => journal.texts().length === 3, 'all three');
		expect(journal.texts()).toEqual(['before', 'one', 'two']);
		// Nothing had to be asked for: the container was read to its end.
		expect(control.requests({ method: 'updates.getDifference' })).toHaveLength(1);
	});

	it('no. 3: a large channel that is not pushed is asked regularly, if it is watched', async () => {
		const bench = await startBench({ watchedChats: '-1000002000002' });
		bench.sandbox.control.setChat({ peer: '-1000002000002', pushes: false });
		const { journal } = await reading(bench);
		says(bench, 'a post', '-1000002000002');
		const { control } = bench.sandbox;
		await passes(bench.clock, () => journal.texts().includes('a post'), 'the post', STEPS);
		expect(control.counts({}).pushes['updateNewChannelMessage']).toBeUndefined();
	});

	it('nos. 5 and 6: a closed account lets its program end, also after a file from another data centre', async () => {
		const bench = await startBench();
		const { control, dcs } = bench.sandbox;
		control.injectMessage({
			from: bench.anna.id,
			to: bench.owner.id,
			text: 'a file',
			media: { kind: 'document', size: 700_000, dc: 1 },
		});
		expect(dcs).toHaveLength(3);
		const child = spawn(
			process.execPath,
			['--conditions=source', '--import', 'tsx', join(import.meta.dirname, 'telegram.child.ts')],
			{
				env: {
					...process.env,
					ACCOUNT: JSON.stringify({ credential: bench.credential, chatId: bench.anna.id }),
				},
				stdio: ['ignore', 'pipe', 'pipe'],
			},
		);
		let said = '';
		child.stdout.on('data', (data: Buffer) => (said += data.toString()));
		child.stderr.on('data', (data: Buffer) => (said += data.toString()));
		let end: { code: number | null; openAtEnd: number } | undefined;
		child.on('close', (code) => {
			end = { code, openAtEnd: control.connections({ account: bench.owner.id, open: true }).length };
		});
		onTestFinished(() => void child.kill('SIGKILL'));
		await until(() => said.includes('closed') || end !== undefined, 'the account to be closed', Infinity);
		expect(said).toBe('closed 700000\n');
		const files = control.requests({ method: 'upload.getFile' });
		expect(new Set(files.map(({ dc }) => dc))).toEqual(new Set([1]));
		// The library's own timers run for 30 s after a transfer: the program would live as long.
		const closedAt = performance.now();
		await until(() => end !== undefined, 'the program to end', Infinity);
		expect(end).toEqual({ code: 0, openAtEnd: 0 });
		expect(performance.now() - closedAt).toBeLessThan(25_000);
	}, 110_000);

	it('no. 7: a request that is never answered ends at its deadline, and the next one works', async () => {
		const bench = await startBench();
		const account = await bench.open();
		bench.sandbox.control.setFaults({ dropAnswers: [{ method: 'messages.getDialogs', count: 1 }] });
		const asking = bench.call(account, 'chat.getMany');
		asking.catch(() => undefined);
		await until(
			() => bench.sandbox.control.requests({ method: 'messages.getDialogs' }).length === 1,
			'the request',
		);
		await bench.clock.advance(30_000);
		await expect(asking).rejects.toMatchObject({ code: 'timeout' });
		expect((await bench.call(account, 'chat.getMany')).items.length).toBeGreaterThan(0);
	});

	it('no. 7: a key Telegram has forgotten (-404) is a session that ended, told once', async () => {
		const bench = await startBench();
		const { account } = await reading(bench);
		const { control } = bench.sandbox;
		control.forgetKeys({ account: bench.owner.id });
		const asking = bench.call(account, 'chat.getMany');
		await expect(asking).rejects.toMatchObject({ code: 'session_ended' });
		expect(account.status().state).toBe('ended');
		expect(bench.services.states.map(({ state }) => state)).toEqual(['ended']);
		// No new key is made in its place: that would be a session nobody is logged in to.
		expect(control.counts({}).handshakes).toBe(1);
		await until(() => control.connections({ open: true }).length === 0, 'closed sockets');
	});

	it('no. 12: a number is enough in the next process', async () => {
		const bench = await startBench();
		const { account, reader } = await reading(bench);
		const { id } = bench.sandbox.control.createUser({ firstName: 'Stranger' });
		bench.sandbox.control.injectMessage({ from: id, to: bench.owner.id, text: 'hello' });
		await until(() => account.account.book.knows(id), 'the stranger');
		await reader.stop();
		await account.close();
		const next = await bench.open(testServices(bench.clock, bench.services.stored));
		const { items } = await bench.call(next, 'message.send', { chatId: id, text: 'who are you?' });
		expect(items[0]).toMatchObject({ chat_id: id });
	});

	it('no. 17: an object of a layer nobody knows costs no message', async () => {
		const bench = await startBench();
		const { journal } = await reading(bench);
		const { control } = bench.sandbox;
		control.setFaults({ losePush: 1 });
		says(bench, 'lost on the way');
		control.clearFaults({});
		expect(journal.texts()).toEqual([]);
		control.pushRaw({ account: bench.owner.id, hex: 'deadbeef01020304' });
		// No time passes, no connection is cut: the unknown object alone makes it ask.
		await until(() => journal.texts().includes('lost on the way'), 'the lost one');
		expect(bench.sandbox.control.connections({ account: bench.owner.id, open: true })).toHaveLength(1);
	});

	it('no. 18: a session used elsewhere is told as such, and not tried again', async () => {
		const bench = await startBench();
		const { account } = await reading(bench);
		bench.sandbox.control.duplicateSessions({ account: bench.owner.id });
		await expect(bench.call(account, 'chat.getMany')).rejects.toMatchObject({
			code: 'session_ended',
			providerCode: 'AUTH_KEY_DUPLICATED',
			hint: expect.stringMatching(/one program only/) as string,
		});
		const before = bench.sandbox.control.requests({}).length;
		await bench.clock.advance(600_000);
		expect(bench.sandbox.control.requests({})).toHaveLength(before);
	});

	it('no. 20: a refused send takes none of those behind it along', async () => {
		const bench = await startBench();
		const account = await bench.open();
		const { control } = bench.sandbox;
		control.setFaults({
			errors: [{ method: 'messages.sendMessage', code: 403, message: 'CHAT_WRITE_FORBIDDEN', count: 1 }],
		});
		const chats = [bench.sandbox.demo.groupId, bench.anna.id, bench.anna.id];
		const results = await Promise.allSettled(
			chats.map((chatId, at) => bench.call(account, 'message.send', { chatId, text: String(at) })),
		);
		expect(results.filter(({ status }) => status === 'rejected')).toMatchObject([
			{ reason: { code: 'permission_denied' } },
		]);
	});
});

describe('accounts beside each other', () => {
	it('one in a flood wait delays no other, and waits at its own door', async () => {
		const bench = await startBench();
		const { control, dcs } = bench.sandbox;
		const a = await bench.open();
		const { id } = control.createUser({ firstName: 'Bea', phone: '+79990000009' });
		const bea = { ...bench.owner, id, phone: '+79990000009' };
		const b = await bench.open(testServices(bench.clock), {
			...bench.credential,
			session: await logIn(bench.sandbox, bea),
			publicKey: dcs[1]?.publicKeyPem ?? '',
		});
		control.floodWait({ method: 'messages.sendMessage', account: bench.owner.id, seconds: 30, count: 1 });
		const send = (account: typeof a, text: string) =>
			bench.call(account, 'message.send', { chatId: '@anna_sandbox', text });
		await expect(send(a, 'too fast')).rejects.toMatchObject({ code: 'flood_wait', retryAfterSeconds: 30 });
		const waiting = send(a, 'patient');
		// The clock stands still: whatever waits for it is never done.
		for (let at = 0; at < 20; at += 1) await send(b, `quick ${String(at)}`);
		expect(sent(bench).filter(({ account }) => account === bench.owner.id)).toHaveLength(1);
		const out = () => sent(bench).some(({ args }) => JSON.stringify(args).includes('patient'));
		await passes(bench.clock, out, 'the patient one', STEPS);
		await waiting;
	});

	it('one that hears nothing for a quarter of an hour asks whether that is so', async () => {
		const bench = await startBench();
		const { journal } = await reading(bench);
		bench.sandbox.control.setFaults({ losePush: 1 });
		says(bench, 'lost on the way');
		await bench.clock.advance(899_000);
		expect(journal.texts()).toEqual([]);
		await bench.clock.advance(2_000);
		await until(() => journal.texts().includes('lost on the way'), 'the difference');
	});
});
