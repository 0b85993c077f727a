/**
 * Telegram: what an update costs from the socket into the journal beside the bare library's own dispatch (processor time,
 * so that neither the sandbox nor a neighbour counts); what a send costs through the pool beside a bare `invoke`, and
 * beside a connection per execution; how late a push is; files beside the library's own transfers; what an idle account
 * weighs; how quickly missed messages come and a hundred accounts are live. The sandbox is a process of its own.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import bigInt from 'big-integer';
import type * as Library from 'telegram';
import { telegramDriver } from '../../src/channels/telegram';
import { parseSession } from '../../src/channels/telegram/sessions';
import { eventFilterSchema } from '../../src/contract/schemas';
import { AccountPool, type CredentialSource } from '../../src/pool';
import { nextTurn, silentLogger, systemClock, systemRandom } from '../../src/runtime';
import { openSqliteStore } from '../../src/store';
import type { DcAddress, DemoAccount } from '../sandbox/telegram';
import { consumerOptions } from '../support/consumer-options';
import { API, logIn } from '../support/telegram-login';
import { median } from './report';
import {
	_serverKeys,
	Api,
	AuthKey,
	CustomFile,
	Logger,
	LogLevel,
	Raw,
	StringSession,
	TelegramClient,
} from './telegram-library';

const CHATS = 45;
const MESSAGES = 2_000;
const ROUNDS = 5;
const SENDS = 40;
const SEND_ROUNDS = 9;
/** Rounds before anything counts: a process that has run for a while has compiled what it runs, on both sides. */
const WARM_UP_ROUNDS = 20;
const OWN_CONNECTIONS = 10;
const PUSHES = 200;
const FILE_BYTES = 16 * 1024 * 1024;
const FILE_ROUNDS = 3;
const MISSED = 10_000;
const ACCOUNTS = [10, 100, 300] as const;
const COLD = 100;

export interface TelegramBenchResult {
	/** updates per second of processor time, from the socket into the SQLite journal, and to a handler of the library */
	updates: { ours: number; bare: number; ratio: number };
	/** ms of one send: through the warm pool, by `invoke` on an open client, with a connection of its own */
	sending: { ours: number; bare: number; ratio: number; ownConnection: number };
	/** ms from the order to push to the trigger's `deliver` (the order's own way included) */
	latency: { p50: number; p99: number };
	/** MB/s: ours and the library's */
	upload: { ours: number; bare: number; ratio: number };
	download: { ours: number; bare: number; ratio: number };
	/** messages per second from the start of a process that missed them until all are journalled */
	recovery: number;
	/** KB of heap and buffers per idle account */
	memory: { accounts: number; kilobytes: number }[];
	/** until a hundred accounts are live */
	cold: { milliseconds: number; codes: number };
}

interface Bench {
	dcs: DcAddress[];
	control(command: string, input?: object): Promise<unknown>;
	accounts: DemoAccount[];
	folder: string;
}

const PARTS: Readonly<Record<string, (bench: Bench) => Promise<Partial<TelegramBenchResult>>>> = {
	updates: async (bench) => ({ updates: await updates(bench) }),
	sending: async (bench) => ({ sending: await sends(bench) }),
	latency: async (bench) => ({ latency: await pushLatency(bench) }),
	files: async (bench) => files(bench),
	recovery: async (bench) => ({ recovery: await recovery(bench) }),
	idle: async (bench) => idle(bench),
};

/** Each part has a sandbox of its own: what one leaves behind is no burden to the next. */
export async function telegramBench(only?: string): Promise<TelegramBenchResult> {
	const result: Partial<TelegramBenchResult> = {};
	for (const [name, part] of Object.entries(PARTS)) {
		if (only === undefined || only === name) Object.assign(result, await withSandbox(part));
	}
	return result as TelegramBenchResult;
}

