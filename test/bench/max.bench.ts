/**
 * MAX: what a message costs from the socket into the journal beside a bare socket that decodes it; what a send costs
 * through the pool beside the bare request; a warm pool beside a connection per execution; how late a push is; what an
 * idle account weighs. The sandbox runs in a process of its own, so that its work is not counted as ours; both sides get
 * the same bytes, in one run and in turns.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { maxDriver } from '../../src/channels/max';
import type { JournalWriter } from '../../src/contract';
import { AccountPool, type CredentialSource } from '../../src/pool';
import { withoutRaw } from '../../src/pool/journal/retention';
import { nextTurn, silentLogger, systemClock, systemRandom } from '../../src/runtime';
import { openSqliteStore } from '../../src/store';
import type { DemoAccount, DemoSession } from '../sandbox/max';
import { consumerOptions } from '../support/consumer-options';
import { testServices } from '../support/driver-services';
import { BareClient, decodeBody } from './max-bare';
import type { RelayOrder } from './max-relay';
import { median } from './report';

const CHATS = 45;
const MESSAGES = 3_000;
const ROUNDS = 15;
const SENDS = 50;
const SEND_ROUNDS = 15;
const PAUSE_MS = 2;
/** ms after which the note of a send that nobody waits for is certainly committed */
const NOTES_MS = 20;
/** Rounds before anything counts: a process that has run for a while has compiled what it runs, on both sides. */
const WARM_UP_ROUNDS = 20;
const INCOMING_WARM_UP_ROUNDS = 10;
const PUSHES = 300;
const ACCOUNTS = [100, 300] as const;
const SEND = 64;

export interface MaxBenchResult {
	/** messages per second from the socket into the SQLite journal, and through ws and msgpack alone */
	incoming: {
		ours: number;
		bare: number;
		/**
		 * µs of the processor a message, in the thread that reads. The bare side needs less than the relay takes to send one:
		 * its rate is the relay's
		 */
		processor: { ours: number; bare: number };
		/** ws, msgpack and one row of JSON with a unique id per message: what keeping a message costs at least */
		kept: number;
		ratio: number;
		ratioToKept: number;
		meetsBar: boolean;
	};
	/** ms of one send: through the warm pool, bare on an open socket, and bare with a connection of its own */
	sending: {
		ours: number;
		bare: number;
		/** the bare request after one row that a killed process leaves behind: what an intent costs at least */
		noted: number;
		ratio: number;
		ratioToNoted: number;
		meetsBar: boolean;
		/** the same with a pause before each, as executions send: both ends have gone to rest */
		rested: { ours: number; bare: number; ratio: number };
		/** µs of the processor a send in the thread that sends, with what is written down for it afterwards */
		processor: { ours: number; bare: number };
		ownConnection: number;
	};
	/** ms from the push leaving the server to the trigger's `deliver` */
	latency: { p50: number; p99: number };
	/** KB of heap and buffers per idle account: ours, a bare socket that is logged in */
	memory: { accounts: number; ours: number; bare: number }[];
}

interface Bench {
	url: string;
	control(command: string, input: object): Promise<unknown>;
	accounts: DemoAccount[];
	folder: string;
}

export async function maxBench(): Promise<MaxBenchResult> {
	return withSandbox(async (bench) => ({
		incoming: await incomingMessages(bench),
		sending: await sends(bench),
		latency: await pushLatency(bench),
		memory: await idleMemory(bench),
	}));
}

async function withSandbox<T>(work: (bench: Bench) => Promise<T>): Promise<T> {
	const sandbox = await startSandbox();
	const folder = mkdtempSync(join(tmpdir(), 'max-bench-'));
	try {
		return await work({ ...sandbox, folder });
	} finally {
		sandbox.process.kill();
		await once(sandbox.process, 'exit');
		rmSync(folder, { recursive: true });
	}
}

