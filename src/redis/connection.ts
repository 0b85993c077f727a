import type { Clock, Logger } from '../contract';
import { Scope } from '../runtime';
import { AnswerTimes } from './answer-times';
import { createClient, GatheredWrites, type Client, type ClientOptions } from './client';
import { closed, isClosing, isUnknownScript, refusalOf, unavailable } from './faults';
import { send } from './redirect';
import { ALL_SCRIPTS, type Script } from './scripts';
import type { RedisSettings } from './settings';

/** How long a command waits for a connection that is just being made or remade, ms. */
const CONNECT_WAIT_MS = 2_000;
/** Opening waits longer: the server's name must be looked up, TLS agreed on. */
const OPEN_WAIT_MS = 6_000;
/** An answer that takes this long is shown, ms: usual is one, and after five seconds a connection is given up. */
const SLOW_MS = 1_000;
/** What was asked for may finish this long when the connection is closed, ms. */
const CLOSE_WAIT_MS = 2_000;

export interface ConnectionOptions extends ClientOptions {
	settings: RedisSettings;
	clock: Clock;
	logger: Logger;
	/** Runs on every new connection before any command is let through; a failure means connecting again. */
	prepare?(commands: Commands): Promise<void>;
}

/** What the rest of this room asks of Redis. Rejections are `store_unavailable`, or a script's own refusal. */
export interface Commands {
	run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
	call(command: string, ...args: (string | number)[]): Promise<unknown>;
}

/**
 * One connection to Redis, from the first attempt to the last: it lets commands through only once the connection is
 * ready, the scripts are loaded and `prepare` has agreed. Until then a command waits, bounded. Commands asked for one
 * after another reach Redis in that order.
 */