async function withSandbox<T>(work: (bench: Bench) => Promise<T>): Promise<T> {
	const sandbox = await startSandbox();
	const folder = mkdtempSync(join(tmpdir(), 'telegram-bench-'));
	try {
		return await work({ ...sandbox, folder });
	} finally {
		sandbox.process.kill();
		await once(sandbox.process, 'exit');
		rmSync(folder, { recursive: true, force: true });
	}
}

async function startSandbox(): Promise<Omit<Bench, 'folder'> & { process: ChildProcess }> {
	const args = ['--conditions=source', '--import', 'tsx', 'test/sandbox/cli.ts', 'telegram'];
	const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
	const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
	child.stdout.resume();
	const summary = JSON.parse(line) as { dcs: DcAddress[]; accounts: DemoAccount[]; control: string };
	for (const { fingerprint, modulus, exponent } of summary.dcs)
		_serverKeys.set(fingerprint, { n: bigInt(modulus, 16), e: exponent });
	return {
		process: child,
		dcs: summary.dcs,
		accounts: summary.accounts,
		control: async (command, input = {}) => {
			const answer = await fetch(`${summary.control}/${command}`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(input),
			});
			if (!answer.ok) throw new Error(`${command}: ${await answer.text()}`);
			return answer.json().catch(() => null);
		},
	};
}

function newPool(dir: string): AccountPool {
	const services = { clock: systemClock, random: systemRandom, logger: silentLogger };
	return new AccountPool({
		...services,
		drivers: [telegramDriver],
		openStore: () => openSqliteStore({ ...services, dir }),
		processName: `bench/${String(process.pid)}/main`,
		version: '0.0.0',
	});
}

function source({ dcs }: Bench, session: string, id: string): CredentialSource {
	const data = {
		...API,
		session,
		publicKey: dcs[1]?.publicKeyPem ?? '',
		sendsPerWindow: 10_000,
		chatGapSeconds: 0,
		firstContactsPerDay: 10_000,
		loopLimit: 0,
	};
	return { channel: 'telegram', id, data, read: () => Promise.resolve(data) };
}

/** The library as anybody would use it, with a session we logged in. */
async function bareClient(session: string): Promise<Library.TelegramClient> {
	const { dc, address, port, authKey } = parseSession(session);
	const stored = new StringSession('');
	stored.setDC(dc, address, port);
	const load = stored.load.bind(stored);
	stored.load = async () => {
		await load();
		const key = new AuthKey();
		await key.setKey(authKey ?? undefined);
		stored.setAuthKey(key, dc);
	};
	const client = new TelegramClient(stored, API.apiId, API.apiHash, {
		baseLogger: new Logger(LogLevel.NONE),
		connectionRetries: 3,
	});
	await client.connect();
	return client;
}

function subscribe(pool: AccountPool, credential: CredentialSource, delivered: () => void, all = true) {
	return pool.subscribe({
		credential,
		identity: { instance: 'i', workflow: credential.id, node: 'n' },
		options: consumerOptions({
			filter: eventFilterSchema.parse(all ? {} : { includeChats: ['1'] }),
			catchUpPerChat: 100_000,
			window: 50,
			chatOrderMs: 0,
		}),
		deliver: () => {
			delivered();
			return Promise.resolve({ kind: 'finished', ok: true });
		},
		report: () => undefined,
	});
}

