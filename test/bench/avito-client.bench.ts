/**
 * Our Avito client beside a bare undici loop that does the same request: 1 connection (one call after another) and 20
 * connections (20 at a time). Ours adds budget, circuit breaker, token, time-out, abort, error translation and the
 * schema of the answer. The sandbox runs in a process of its own, so that its work is not counted as ours. Both in one
 * run and in turns, so that the ratio does not depend on the machine.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Pool } from '#lib/undici';
import { avitoDriver, type AvitoAccount } from '../../src/channels/avito';
import type { CommandContext, Json, OpenAccount } from '../../src/contract';
import { systemClock } from '../../src/runtime';
import { testServices } from '../support/driver-services';

/** Short rounds in turns and the median of their ratios: a neighbour who takes the processor for a while hits both. */
const CALLS_PER_ROUND = 300;
const ROUNDS = 41;
const WARM_UP = 30;
const WIDE = 20;

export interface AvitoClientBenchResult {
	/** calls per second: one at a time over one connection, and 20 at a time over 20 */
	one: Comparison;
	twenty: Comparison;
	/** µs our client adds to a call, one at a time */
	overheadMicroseconds: number;
	/** the bar: both ratios ≥ 0.8 */
	meetsBar: boolean;
}

interface Comparison {
	ours: number;
	bare: number;
	ratio: number;
}

/** One call of either kind. */
type Call = () => Promise<unknown>;

export async function avitoClientBench(): Promise<AvitoClientBenchResult> {
	const sandbox = await startSandbox();
	try {
		const one = await compare(sandbox, 1);
		const twenty = await compare(sandbox, WIDE);
		return {
			one,
			twenty,
			overheadMicroseconds: Math.round(1_000_000 / one.ours - 1_000_000 / one.bare),
			meetsBar: one.ratio >= 0.8 && twenty.ratio >= 0.8,
		};
	} finally {
		sandbox.process.kill();
		await once(sandbox.process, 'exit');
	}
}

interface Sandbox {
	process: ChildProcess;
	origin: string;
	clientId: string;
	clientSecret: string;
}

/** The sandbox as `npm run sandbox` starts it; its first line says where it is. */
async function startSandbox(): Promise<Sandbox> {
	const args = ['--conditions=source', '--import', 'tsx', 'test/sandbox/cli.ts', 'avito', '--port', '0'];
	const process_ = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
	const [line] = (await once(createInterface(process_.stdout), 'line')) as [string];
	const summary = JSON.parse(line) as {
		origin: string;
		accounts: { client_id: string; client_secret: string }[];
	};
	const [account] = summary.accounts;
	if (account === undefined) throw new Error('the sandbox has no account');
	return {
		process: process_,
		origin: summary.origin,
		clientId: account.client_id,
		clientSecret: account.client_secret,
	};
}

async function compare(sandbox: Sandbox, connections: number): Promise<Comparison> {
	const sealed = new Map<string, string>();
	const open = await openAccount(sandbox, connections, sealed);
	const { token } = JSON.parse(sealed.get('access_token') ?? '{}') as { token: string };
	const pool = new Pool(sandbox.origin, { connections, pipelining: 1 });
	try {
		const ours = ourCall(open);
		const bare = bareCall(pool, open.profile.id, token);
		const rounds: Comparison[] = [];
		for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
			const rates = { ours: await perSecond(ours, connections), bare: await perSecond(bare, connections) };
			if (round >= WARM_UP) rounds.push({ ...rates, ratio: rates.ours / rates.bare });
		}
		return {
			ours: median(rounds.map((round) => round.ours)),
			bare: median(rounds.map((round) => round.bare)),
			ratio: Math.round(100 * median(rounds.map((round) => round.ratio))) / 100,
		};
	} finally {
		await open.close();
		await pool.close();
	}
}

function openAccount(
	{ origin, clientId, clientSecret }: Sandbox,
	connections: number,
	sealed: Map<string, string>,
): Promise<OpenAccount<AvitoAccount>> {
	const config = avitoDriver.configure({ clientId, clientSecret, endpoint: origin, connections });
	const rules = { account: { points: 10_000_000, windowMs: 60_000 }, buckets: avitoDriver.buckets };
	return avitoDriver.open(
		config,
		testServices({ clock: systemClock, rules, sealed }),
		new AbortController().signal,
	);
}

/** A page of chats through the command the node calls. */
function ourCall(open: OpenAccount<AvitoAccount>): Call {
	const spec = avitoDriver.commands['account.getBalance'];
	if (spec === undefined) throw new Error('no such command');
	const context: CommandContext = {
		signal: new AbortController().signal,
		media: [],
		intent: null,
		options: {},
		progress: () => undefined,
	};
	return () => spec.run(open.account, spec.input.parse({}), context);
}

/** The same request as anybody would write it. */
function bareCall(pool: Pool, userId: string, token: string): Call {
	return async () => {
		const { statusCode, body } = await pool.request({
			method: 'GET',
			path: `/core/v1/accounts/${userId}/balance/`,
			headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
		});
		const json = (await body.json()) as Json;
		if (statusCode !== 200) throw new Error(`status ${statusCode}`);
		return json;
	};
}

async function perSecond(call: Call, atOnce: number): Promise<number> {
	const startedAt = systemClock.monotonic();
	let left = CALLS_PER_ROUND;
	const worker = async (): Promise<void> => {
		while (left-- > 0) await call();
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
	return Math.round((CALLS_PER_ROUND * 1_000) / (systemClock.monotonic() - startedAt));
}

function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

if (import.meta.url === `file://${process.argv[1] ?? ''}`) {
	void avitoClientBench().then((result) => console.log(JSON.stringify(result, null, '\t')));
}
