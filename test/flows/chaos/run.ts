/**
 * A chaos run: three processes of one n8n (two that believe they lead, and a worker) on one Redis, accounts at three fake
 * messengers, people who write, executions that answer; and every few seconds something dies, freezes or is cut off.
 * At the end what the messengers saw and what the triggers started with is compared with what had to be.
 *
 *   node --conditions=source --import ./test/flows/chaos/fast-time.mjs --import tsx test/flows/chaos/run.ts
 *
 * with CHAOS_OPTIONS as JSON (see `RunOptions`). Prints a `RunReport` as JSON on its last line.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LEASE_MS } from '../../../src/pool/account/lease-keeper';
import { systemClock } from '../../../src/runtime';
import { RedisServer } from '../../redis/support/redis-server';
import { seededRandom } from '../../support/manual-clock';
import { ACTIONS, mayRunBeside, pick } from './actions';
import { Ledger, type Violation } from './ledger';
import { buildProgram, Member } from './member';
import { startMessengers } from './messengers';
import { AvitoOwners } from './owners';
import type { RunOptions, RunReport } from './report';
import type { TriggerPlan } from './wire';

const options = JSON.parse(process.env['CHAOS_OPTIONS'] ?? '{}') as RunOptions;
const speed = Number(process.env['CHAOS_SPEED'] ?? 1);
const PREFIX = 'chaos';
const clock = systemClock;
/** Whoever cannot be asked any more is asked no longer than this, ms. */
const SEND_PATIENCE_MS = 90_000;
/** What has not happened by then does not happen: two real minutes, since the machine may be slow, in ms of the run's time. */
const GIVE_UP_MS = 120_000 * speed;

const say = (text: string): void => void process.stderr.write(`chaos: ${text}\n`);