async function updates(bench: Bench): Promise<TelegramBenchResult['updates']> {
	const { control, accounts, folder } = bench;
	const [, boris, clara] = accounts;
	const ours = { account: boris!, session: await logIn(bench, boris!) };
	const theirs = { account: clara!, session: await logIn(bench, clara!) };
	for (const { account } of [ours, theirs])
		await control('inject-many', { to: account.id, chats: CHATS, count: CHATS });

	// The journal alone, as the bare side has no consumers either: nobody's filter wants these chats.
	const services = { clock: systemClock, random: systemRandom, logger: silentLogger };
	const store = await openSqliteStore({ ...services, dir: join(folder, 'updates') });
	const append = store.append.bind(store);
	let journalled = 0;
	store.append = async (account, batch) => {
		const result = await append(account, batch);
		journalled += result.appended.length;
		return result;
	};
	const pool = new AccountPool({
		...services,
		drivers: [telegramDriver],
		openStore: () => Promise.resolve(store),
		processName: `bench/${String(process.pid)}/main`,
		version: '0.0.0',
	});
	const subscription = subscribe(pool, source(bench, ours.session, 'boris'), () => undefined, false);
	await subscription.live;
	const client = await bareClient(theirs.session);
	let dispatched = 0;
	client.addEventHandler((update: { className?: string }) => {
		if (update.className === 'UpdateShortMessage' || update.className === 'UpdateNewMessage') dispatched += 1;
	}, new Raw({}));
	await client.invoke(new Api.updates.GetState());

	const one = async (account: DemoAccount, count: () => number): Promise<number> => {
		await control('set-faults', { hold: true });
		await control('inject-many', { to: account.id, chats: CHATS, count: MESSAGES });
		const wanted = count() + MESSAGES;
		const before = process.cpuUsage();
		await control('clear-faults');
		while (count() < wanted) await systemClock.sleep(5);
		const { user, system } = process.cpuUsage(before);
		return (MESSAGES * 1e6) / (user + system);
	};
	const rates: { ours: number; bare: number }[] = [];
	for (let round = 0; round <= ROUNDS; round += 1) {
		const rate = {
			ours: await one(ours.account, () => journalled),
			bare: await one(theirs.account, () => dispatched),
		};
		// The first round warms both up.
		if (round > 0) rates.push(rate);
	}
	subscription.end();
	await pool.shutdown();
	await client.destroy();
	return {
		ours: median(rates.map((rate) => rate.ours)),
		bare: median(rates.map((rate) => rate.bare)),
		ratio: median(rates.map((rate) => rate.ours / rate.bare)),
	};
}

async function sends(bench: Bench): Promise<TelegramBenchResult['sending']> {
	const { accounts, folder } = bench;
	const [anna, boris, clara] = accounts;
	const pool = newPool(join(folder, 'sends'));
	const lease = pool.lease(source(bench, await logIn(bench, boris!), 'boris'));
	const session = await logIn(bench, clara!);
	const client = await bareClient(session);
	const input = { chatId: anna!.id, text: 'bench' };
	let key = 0;
	const ourSend = (): Promise<unknown> =>
		lease.call(
			{ name: 'message.send', input },
			{ idempotency: { key: `bench-${String((key += 1))}`, rememberMs: 86_400_000 } },
		);
	await lease.call({ name: 'message.send', input: { ...input, chatId: '@anna_sandbox' } });
	const found = await client.invoke(new Api.contacts.ResolveUsername({ username: 'anna_sandbox' }));
	const { id: userId, accessHash } = found.users[0] as Library.Api.User;
	const peer = new Api.InputPeerUser({ userId, accessHash: accessHash ?? bigInt(0) });
	const bareSend = (by: Library.TelegramClient): Promise<unknown> =>
		by.invoke(
			new Api.messages.SendMessage({
				peer,
				message: 'bench',
				randomId: bigInt(`0x${systemRandom.hex(7)}`.slice(2), 16),
			}),
		);
	const times: { ours: number; bare: number }[] = [];
	for (let round = 0; round < WARM_UP_ROUNDS + SEND_ROUNDS; round += 1) {
		const time = { ours: await msEach(SENDS, ourSend), bare: await msEach(SENDS, () => bareSend(client)) };
		if (round >= WARM_UP_ROUNDS) times.push(time);
	}
	await client.destroy();
	const ownConnection = await msEach(OWN_CONNECTIONS, async () => {
		const own = await bareClient(session);
		await bareSend(own);
		await own.destroy();
	});
	await lease.close();
	await pool.shutdown();
	return {
		ours: median(times.map((time) => time.ours)),
		bare: median(times.map((time) => time.bare)),
		ratio: median(times.map((time) => time.ours / time.bare)),
		ownConnection,
	};
}

