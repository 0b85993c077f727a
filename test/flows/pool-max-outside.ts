import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { maxDriver } from '../../src/channels/max';
import type { Clock } from '../../src/contract';
import { AccountPool, type CredentialSource } from '../../src/pool';
import { silentLogger, sleepWith, systemClock, systemRandom } from '../../src/runtime';
import { openSqliteStore } from '../../src/store';
import type { DemoAccount, DemoSession } from '../sandbox/max';

/** A fake MAX in a process of its own: what it holds and does is not counted as ours. */
export interface OutsideSandbox {
	/** binary WebSocket without TLS */
	readonly url: string;
	readonly accounts: readonly DemoAccount[];
	/** a control command by its name in the address (`inject-message`) */
	control<T = unknown>(command: string, input?: object): Promise<T>;
	/** accounts with a web session each */
	addAccounts(count: number, name: string): Promise<OutsideAccount[]>;
	end(): Promise<void>;
}

export interface OutsideAccount {
	readonly id: string;
	readonly session: DemoSession;
}

export async function startOutside(): Promise<OutsideSandbox> {
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
	const control = async <T>(command: string, input: object = {}): Promise<T> => {
		const answer = await fetch(`${summary.control}/${command}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(input),
		});
		const text = await answer.text();
		if (!answer.ok) throw new Error(`${command}: ${text}`);
		return (text === '' ? null : JSON.parse(text)) as T;
	};
	return {
		url: summary.addresses.websocketPlain,
		accounts: summary.accounts,
		control,
		async addAccounts(count, name) {
			const added: OutsideAccount[] = [];
			for (let number = 1; number <= count; number += 1) {
				const { id } = await control<{ id: string }>('add-account', {
					firstName: `${name} ${String(number)}`,
				});
				added.push({ id, session: await control<DemoSession>('add-session', { account: id }) });
			}
			return added;
		},
		async end() {
			child.kill();
			if (child.exitCode === null) await once(child, 'exit');
		},
	};
}

/** The system's clock, which knows how many of its timers are armed. */
export class CountedClock implements Clock {
	#armed = 0;

	now = (): number => systemClock.now();
	monotonic = (): number => systemClock.monotonic();

	after = (ms: number, callback: () => void): (() => void) => {
		let armed = true;
		this.#armed += 1;
		const disarm = (): void => {
			if (armed) this.#armed -= 1;
			armed = false;
		};
		const cancel = systemClock.after(ms, () => {
			disarm();
			callback();
		});
		return () => {
			disarm();
			cancel();
		};
	};

	sleep = (ms: number, signal?: AbortSignal): Promise<void> => sleepWith(this, ms, signal);

	get armed(): number {
		return this.#armed;
	}
}

/** One n8n process's pool over a file. */
export function outsidePool(dir: string, clock: Clock = systemClock, maxAccounts = 2_000): AccountPool {
	const services = { clock, random: systemRandom, logger: silentLogger };
	return new AccountPool({
		...services,
		drivers: [maxDriver],
		openStore: () => openSqliteStore({ ...services, dir }),
		processName: `outside/${String(process.pid)}/main`,
		version: '0.0.0',
		maxAccounts,
	});
}

/** A credential of an account; every limit that protects a real account is out of the way. */
export function outsideCredential(
	url: string,
	{ id, session }: OutsideAccount,
	change: object = {},
): CredentialSource {
	const data = {
		...session,
		endpoint: url,
		loginPerMinute: 0,
		loginPerHour: 0,
		sendsPerMinute: 10_000,
		chatGapSeconds: 0,
		firstContactsPerDay: 10_000,
		loopLimit: 0,
		pageDelayMs: 0,
		...change,
	};
	return { channel: 'max', id, data, read: () => Promise.resolve(data) };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Heap and buffers after collecting what is left over, bytes. */
export async function usedBytes(): Promise<number> {
	for (let pass = 0; pass < 5; pass += 1) {
		await systemClock.sleep(100);
		collectGarbage();
	}
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}
