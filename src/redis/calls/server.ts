import { ChannelError, type CallResult, type Clock, type Logger, type RemoteServer } from '../../contract';
import type { Mailbox } from './mailbox';
import type { Pipes } from './pipes';
import { present, toWireError, type Message, type MessageOf } from './wire';

export interface CallServerOptions {
	mailbox: Mailbox;
	pipes: Pipes;
	clock: Clock;
	logger: Logger;
	server: RemoteServer;
}

/** Does for other processes what only the owner of a session can do. */
export class CallServer {
	readonly #options: CallServerOptions;
	readonly #running = new Map<string, AbortController>();

	constructor(options: CallServerOptions) {
		this.#options = options;
	}

	async onCall(call: MessageOf<'call'>): Promise<void> {
		const { mailbox } = this.#options;
		try {
			await mailbox.post(call.from, await this.#answer(call));
		} catch (error) {
			this.#options.logger.warn('an answer to another process was lost', { error: String(error) });
		}
	}

	onCancel({ id }: MessageOf<'cancel'>): void {
		this.#running.get(id)?.abort(new ChannelError('cancelled', 'The caller has given up'));
	}

	async onYield({ id, from, session }: MessageOf<'yield'>): Promise<void> {
		const did = await this.#options.server.yield(session).catch(() => false);
		this.#options.mailbox.postIfPossible(from, { type: 'did', id, did });
	}

	async onHint({ id, from, session, hint }: MessageOf<'hint'>): Promise<void> {
		const did = await this.#options.server.hint(session, hint).catch(() => false);
		this.#options.mailbox.postIfPossible(from, { type: 'did', id, did });
	}

	async onAsk({ id, from, question }: MessageOf<'ask'>): Promise<void> {
		const { mailbox, logger, server } = this.#options;
		try {
			const answer = await server.answer(question, from);
			mailbox.postIfPossible(from, { type: 'told', id, answer });
		} catch (error) {
			if (!ChannelError.is(error)) {
				logger.error('unexpected failure in a question of another process', { from, error: String(error) });
			}
			mailbox.postIfPossible(from, { type: 'error', id, error: toWireError(error) });
		}
	}

	onNews({ news, from }: MessageOf<'news'>): void {
		this.#options.server.told(news, from);
	}

	close(): void {
		for (const running of this.#running.values()) {
			running.abort(new ChannelError('cancelled', 'The process that holds the session is ending'));
		}
	}

	async #answer(call: MessageOf<'call'>): Promise<Message> {
		const { id, from } = call;
		const controller = new AbortController();
		this.#running.set(id, controller);
		const cancel = this.#options.clock.after(call.timeoutMs, () => {
			controller.abort(new ChannelError('timeout', `${call.name} took too long`, { retry: 'now' }));
		});
		try {
			const running = this.#begin(call, controller.signal);
			return running === null ? { type: 'notOwner', id } : this.#toMessage(id, await running);
		} catch (error) {
			if (!ChannelError.is(error)) {
				this.#options.logger.error('unexpected failure in a call of another process', {
					from,
					error: String(error),
				});
			}
			return { type: 'error', id, error: toWireError(error) };
		} finally {
			cancel();
			this.#running.delete(id);
		}
	}

	#begin(call: MessageOf<'call'>, signal: AbortSignal): Promise<CallResult> | null {
		const { mailbox, pipes, server } = this.#options;
		const { id, from, name, input, media, policy, timeoutMs } = call;
		const { idempotency, budgetWaitMs, causedBy, correlationId } = call;
		const command = {
			name,
			input,
			...(media.length === 0 ? {} : { media: media.map((wire) => pipes.sourceFrom(from, wire)) }),
		};
		const onProgress = (progress: { done: number; total?: number; what: string }): void => {
			mailbox.postIfPossible(from, { type: 'progress', id, progress });
		};
		const options = {
			signal,
			timeoutMs,
			...present({ idempotency, budgetWaitMs, causedBy, correlationId }),
			...(call.wantsProgress ? { onProgress } : {}),
		};
		return server.call(call.session, { command, options, policy });
	}

	#toMessage(id: string, result: CallResult): Message {
		const { items, nextPage, hints } = result;
		const media = result.media?.map((output) => this.#options.pipes.offerOutput(output));
		return { type: 'result', id, items, ...present({ media, nextPage, hints }) };
	}
}