async function pushLatency(bench: Bench): Promise<TelegramBenchResult['latency']> {
	const { control, accounts, folder } = bench;
	const [anna, boris] = accounts;
	const pool = newPool(join(folder, 'latency'));
	const delivered: number[] = [];
	const credential = source(bench, await logIn(bench, boris!), 'boris');
	const subscription = subscribe(pool, credential, () => delivered.push(systemClock.monotonic()));
	await subscription.live;
	const ms: number[] = [];
	for (let number = 1; number <= PUSHES; number += 1) {
		const startedAt = systemClock.monotonic();
		const told = control('inject-message', { from: anna!.id, to: boris!.id, text: `push ${String(number)}` });
		while (delivered.length < number) await nextTurn();
		ms.push(delivered[number - 1]! - startedAt);
		await told;
	}
	subscription.end();
	await pool.shutdown();
	ms.sort((a, b) => a - b);
	return { p50: median(ms), p99: ms[Math.floor(ms.length * 0.99)] ?? NaN };
}

async function files(bench: Bench): Promise<Pick<TelegramBenchResult, 'upload' | 'download'>> {
	const { accounts, folder } = bench;
	const [anna, boris, clara] = accounts;
	const pool = newPool(join(folder, 'files'));
	const lease = pool.lease(source(bench, await logIn(bench, boris!), 'boris'));
	const client = await bareClient(await logIn(bench, clara!));
	// As photos and videos are: what can be compressed travels compressed, and is quicker than any file.
	const data = randomBytes(FILE_BYTES);
	const media = {
		kind: 'stream' as const,
		open: () => Promise.resolve(Readable.from(chunksOf(data), { objectMode: false })),
		fileName: 'bench.bin',
		mimeType: 'application/octet-stream',
		size: data.length,
	};
	const send = {
		name: 'message.sendMedia',
		input: { chatId: '@anna_sandbox', kind: 'file' },
		media: [media],
	};
	let read = 0;
	const up: { ours: number; bare: number }[] = [];
	const down: { ours: number; bare: number }[] = [];
	for (let round = 0; round <= FILE_ROUNDS; round += 1) {
		const ourUp = await megabytesPerSecond(async () => {
			await lease.call(send);
		});
		const [message] = (await lease.call({ name: 'message.getMany', input: { chatId: anna!.id, limit: 1 } }))
			.items;
		const [document] = (message?.['media'] as unknown as { documents: { ref: string }[] }).documents;
		const ourDown = await megabytesPerSecond(async () => {
			const found = await lease.call({ name: 'media.download', input: { ref: document?.ref ?? '' } });
			for (const { stream } of found.media ?? [])
				for await (const chunk of stream as AsyncIterable<Buffer>) read += chunk.length;
		});
		let theirs: Library.Api.Message | undefined;
		const bareUp = await megabytesPerSecond(async () => {
			theirs = await client.sendFile('anna_sandbox', {
				file: new CustomFile('bench.bin', data.length, '', data),
				forceDocument: true,
				workers: 4,
			});
		});
		const bareDown = await megabytesPerSecond(async () => {
			await client.downloadMedia(theirs!, {});
		});
		if (round === 0) continue;
		up.push({ ours: ourUp, bare: bareUp });
		down.push({ ours: ourDown, bare: bareDown });
	}
	if (read !== FILE_BYTES * (FILE_ROUNDS + 1)) throw new Error(`${String(read)} bytes came down`);
	await lease.close();
	await pool.shutdown();
	await client.destroy();
	const summary = (rates: { ours: number; bare: number }[]) => ({
		ours: median(rates.map((rate) => rate.ours)),
		bare: median(rates.map((rate) => rate.bare)),
		ratio: median(rates.map((rate) => rate.ours / rate.bare)),
	});
	return { upload: summary(up), download: summary(down) };
}