export class RedisConnection implements Commands {
	readonly cluster: boolean;
	readonly #client: Client;
	readonly #writes: GatheredWrites;
	readonly #options: ConnectionOptions;
	readonly #scope: Scope;
	/** commands that were asked for and are not answered */
	#pending = 0;
	#answered: (() => void) | undefined;
	#gate: { open: boolean; opened: PromiseWithResolvers<void> } = {
		open: false,
		opened: Promise.withResolvers(),
	};
	readonly #answers: AnswerTimes;
	#lastError: unknown;
	/** ms since 1970 */
	#shutSince: number;
	#generation = 0;
	#closing: Promise<void> | undefined;
	#first: () => void = () => undefined;

	private constructor(client: Client, options: ConnectionOptions) {
		this.#client = client;
		this.#writes = new GatheredWrites(client);
		this.#options = options;
		this.cluster = options.settings.cluster;
		this.#scope = new Scope(options.logger);
		this.#answers = new AnswerTimes(options.clock);
		this.#shutSince = options.clock.now();
	}

	/** @throws ChannelError `store_unavailable` when Redis cannot be reached */
	static async open(options: ConnectionOptions): Promise<RedisConnection> {
		const connection = new RedisConnection(await createClient(options.settings, options), options);
		connection.#listen();
		connection.#client.connect().catch((error: unknown) => connection.#note(error));
		try {
			await connection.#passGate(OPEN_WAIT_MS);
			return connection;
		} catch (error) {
			await connection.close();
			throw error;
		}
	}

	run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
		return this.#through(() => runScript(this.#client, script, keys, args));
	}

	call(command: string, ...args: (string | number)[]): Promise<unknown> {
		return this.#through(() => send(this.#client, command, args));
	}

	/** Runs before each command is sent, and may send others: what somebody still gathers goes before what is asked for later. */
	sendFirst(first: () => void): void {
		this.#first = first;
	}

	/** What hinders Redis at this moment, a sentence for `status`, or null. */
	trouble(): string | null {
		if (!this.#gate.open) {
			const { message } = unavailable(this.#lastError ?? new Error('timed out'));
			return (
				`${message} (since ${new Date(this.#shutSince).toISOString()}): accounts stop when their lease ends ` +
				'and go on by themselves afterwards.'
			);
		}
		const slowest = this.#answers.slowest();
		if (slowest < SLOW_MS) return null;
		return `Redis is slow: an answer took ${(slowest / 1_000).toFixed(1)} s within the last minute.`;
	}

	/** Gives this connection up and makes a new one: its server does not answer any more. */
	reconnect(): void {
		if (this.#closing === undefined) this.#client.disconnect(true);
	}

	/** What was asked for is not waited for any more, e.g. a read that blocks. */
	abandon(): void {
		this.#client.disconnect();
	}

	/** Lets what was asked for finish (bounded), then leaves nothing open. Idempotent. */
	close(): Promise<void> {
		if (this.#closing === undefined) this.#first();
		this.#closing ??= this.#close();
		return this.#closing;
	}

	#listen(): void {
		const client = this.#client;
		const on = (event: string, listener: (error: unknown) => void): void => {
			client.on(event as 'error', listener);
			this.#scope.add(() => void client.off(event, listener));
		};
		on('ready', () => void this.#ready());
		on('close', () => this.#shut());
		on('error', (error) => this.#note(error));
		// After the scope has ended: a socket that dies while it is being destroyed must not become an uncaught error.
		client.on('error', () => undefined);
	}

	async #ready(): Promise<void> {
		const generation = ++this.#generation;
		try {
			await loadScripts(this.#client);
			await this.#options.prepare?.({
				run: (script, keys, args) => runScript(this.#client, script, keys, args),
				call: (command, ...args) => send(this.#client, command, args),
			});
			if (generation !== this.#generation) return;
			this.#gate.open = true;
			this.#gate.opened.resolve();
			if (this.#lastError !== undefined) this.#options.logger.info('Redis answers again');
			this.#lastError = undefined;
		} catch (error) {
			if (generation !== this.#generation || this.#closing !== undefined) return;
			this.#note(error);
			this.#client.disconnect(true);
		}
	}

	#shut(): void {
		this.#generation += 1;
		if (!this.#gate.open) return;
		this.#gate = { open: false, opened: Promise.withResolvers() };
		this.#shutSince = this.#options.clock.now();
		if (this.#closing === undefined) this.#note(new Error('Connection is closed.'));
	}

	/** Said once per outage: reconnecting goes on every second. */
	#note(error: unknown): void {
		const first = this.#lastError === undefined;
		// Why it was closed has been said: a certificate that is refused, say.
		if (!first && isClosing(error)) return;
		this.#lastError = error;
		if (first) this.#options.logger.warn(unavailable(error).message, { connection: this.#options.name });
	}

	/** While the connection stands, a command is on its way before this returns, in the order in which they are asked for. */
	async #through(command: () => Promise<unknown>): Promise<unknown> {
		if (this.#closing !== undefined) throw closed();
		this.#first();
		this.#pending += 1;
		try {
			if (!this.#gate.open) await this.#passGate(CONNECT_WAIT_MS);
			this.#writes.begin();
			// How long a read waits in Redis tells nothing of how slow Redis is.
			if (this.#options.blocking === true) return await command();
			const answered = this.#answers.asked();
			try {
				return await command();
			} finally {
				answered();
			}
		} catch (error) {
			throw refusalOf(error) === null ? unavailable(error) : error;
		} finally {
			this.#pending -= 1;
			if (this.#pending === 0) this.#answered?.();
		}
	}

	async #passGate(waitMs: number): Promise<void> {
		const { clock } = this.#options;
		const { promise, resolve } = Promise.withResolvers<'late'>();
		const cancel = clock.after(waitMs, () => resolve('late'));
		const undo = once(() => resolve('late'), this.#scope.signal);
		const outcome = await Promise.race([this.#gate.opened.promise, promise]);
		cancel();
		undo();
		if (outcome !== 'late') return;
		throw this.#scope.ended ? closed() : unavailable(this.#lastError ?? new Error('timed out'));
	}

	async #close(): Promise<void> {
		if (this.#gate.open && this.#pending > 0) {
			const { promise, resolve } = Promise.withResolvers<void>();
			this.#answered = resolve;
			const cancel = this.#options.clock.after(CLOSE_WAIT_MS, resolve);
			await promise;
			cancel();
		}
		await this.#scope.end();
		this.#client.disconnect();
	}
}

function once(listener: () => void, signal: AbortSignal): () => void {
	signal.addEventListener('abort', listener, { once: true });
	return () => {
		signal.removeEventListener('abort', listener);
	};
}

/** A server that has not the script (flushed, a new master of a cluster, another one behind a proxy) gets it with the call. */
async function runScript(
	client: Client,
	script: Script,
	keys: readonly string[],
	args: readonly (string | number)[],
): Promise<unknown> {
	const rest = [keys.length, ...keys, ...args];
	try {
		return await send(client, 'evalsha', [script.sha, ...rest]);
	} catch (error) {
		if (!isUnknownScript(error)) throw error;
		return send(client, 'eval', [script.lua, ...rest]);
	}
}

async function loadScripts(client: Client): Promise<void> {
	const servers = 'nodes' in client ? client.nodes('master') : [client];
	await Promise.all(
		servers.flatMap((server) => ALL_SCRIPTS.map((script) => server.script('LOAD', script.lua))),
	);
}
