import {
	ChannelError,
	sessionLeaseName,
	type Asked,
	type CallResult,
	type Clock,
	type JsonObject,
	type Random,
	type RemoteCall,
	type RemoteOutcome,
	type SessionKey,
} from '../../contract';
import { BoundedMap } from '../../runtime';
import { text } from '../replies';
import { leases as scripts } from '../scripts';
import type { Keys } from '../keys';
import type { Mailbox } from './mailbox';
import type { Pipes } from './pipes';
import { fromWireError, present, type Message, type MessageOf } from './wire';

/** How often a caller looks whether the one it waits for still owns the session, ms. */
const WATCH_MS = 2_000;
/** A holder that is only remembered and does not answer at once is looked up this soon, ms. */
const SOON_MS = 50;
/** How many holders are remembered, and how long after their last answer: no longer than a lease lives. ms */
const REMEMBERED = { most: 20_000, ms: 15_000 };
/** An owner has this long to give a session up: its calls may finish. ms */
const YIELD_MS = 12_000;
/** Whoever called a webhook waits for it. ms */
const HINT_MS = 3_000;

export interface CallClientOptions {
	mailbox: Mailbox;
	pipes: Pipes;
	keys: Keys;
	clock: Clock;
	random: Random;
	address: string;
	/** see `LeaseOptions.time` */
	time: 'server' | 'clock';
}

type Question = MessageOf<'call' | 'yield' | 'hint' | 'ask'>;
type Answer = MessageOf<'result' | 'error' | 'notOwner' | 'did' | 'told'> | null;

interface Pending {
	answer(answer: Answer): void;
	progress?: RemoteCall['options']['onProgress'];
}

/** Asks the process that owns a session, and notices when it is gone. */
export class CallClient {
	readonly #options: CallClientOptions;
	readonly #pending = new Map<string, Pending>();
	/** who answered last for a lease: asked again without looking it up first */
	readonly #answered = new BoundedMap<string>(REMEMBERED.most, REMEMBERED.ms);

	/** of this process's questions; unique for ever, followed by a count */
	readonly #idPrefix: string;
	#ids = 0;

	constructor(options: CallClientOptions) {
		this.#options = options;
		this.#idPrefix = options.random.hex(12);
	}