function* chunksOf(data: Buffer): Generator<Buffer> {
	for (let at = 0; at < data.length; at += 65_536) yield data.subarray(at, at + 65_536);
}

async function megabytesPerSecond(work: () => Promise<void>): Promise<number> {
	const startedAt = systemClock.monotonic();
	await work();
	return FILE_BYTES / 1024 / 1024 / ((systemClock.monotonic() - startedAt) / 1000);
}

async function recovery(bench: Bench): Promise<number> {
	const { control, accounts, folder } = bench;
	const [, boris] = accounts;
	const session = await logIn(bench, boris!);
	const dir = join(folder, 'recovery');
	let delivered = 0;
	const run = () => {
		const pool = newPool(dir);
		return { pool, subscription: subscribe(pool, source(bench, session, 'boris'), () => (delivered += 1)) };
	};
	await control('inject-many', { to: boris!.id, chats: CHATS, count: CHATS });
	const before = run();
	await before.subscription.live;
	before.subscription.end();
	await before.pool.shutdown();
	await control('inject-many', { to: boris!.id, chats: CHATS, count: MISSED });
	delivered = 0;
	const startedAt = systemClock.monotonic();
	const after = run();
	while (delivered < MISSED) await systemClock.sleep(10);
	const rate = (MISSED * 1000) / (systemClock.monotonic() - startedAt);
	after.subscription.end();
	await after.pool.shutdown();
	return rate;
}

async function idle(bench: Bench): Promise<Pick<TelegramBenchResult, 'memory' | 'cold'>> {
	const { control, folder } = bench;
	const sessions: string[] = [];
	for (let number = 1; number <= Math.max(...ACCOUNTS); number += 1) {
		const phone = `+7999100${String(number).padStart(4, '0')}`;
		await control('create-user', { firstName: `Idle ${String(number)}`, phone });
		sessions.push(await logIn(bench, { phone, code: '22222', dc: 2 }));
	}
	await control('clear-log');
	const memory: TelegramBenchResult['memory'] = [];
	let cold = NaN;
	// One account first: what is loaded and built once is not counted to each.
	for (const accounts of [1, ...ACCOUNTS]) {
		const pool = newPool(join(folder, `idle-${String(accounts)}`));
		const before = await usedBytes();
		const startedAt = systemClock.monotonic();
		const subscriptions = sessions
			.slice(0, accounts)
			.map((session, at) => subscribe(pool, source(bench, session, `idle-${String(at)}`), () => undefined));
		await Promise.all(subscriptions.map(({ live }) => live));
		if (accounts === COLD) cold = systemClock.monotonic() - startedAt;
		const kilobytes = ((await usedBytes()) - before) / accounts / 1024;
		if (accounts > 1) memory.push({ accounts, kilobytes });
		for (const subscription of subscriptions) subscription.end();
		await pool.shutdown();
	}
	const { codesSent } = (await control('counts')) as { codesSent: number };
	return { memory, cold: { milliseconds: cold, codes: codesSent } };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Heap and buffers after collecting what is left over. */
async function usedBytes(): Promise<number> {
	for (let pass = 0; pass < 4; pass += 1) {
		await systemClock.sleep(50);
		collectGarbage();
	}
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}

async function msEach(count: number, work: () => Promise<unknown>): Promise<number> {
	const startedAt = systemClock.monotonic();
	for (let done = 0; done < count; done += 1) await work();
	return (systemClock.monotonic() - startedAt) / count;
}

/** One part alone, to be profiled: `node --cpu-prof --conditions=source --import ./test/bench/typescript.mjs test/bench/telegram.bench.ts updates` */
if (process.argv[1]?.endsWith('telegram.bench.ts') === true) {
	void telegramBench(process.argv[2]).then((result) => console.log(JSON.stringify(result, null, '\t')));
}