/** The sandbox as `npm run sandbox` starts it; its first line says where it is. */
async function startSandbox(): Promise<Omit<Bench, 'folder'> & { process: ChildProcess }> {
	const policy = ['compression="never"', 'loginLimit=0', 'idleTimeoutMs=0'].flatMap((one) => [
		'--policy',
		one,
	]);
	const args = ['--conditions=source', '--import', 'tsx', 'test/sandbox/cli.ts', 'max', ...policy];
	const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
	const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
	child.stdout.resume();
	const summary = JSON.parse(line) as {
		addresses: { websocketPlain: string };
		accounts: DemoAccount[];
		control: string;
	};
	return {
		process: child,
		url: summary.addresses.websocketPlain,
		accounts: summary.accounts,
		control: async (command, input) => {
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

/** A relay in a thread of its own. */
async function startRelay(target: string) {
	const worker = new Worker(new URL('./max-relay.ts', import.meta.url), {
		workerData: { target },
		execArgv: ['--conditions=source', '--import', 'tsx'],
	});
	const [port] = (await once(worker, 'message')) as [number];
	return {
		url: `ws://127.0.0.1:${String(port)}`,
		order: async (what: RelayOrder['do']): Promise<unknown> => {
			worker.postMessage({ do: what } satisfies RelayOrder);
			const [answer] = (await once(worker, 'message')) as [unknown];
			return answer;
		},
		close: () => worker.terminate(),
	};
}

function credentialOf(endpoint: string, { token, deviceId, deviceType }: DemoSession) {
	return {
		token,
		deviceId,
		deviceType,
		endpoint,
		loginPerMinute: 0,
		loginPerHour: 0,
		sendsPerMinute: 10_000,
		chatGapSeconds: 0,
		firstContactsPerDay: 10_000,
		loopLimit: 0,
		pageDelayMs: 0,
	};
}

async function incomingMessages({
	url,
	control,
	accounts,
	folder,
}: Bench): Promise<MaxBenchResult['incoming']> {
	const [anna] = accounts;
	const inject = (count: number) => control('inject-many', { to: anna!.id, chats: CHATS, count });
	// Chats that exist before the account is opened: what a running system has.
	await inject(CHATS);
	const relay = await startRelay(url);
	const config = maxDriver.configure(credentialOf(`${relay.url}/websocket`, anna!.web!));
	const services = testServices({ clock: systemClock });
	const store = await openSqliteStore({
		dir: join(folder, 'incoming'),
		clock: systemClock,
		random: systemRandom,
		logger: silentLogger,
	});
	const open = await maxDriver.open(config, services, new AbortController().signal);
	let journalled = 0;
	let [awaited, all] = [0, Promise.withResolvers<void>()];
	const journal: JournalWriter = {
		account: open.accountId,
		state: null,
		recoverSince: 0,
		live: () => undefined,
		async append(events, state) {
			const entries = events.map(({ event, at, recovered }) => ({
				eventId: event.event_id,
				event: withoutRaw(event),
				chatId: event.external_chat_id,
				at,
				recovered,
			}));
			const written = { token: 1, events: entries, ...(state === undefined ? {} : { state }) };
			const { appended } = await store.append(open.accountId, written);
			journalled += appended.length;
			if (journalled >= awaited) all.resolve();
			return { appended: appended.length };
		},
	};
	const reader = open.startReading(journal);
	await reader.live;
	const bare = await BareClient.connect(`${relay.url}/bare`);
	bare.socket.removeAllListeners('message');
	const rows = keptRows(join(folder, 'kept.sqlite'));
	const rates: { ours: number; bare: number; kept: number }[] = [];
	const processor: { ours: number; bare: number }[] = [];
	for (let round = 0; round < INCOMING_WARM_UP_ROUNDS + ROUNDS; round += 1) {
		await relay.order('hold');
		await inject(MESSAGES);
		while ((await relay.order('held')) !== MESSAGES) await systemClock.sleep(20);

		awaited = journalled + MESSAGES;
		all = Promise.withResolvers<void>();
		const startedAt = systemClock.monotonic();
		const before = process.threadCpuUsage();
		await relay.order('release');
		await all.promise;
		const ours = perSecond(MESSAGES, startedAt);
		const oursUs = usEach(before, MESSAGES);
		while ((await relay.order('acknowledged')) !== MESSAGES) await systemClock.sleep(20);

		const decoded = decodes(bare, MESSAGES);
		const bareStartedAt = systemClock.monotonic();
		const bareBefore = process.threadCpuUsage();
		await relay.order('replay');
		const bodies = await decoded;
		const bareMs = systemClock.monotonic() - bareStartedAt;
		const bareUs = usEach(bareBefore, MESSAGES);
		const rowsMs = rows.write(bodies);
		if (round < INCOMING_WARM_UP_ROUNDS) continue;
		processor.push({ ours: oursUs, bare: bareUs });
		rates.push({
			ours,
			bare: Math.round((MESSAGES * 1_000) / bareMs),
			kept: Math.round((MESSAGES * 1_000) / (bareMs + rowsMs)),
		});
	}
	rows.close();
	await reader.stop();
	await bare.close();
	await open.close();
	await store.close();
	await relay.close();
	const ratio = median(rates.map((rate) => rate.ours / rate.bare));
	const ours = median(rates.map((rate) => rate.ours));
	return {
		ours,
		bare: median(rates.map((rate) => rate.bare)),
		processor: {
			ours: median(processor.map((used) => used.ours)),
			bare: median(processor.map((used) => used.bare)),
		},
		kept: median(rates.map((rate) => rate.kept)),
		ratio,
		ratioToKept: median(rates.map((rate) => rate.ours / rate.kept)),
		meetsBar: ratio >= 0.3 && ours >= 10_000,
	};
}

/** @param before what this thread had used when a round began */
function usEach(before: NodeJS.CpuUsage, count: number): number {
	const { user, system } = process.threadCpuUsage(before);
	return (user + system) / count;
}

/** A bare socket that decodes every message. */
function decodes(client: BareClient, count: number): Promise<unknown[]> {
	const { promise, resolve } = Promise.withResolvers<unknown[]>();
	const bodies: unknown[] = [];
	const onMessage = (data: Buffer): void => {
		bodies.push(decodeBody(data));
		if (bodies.length < count) return;
		client.socket.off('message', onMessage);
		resolve(bodies);
	};
	client.socket.on('message', onMessage);
	return promise;
}

/** As anybody would keep them: JSON under a unique id, five hundred per transaction, in a database opened as ours is. */
function keptRows(path: string) {
	const database = new DatabaseSync(path);
	database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
	database.exec('CREATE TABLE kept (id TEXT PRIMARY KEY, message TEXT)');
	const insert = database.prepare('INSERT INTO kept VALUES (?, ?) ON CONFLICT DO NOTHING');
	const toText = (_key: string, value: unknown): unknown =>
		typeof value === 'bigint' ? value.toString() : value;
	let id = 0;
	return {
		/** @returns ms */
		write(bodies: readonly unknown[]): number {
			const texts = bodies.map((body) => JSON.stringify(body, toText));
			const startedAt = systemClock.monotonic();
			for (let at = 0; at < texts.length; at += 500) {
				database.exec('BEGIN IMMEDIATE');
				for (const text of texts.slice(at, at + 500)) insert.run(`max:1:${String((id += 1))}`, text);
				database.exec('COMMIT');
			}
			return systemClock.monotonic() - startedAt;
		},
		close: () => database.close(),
	};
}

function newPool(dir: string): AccountPool {
	const services = { clock: systemClock, random: systemRandom, logger: silentLogger };
	return new AccountPool({
		...services,
		drivers: [maxDriver],
		openStore: () => openSqliteStore({ ...services, dir }),
		processName: `bench/${String(process.pid)}/main`,
		version: '0.0.0',
	});
}

function credentialSource(url: string, session: DemoSession, id: string): CredentialSource {
	const data = credentialOf(url, session);
	return { channel: 'max', id, data, read: () => Promise.resolve(data) };
}

async function sends({ url, accounts, folder }: Bench): Promise<MaxBenchResult['sending']> {
	const [anna, boris, clara] = accounts;
	// Dialogs (one id XOR the other) with somebody who is not connected: no send of one side is a push to the other.
	const chatOf = (account: DemoAccount | undefined): bigint => BigInt(account!.id) ^ BigInt(clara!.id);
	const ourChat = String(chatOf(anna));
	const chatId = chatOf(boris);
	const pool = newPool(join(folder, 'sends'));
	const lease = pool.lease(credentialSource(url, anna!.web!, 'anna'));
	const bare = await BareClient.login(url, boris!.web!);
	let cid = BigInt(systemClock.now());
	const bareSend = (client: BareClient): Promise<unknown> =>
		client.request(SEND, {
			chatId,
			notify: true,
			message: { cid: (cid += 1n), text: 'bench', elements: [], attaches: [] },
		});
	let key = 0;
	const ourSend = (): Promise<unknown> =>
		lease.call(
			{ name: 'message.send', input: { chatId: ourChat, text: 'bench' } },
			{ idempotency: { key: `bench-${String((key += 1))}`, rememberMs: 86_400_000 } },
		);
	const note = notedRow(join(folder, 'noted.sqlite'));
	const times: { ours: number; bare: number; noted: number }[] = [];
	const rested: { ours: number; bare: number }[] = [];
	for (let round = 0; round < WARM_UP_ROUNDS + SEND_ROUNDS; round += 1) {
		const ours = await msEach(SENDS, ourSend);
		const bareMs = await msEach(SENDS, () => bareSend(bare));
		const noted = await msEach(SENDS, () => {
			note.write();
			return bareSend(bare);
		});
		if (round < WARM_UP_ROUNDS) continue;
		times.push({ ours, bare: bareMs, noted });
		rested.push({
			ours: await msEach(SENDS, ourSend, PAUSE_MS),
			bare: await msEach(SENDS, () => bareSend(bare), PAUSE_MS),
		});
	}
	const processor: { ours: number; bare: number }[] = [];
	for (let round = 0; round < SEND_ROUNDS; round += 1) {
		processor.push({ ours: await usEachSend(ourSend), bare: await usEachSend(() => bareSend(bare)) });
	}
	note.close();
	await bare.close();
	const ownConnection = await msEach(SENDS, async () => {
		const client = await BareClient.login(url, boris!.web!);
		await bareSend(client);
		await client.close();
	});
	await lease.close();
	await pool.shutdown();
	const ratio = median(times.map((time) => time.ours / time.bare));
	return {
		ours: median(times.map((time) => time.ours)),
		bare: median(times.map((time) => time.bare)),
		noted: median(times.map((time) => time.noted)),
		ratio,
		ratioToNoted: median(times.map((time) => time.ours / time.noted)),
		meetsBar: ratio <= 1.3,
		rested: {
			ours: median(rested.map((time) => time.ours)),
			bare: median(rested.map((time) => time.bare)),
			ratio: median(rested.map((time) => time.ours / time.bare)),
		},
		processor: {
			ours: median(processor.map((used) => used.ours)),
			bare: median(processor.map((used) => used.bare)),
		},
		ownConnection,
	};
}

/** One send after another, and until what is noted of them is committed. */
async function usEachSend(send: () => Promise<unknown>): Promise<number> {
	const before = process.threadCpuUsage();
	await msEach(SENDS, send);
	await systemClock.sleep(NOTES_MS);
	return usEach(before, SENDS);
}

/** One row per call in a database as ours is opened, committed before it returns. */
function notedRow(path: string): { write(): void; close(): void } {
	const database = new DatabaseSync(path);
	database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE intents (key, record)');
	const insert = database.prepare('INSERT INTO intents VALUES (?, ?)');
	let key = 0;
	return {
		write: () => void insert.run((key += 1), 'x'.repeat(200)),
		close: () => database.close(),
	};
}

async function pushLatency({ url, control, accounts, folder }: Bench): Promise<MaxBenchResult['latency']> {
	const [anna, boris] = accounts;
	const relay = await startRelay(url);
	const pool = newPool(join(folder, 'latency'));
	const delivered: bigint[] = [];
	const subscription = pool.subscribe({
		credential: credentialSource(`${relay.url}/websocket`, anna!.web!, 'anna'),
		identity: { instance: 'i', workflow: 'w', node: 'n' },
		options: consumerOptions(),
		deliver: ({ events }) => {
			// What was written in the second of the subscription comes too.
			if (events[0]?.text.startsWith('push ') === true) delivered.push(process.hrtime.bigint());
			return Promise.resolve({ kind: 'finished', ok: true });
		},
		report: () => undefined,
	});
	await subscription.live;
	await relay.order('stamps');
	for (let number = 1; number <= PUSHES; number += 1) {
		await control('inject-message', { from: boris!.id, to: anna!.id, text: `push ${String(number)}` });
		while (delivered.length < number) await nextTurn();
	}
	const left = (await relay.order('stamps')) as bigint[];
	subscription.end();
	await pool.shutdown();
	await relay.close();
	const ms = delivered.map((at, index) => Number(at - left[index]!) / 1e6).sort((a, b) => a - b);
	return { p50: median(ms), p99: ms[Math.floor(ms.length * 0.99)] ?? NaN };
}

async function idleMemory({ url, control, folder }: Bench): Promise<MaxBenchResult['memory']> {
	const sessions: DemoSession[] = [];
	for (let number = 1; number <= Math.max(...ACCOUNTS); number += 1) {
		const { id } = (await control('add-account', { firstName: `Idle ${String(number)}` })) as { id: string };
		sessions.push((await control('add-session', { account: id })) as DemoSession);
	}
	const measured: MaxBenchResult['memory'] = [];
	for (const accounts of ACCOUNTS) {
		const some = sessions.slice(0, accounts);
		const bareBefore = await usedBytes();
		const clients: BareClient[] = [];
		for (const session of some) clients.push(await BareClient.login(url, session));
		const bare = (await usedBytes()) - bareBefore;
		for (const client of clients.splice(0)) await client.close();

		const pool = newPool(join(folder, `idle-${String(accounts)}`));
		const oursBefore = await usedBytes();
		for (const [index, session] of some.entries()) {
			const lease = pool.lease(credentialSource(url, session, `idle-${String(index)}`));
			await lease.call({ name: 'chat.getMany', input: { limit: 1 } });
			await lease.close();
		}
		const ours = (await usedBytes()) - oursBefore;
		await pool.shutdown();
		measured.push({ accounts, ours: ours / accounts / 1024, bare: bare / accounts / 1024 });
	}
	return measured;
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

function perSecond(count: number, startedAt: number): number {
	return Math.round((count * 1_000) / (systemClock.monotonic() - startedAt));
}

/** @param pauseMs before each, not counted */
async function msEach(count: number, work: () => Promise<unknown>, pauseMs = 0): Promise<number> {
	let ms = 0;
	for (let done = 0; done < count; done += 1) {
		if (pauseMs > 0) await systemClock.sleep(pauseMs);
		const startedAt = systemClock.monotonic();
		await work();
		ms += systemClock.monotonic() - startedAt;
	}
	return ms / count;
}

/** One part alone, to be profiled: `node --cpu-prof --conditions=source --import ./test/bench/typescript.mjs test/bench/max.bench.ts incoming` */
if (import.meta.url === `file://${process.argv[1] ?? ''}`) {
	const parts = { incoming: incomingMessages, sending: sends, latency: pushLatency, memory: idleMemory };
	const [asked = ''] = process.argv.slice(2);
	const part: (bench: Bench) => Promise<unknown> = parts[asked as keyof typeof parts];
	void withSandbox(part).then((result) => console.log(JSON.stringify(result, null, '\t')));
}