	async call(session: SessionKey, call: RemoteCall): Promise<RemoteOutcome> {
		const { pipes, address, clock } = this.#options;
		const lease = sessionLeaseName(session);
		const remembered = this.#answered.get(lease, clock.monotonic());
		const owner = remembered ?? (await this.#holderOf(lease));
		if (owner === null) return { kind: 'gone', mayHaveBegun: false };
		const offers = (call.command.media ?? []).map((source) => pipes.offerSource(source));
		const { signal, timeoutMs, onProgress, idempotency, budgetWaitMs, causedBy, correlationId } =
			call.options;
		const message: Message = {
			type: 'call',
			id: this.#newId(),
			from: address,
			session,
			timeoutMs,
			name: call.command.name,
			input: call.command.input,
			media: offers.map(({ wire }) => wire),
			policy: call.policy,
			wantsProgress: onProgress !== undefined,
			...present({ idempotency, budgetWaitMs, causedBy, correlationId }),
		};
		try {
			const lookAfterMs = remembered === undefined ? WATCH_MS : SOON_MS;
			const answer = await this.#ask({ lease, owner, lookAfterMs }, message, signal, onProgress);
			if (answer === null || answer.type === 'notOwner') this.#answered.delete(lease);
			if (answer === null) return { kind: 'gone', mayHaveBegun: true };
			if (answer.type === 'notOwner') {
				if (remembered === undefined) return { kind: 'gone', mayHaveBegun: false };
				return await this.call(session, call);
			}
			this.#answered.set(lease, owner, clock.monotonic());
			if (answer.type === 'error') throw fromWireError(answer.error);
			if (answer.type !== 'result') throw new Error('a call was answered like another question');
			return { kind: 'result', result: this.#toResult(owner, answer) };
		} finally {
			for (const { forget } of offers) forget();
		}
	}

	/** Nobody to ask, or nobody left to answer, has given it up. */
	async yield(session: SessionKey): Promise<boolean> {
		const did = await this.#askWhether(session, YIELD_MS, (id, from) => ({
			type: 'yield',
			id,
			from,
			session,
		}));
		return did ?? true;
	}

	async hint(session: SessionKey, hint: JsonObject): Promise<boolean> {
		const ask = (id: string, from: string): Question => ({ type: 'hint', id, from, session, hint });
		return (await this.#askWhether(session, HINT_MS, ask)) ?? false;
	}

	async ask(asked: Asked, question: JsonObject, timeoutMs: number): Promise<JsonObject | null> {
		const { address } = this.#options;
		const lease = 'lease' in asked ? asked.lease : null;
		const owner = 'process' in asked ? asked.process : await this.#holderOf(asked.lease);
		if (owner === null || owner === address) return null;
		const deadline = this.#deadline(timeoutMs);
		const message: Question = { type: 'ask', id: this.#newId(), from: address, timeoutMs, question };
		try {
			const answer = await this.#ask({ lease, owner }, message, deadline.signal);
			if (answer?.type === 'error') throw fromWireError(answer.error);
			return answer?.type === 'told' ? answer.answer : null;
		} finally {
			deadline.end();
		}
	}

	onAnswer(answer: Exclude<Answer, null>): void {
		this.#pending.get(answer.id)?.answer(answer);
	}

	onProgress({ id, progress }: MessageOf<'progress'>): void {
		this.#pending.get(id)?.progress?.(present(progress));
	}

	close(): void {
		for (const pending of [...this.#pending.values()]) pending.answer(null);
	}

	/** null: nobody, or this process itself, whose own lease is not for itself to call. */
	async #holderOf(lease: string): Promise<string | null> {
		const { mailbox, keys, clock, time, address } = this.#options;
		const now = time === 'server' ? '' : clock.now();
		const key = keys.lease(lease);
		const owner = text(await mailbox.commands.run(scripts.holderOf, [key], [now]));
		return owner === '' || owner === address ? null : owner;
	}

	/** null: nobody owns the session (any more). */
	async #askWhether(
		session: SessionKey,
		waitMs: number,
		question: (id: string, from: string) => Question,
	): Promise<boolean | null> {
		const { address } = this.#options;
		const lease = sessionLeaseName(session);
		const owner = await this.#holderOf(lease);
		if (owner === null) return null;
		const deadline = this.#deadline(waitMs);
		try {
			const answer = await this.#ask({ lease, owner }, question(this.#newId(), address), deadline.signal);
			return answer?.type === 'did' ? answer.did : null;
		} finally {
			deadline.end();
		}
	}

	#newId(): string {
		this.#ids += 1;
		return `${this.#idPrefix}-${String(this.#ids)}`;
	}

	#deadline(ms: number): { signal: AbortSignal; end(): void } {
		const late = new AbortController();
		const end = this.#options.clock.after(ms, () => {
			late.abort(new ChannelError('timeout', 'The process that holds the session did not answer in time'));
		});
		return { signal: late.signal, end };
	}

	/** null: the owner was lost before it answered. */
	async #ask(
		{ lease, owner, lookAfterMs }: { lease: string | null; owner: string; lookAfterMs?: number },
		message: Question,
		signal: AbortSignal,
		progress?: Pending['progress'],
	): Promise<Answer> {
		const { mailbox } = this.#options;
		const { id } = message;
		signal.throwIfAborted();
		const posted = mailbox.post(owner, message, signal);
		const { promise, resolve, reject } = Promise.withResolvers<Answer>();
		promise.catch(() => undefined);
		this.#pending.set(id, { answer: resolve, ...(progress === undefined ? {} : { progress }) });
		// The question leaves here: what watches over its answer is made while it travels.
		await Promise.resolve();
		const onAbort = (): void => {
			mailbox.postIfPossible(owner, { type: 'cancel', id });
			reject(signal.reason as Error);
		};
		if (signal.aborted) onAbort();
		else signal.addEventListener('abort', onAbort, { once: true });
		const endWatch =
			lease === null
				? undefined
				: this.#watch(lease, owner, lookAfterMs ?? WATCH_MS, () => {
						resolve(null);
					});
		try {
			await posted;
			return await promise;
		} finally {
			endWatch?.();
			signal.removeEventListener('abort', onAbort);
			this.#pending.delete(id);
		}
	}

	/**
	 * Looks again and again whether the owner still has the lease. While Redis is away nobody can know.
	 * @returns ends it
	 */
	#watch(lease: string, owner: string, firstMs: number, lost: () => void): () => void {
		const { clock } = this.#options;
		let ended = false;
		let cancel = (): void => undefined;
		const lookAfter = (ms: number): void => {
			cancel = clock.after(ms, () => void look());
		};
		const look = async (): Promise<void> => {
			const now = await this.#holderOf(lease).catch(() => owner);
			if (ended) return;
			if (now === owner) lookAfter(WATCH_MS);
			else lost();
		};
		lookAfter(firstMs);
		return () => {
			ended = true;
			cancel();
		};
	}

	#toResult(owner: string, answer: MessageOf<'result'>): CallResult {
		const { items, media, nextPage, hints } = answer;
		return {
			items,
			...present({
				nextPage,
				hints,
				media: media?.map((wire) => this.#options.pipes.outputFrom(owner, wire)),
			}),
		};
	}
}