async function run(): Promise<RunReport> {
	const random = seededRandom(options.seed);
	const folder = await mkdtemp(join(tmpdir(), 'chaos-program-'));
	const program = await buildProgram(folder);
	const redis = await RedisServer.start(['--appendonly', 'yes', '--appendfsync', 'always']);
	const messengers = await startMessengers(options.accountsPerMessenger);
	const { accounts } = messengers;
	const triggers: TriggerPlan[] = accounts.flatMap(({ id }) => [
		{ node: `${id}/immediately`, account: id, acknowledge: 'immediately' },
		{ node: `${id}/finished`, account: id, acknowledge: 'finished' },
	]);
	const ledger = new Ledger(triggers);
	const owners = new AvitoOwners(redis, PREFIX, accounts);
	const live = new Set<string>();
	/** where each account's people write from, as its triggers tell it */
	const chats = new Map<string, Set<string>>();
	const accountOf = new Map(triggers.map(({ node, account }) => [node, account]));

	const member = (name: string, role: 'main' | 'worker'): Promise<Member> =>
		Member.start(
			name,
			{ redis: redis.port, avito: messengers.avitoPort },
			{
				program,
				plan: (redisPort, avitoPort) => ({
					role,
					redisPort,
					prefix: PREFIX,
					dir: join(folder, name),
					leaseTime: speed === 1 ? 'server' : 'clock',
					accounts: accounts.map(({ id, channel, data }) => ({ id, channel, data: data(avitoPort) })),
					triggers: role === 'main' ? triggers : [],
				}),
				delivered: (note) => {
					const account = accountOf.get(note.node) ?? '';
					const known = chats.get(account) ?? new Set();
					for (const { chat } of note.events) known.add(chat);
					chats.set(account, known);
					return ledger.deliver(note);
				},
				live: (node) => void live.add(node),
				avitoHeard: (pid, piece) => {
					const account = messengers.avitoAccount(piece.toString('latin1', 0, 300));
					if (account !== null) owners.wrote(pid, account);
				},
				executionMs: () => random.next() * 500,
			},
		);
	const members = [
		await member('main-1', 'main'),
		await member('main-2', 'main'),
		await member('worker', 'worker'),
	];

	const until = async (what: string, condition: () => boolean, ms: number): Promise<boolean> => {
		const end = clock.monotonic() + ms;
		while (!condition()) {
			if (clock.monotonic() > end) {
				say(`gave up waiting for ${what}`);
				return false;
			}
			await clock.sleep(100);
		}
		return true;
	};

	let number = 1;
	const write = (account: (typeof accounts)[number]): void => {
		const [one, other] = account.write(number);
		ledger.wrote(account.id, number, one);
		ledger.wrote(account.id, number + 1, other);
		number += 2;
	};

	/** Texts that were to be sent, and whether somebody said that they were. */
	const sends = new Map<string, { account: string; done: boolean; tries: number }>();
	const sending = new Set<Promise<void>>();
	let over = false;
	const send = async (account: string): Promise<void> => {
		const text = `answer ${sends.size + 1}`;
		const state = { account, done: false, tries: 0 };
		sends.set(text, state);
		const chat = pick([...(chats.get(account) ?? [])], random);
		while (!over) {
			const up = members.filter(({ isUp }) => isUp);
			if (up.length > 0) {
				state.tries += 1;
				const late = clock.sleep(SEND_PATIENCE_MS).then(() => 'no answer');
				const error = await Promise.race([
					pick(up, random).send({ account, chat, text, key: `key of ${text}` }),
					late,
				]);
				if (error === null) {
					state.done = true;
					return;
				}
			}
			await clock.sleep(1_000);
		}
	};

	const violations: Violation[] = [];
	const actions: Record<string, number> = {};
	try {
		const began = performance.now();
		await until('all triggers', () => live.size === triggers.length, GIVE_UP_MS);
		for (const account of accounts) write(account);
		await until('a first message in every chat', () => ledger.missing().length === 0, GIVE_UP_MS);
		say(`${accounts.length} accounts are live after ${Math.round((performance.now() - began) / speed)} ms`);

		const end = clock.monotonic() + options.seconds * 1_000 * speed;
		const running = new Map<string, Promise<void>>();
		const possible = Object.keys(ACTIONS).filter(
			(name) => !name.startsWith('redisEmptied') || options.emptied,
		);
		let nextAction = clock.monotonic();
		while (clock.monotonic() < end) {
			write(pick(accounts, random));
			const { id } = pick(accounts, random);
			if (random.next() < 0.5 && (chats.get(id)?.size ?? 0) > 0) {
				const one: Promise<void> = send(id).finally(() => sending.delete(one));
				sending.add(one);
			}
			if (clock.monotonic() >= nextAction && running.size < 2) {
				nextAction = clock.monotonic() + options.actionEveryMs * (0.5 + random.next());
				const name = pick(
					possible.filter((each) => mayRunBeside(each, running.keys())),
					random,
				);
				actions[name] = (actions[name] ?? 0) + 1;
				const one = ACTIONS[name]?.({ members, redis, messengers, clock, random }) ?? Promise.resolve();
				const ended = one
					.catch((error: unknown) => say(`${name}: ${String(error)}`))
					.finally(() => running.delete(name));
				running.set(name, ended);
			}
			await clock.sleep(options.everyMs);
		}
		await Promise.all(running.values());
		say('calm');
		const arrived = () => ledger.missing().length === 0 && sending.size === 0;
		await until('everything to arrive', arrived, GIVE_UP_MS);
		over = true;
		// What would come twice gets the time to.
		await clock.sleep(LEASE_MS);
	} finally {
		violations.push(...ledger.violations());
		for (const account of accounts) violations.push(...wrongSends(account.id, account.sent(), sends));
		violations.push(...messengers.wrong().map((what): Violation => ({ rule: 'sandbox', what })));
		violations.push(...owners.violations.map((what): Violation => ({ rule: 'owner', what })));
		owners.close();
		await Promise.all(members.map((each) => each.close()));
		await messengers.close();
		await redis.stop();
		await rm(folder, { recursive: true, force: true });
	}
	return {
		seed: options.seed,
		accounts: accounts.length,
		messages: number - 1,
		executions: ledger.executions,
		duplicates: ledger.duplicates,
		reruns: ledger.reruns,
		late: ledger.late,
		sends: sends.size,
		triedAgain: [...sends.values()].filter(({ tries }) => tries > 1).length,
		avitoRequests: owners.requests,
		lives: members.map(({ lives }) => lives),
		actions,
		violations,
		logs: violations.length === 0 ? {} : Object.fromEntries(members.map(({ name, log }) => [name, log])),
	};
}

/** Every text once; one nobody was told of may be missing only if it was never asked for. */
function wrongSends(
	account: string,
	stored: readonly string[],
	sends: ReadonlyMap<string, { account: string; done: boolean }>,
): Violation[] {
	const wanted = [...sends].filter(([, state]) => state.account === account);
	return wanted.flatMap(([text, { done }]): Violation[] => {
		const times = stored.filter((one) => one === text).length;
		if (times === 1 && done) return [];
		const said = done ? 'was said to be sent' : 'was never said to be sent';
		return [{ rule: 'send', what: `${account}: "${text}" ${said} and is there ${times} times` }];
	});
}

run().then(
	(report) => {
		process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
	},
	(error: unknown) => {
		say(error instanceof Error ? (error.stack ?? error.message) : String(error));
		process.exit(1);
	},
);
