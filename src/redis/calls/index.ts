import {
	assertNever,
	type Clock,
	type Logger,
	type Random,
	type RemoteCalls,
	type RemoteServer,
} from '../../contract';
import { continuingTrace, correlated } from '../../runtime';
import { Keys } from '../keys';
import type { RedisSettings } from '../settings';
import { CallClient } from './client';
import { Mailbox } from './mailbox';
import { Pipes } from './pipes';
import { CallServer } from './server';
import type { Envelope, Message } from './wire';

export interface RedisCallsOptions {
	settings: RedisSettings;
	clock: Clock;
	random: Random;
	logger: Logger;
	/** as of the store, see `RedisStoreOptions` */
	leaseTime?: 'server' | 'clock';
}

/**
 * Calls between processes over Redis streams: one inbox per process for questions, answers and pieces of files. Streams
 * of our own rather than a queue library: a call is answered to one asker at once, is worth nothing after its time, and
 * must not be retried by anybody but the caller, who alone knows whether that is safe.
 */
export async function openRedisCalls(
	options: RedisCallsOptions,
	address: string,
	server: RemoteServer,
): Promise<RemoteCalls> {
	const { settings, clock, random, logger } = options;
	const keys = new Keys(settings.prefix);
	const mailbox = await Mailbox.open({
		settings,
		keys,
		clock,
		logger,
		address,
		receive: (messages) => receive(messages),
	});
	const pipes = new Pipes({ mailbox, clock, random, address });
	const time = options.leaseTime ?? 'server';
	const calls = new CallClient({ mailbox, pipes, keys, clock, random, address, time });
	const answers = new CallServer({ mailbox, pipes, clock, logger, server });
	await mailbox.begin();

	function receive(envelopes: readonly Envelope[]): void {
		const cancelled = new Set(
			envelopes.filter(({ message }) => message.type === 'cancel').map(({ message }) => idOf(message)),
		);
		for (const { message, correlation, traceparent } of envelopes) {
			if (message.type === 'call' && cancelled.has(message.id)) continue;
			correlated(correlation, () => {
				continuingTrace(traceparent, () => {
					dispatch(message);
				});
			});
		}
	}

	function dispatch(message: Message): void {
		switch (message.type) {
			case 'call':
				return void answers.onCall(message);
			case 'cancel':
				return answers.onCancel(message);
			case 'yield':
				return void answers.onYield(message);
			case 'hint':
				return void answers.onHint(message);
			case 'ask':
				return void answers.onAsk(message);
			case 'news':
				return answers.onNews(message);
			case 'result':
			case 'error':
			case 'notOwner':
			case 'did':
			case 'told':
				return calls.onAnswer(message);
			case 'progress':
				return calls.onProgress(message);
			case 'pull':
				return pipes.onPull(message);
			case 'drop':
				return pipes.onDrop(message);
			case 'piece':
				return pipes.onPiece(message);
			case 'end':
				return pipes.onEnd(message);
			default:
				return assertNever(message);
		}
	}

	return {
		call: (session, call) => calls.call(session, call),
		yield: (session) => calls.yield(session),
		hint: (session, hint) => calls.hint(session, hint),
		ask: (asked, question, timeoutMs) => calls.ask(asked, question, timeoutMs),
		tell: (process, news) => {
			mailbox.postIfPossible(process, { type: 'news', from: address, news });
		},
		processes: () => mailbox.others(),
		close: async () => {
			answers.close();
			calls.close();
			pipes.close();
			await mailbox.close();
		},
	};
}

function idOf(message: Message): string {
	return 'id' in message ? message.id : '';
}
