import { createPool, type OwnPoolOptions } from './app';
import type { CallOptions, CallResult, Channel, ChannelEvent, Command } from './contract';
import { eventFilterSchema } from './contract/schemas';
import type { ConsumerOptions, Delivery, Settlement } from './pool';
import type { z } from '#lib/zod';

/**
 * The engine without n8n: open an account, call it, listen to its journal.
 *
 * ```js
 * const { openAccount } = require('n8n-nodes-messenger-accounts');
 * const account = openAccount({ channel: 'avito', credential: { clientId, clientSecret }, name: 'shop' });
 * await account.call({ name: 'message.send', input: { chatId, text: 'Hello' } });
 * const stop = account.listen({ name: 'my-bot' }, async (events) => console.log(events[0].text));
 * await account.close();
 * ```
 */
export * from './contract';
export * from './contract/schemas';
export { createPool } from './app';
export type { Pool } from './pool';

export interface OpenAccountOptions extends OwnPoolOptions {
	channel: Channel;
	/** the credential's fields, as in n8n */
	credential: Record<string, unknown>;
	/** names this account's listeners in the store; keep it the same over restarts */
	name: string;
}

export interface ListenOptions {
	/** identifies the listener: its position in the journal survives restarts under this name */
	name: string;
	/** which events, default: incoming new messages */
	filter?: z.input<typeof eventFilterSchema>;
	/** handlers at work at once, default 5 */
	window?: number;
	/** `finished` (default): an event is done when the handler returned or threw; `succeeded`: repeated up to 3 times */
	acknowledge?: ConsumerOptions['acknowledge'];
	/** ms between looks where nothing pushes (Avito without a webhook); default: the credential's `reconcileSeconds` */
	pollEveryMs?: number;
	/** told when the account goes away, ends or is limited */
	onProblem?: (error: Error) => void;
}

export interface Account {
	/** @throws ChannelError */
	call(command: Command, options?: CallOptions): Promise<CallResult>;
	/** Starts at now the first time, continues from its position afterwards. @returns a function that stops listening */
	listen(options: ListenOptions, handler: (events: ChannelEvent[]) => Promise<void>): () => void;
	status(): Promise<object>;
	close(): Promise<void>;
}

/** Opens nothing by itself: the first call or listener connects. */
export function openAccount(options: OpenAccountOptions): Account {
	const pool = createPool(options);
	const source = {
		channel: options.channel,
		id: options.name,
		data: options.credential,
		read: () => Promise.resolve(options.credential),
	};
	const lease = pool.lease(source);
	return {
		call: (command, callOptions) => lease.call(command, callOptions),
		status: () => lease.status(),
		listen: (listen, handler) => {
			const subscription = pool.subscribe({
				credential: source,
				identity: { instance: 'program', workflow: options.name, node: listen.name },
				options: {
					filter: eventFilterSchema.parse(listen.filter ?? {}),
					wantsRaw: false,
					start: { from: 'now' },
					catchUpMs: 86_400_000,
					catchUpPerChat: 1_000,
					window: listen.window ?? 5,
					chatOrderMs: 30_000,
					acknowledge: listen.acknowledge ?? 'finished',
					batch: null,
					quietAfterDeviceMs: 0,
				},
				pollEveryMs: () => listen.pollEveryMs ?? null,
				deliver: (delivery) => settle(handler, delivery),
				report: ({ error }) => listen.onProblem?.(error),
			});
			return () => {
				subscription.end();
			};
		},
		close: () => pool.shutdown(),
	};
}

async function settle(
	handler: (events: ChannelEvent[]) => Promise<void>,
	delivery: Delivery,
): Promise<Settlement> {
	try {
		await handler(delivery.events);
		return { kind: 'finished', ok: true };
	} catch {
		return { kind: 'finished', ok: false };
	}
}
