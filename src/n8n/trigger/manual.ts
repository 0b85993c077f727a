import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import type { Channel, ChannelError, ChannelEvent, Clock, ErrorCode } from '../../contract';
import type { CredentialSource, Pool, Subscription } from '../../pool';
import { toNodeError } from '../errors';
import { onOutput } from './emitter';
import { toItems } from './items';
import type { TriggerSettings } from './settings';
import { keptEvents, nodeKey } from './kept-events';

/** What no waiting mends: the listener should see it instead of listening for ever. */
const HOPELESS: ReadonlySet<ErrorCode> = new Set([
	'2fa_required',
	'account_banned',
	'account_in_use',
	'account_paused',
	'credential_invalid',
	'password_invalid',
	'permission_denied',
	'session_ended',
	'subscription_missing',
]);

/**
 * *Listen for test event*: an anonymous listener that emits once and goes home. n8n replaces `emit` only after
 * `trigger()` has returned, so everything happens in `manualTriggerFunction` or later, through the property of that
 * moment. Trouble on the line is only logged: a saved failure would end the listening.
 */
export function startManual(
	context: ITriggerFunctions,
	pool: Pool,
	credentials: readonly CredentialSource[],
	settings: TriggerSettings,
	clock: Clock,
	outputOf: (channel: Channel) => number = () => 0,
): ITriggerResponse {
	const subscriptions: Subscription[] = [];
	const hopeless = new Set<CredentialSource>();
	let over = false;
	const shape = { batched: settings.consumer.batch !== null, itemShape: settings.itemShape };

	const finish = (): boolean => {
		if (over) return false;
		over = true;
		for (const subscription of subscriptions) subscription.end();
		return true;
	};
	const deliver = (event: ChannelEvent): void => {
		if (finish()) context.emit(onOutput(toItems([event], shape), outputOf(event.channel)));
	};
	/** The listening ends when there is no account left that could hear anything. */
	const failed = (credential: CredentialSource, error: ChannelError): void => {
		context.logger.warn(`${context.getNode().name}: ${error.message}`, { code: error.code });
		if (!HOPELESS.has(error.code)) return;
		hopeless.add(credential);
		if (hopeless.size === credentials.length && finish())
			context.emitError(toNodeError(context.getNode(), error));
	};

	return {
		manualTriggerFunction: () => {
			const kept = keptEvents.take(nodeKey(context), clock.monotonic());
			if (kept !== undefined) {
				deliver(kept);
				return Promise.resolve();
			}
			const { filter } = settings.consumer;
			for (const credential of credentials) {
				if (isOver()) break;
				const listening = pool.listen({
					credential,
					filter,
					useLatest: settings.useLatest,
					deliver,
					failed: (error) => {
						failed(credential, error);
					},
				});
				subscriptions.push(listening);
				// The latest message may have been delivered before `listen` returned.
				if (isOver()) listening.end();
			}
			return Promise.resolve();
		},
		closeFunction: () => {
			finish();
			return Promise.resolve();
		},
	};

	function isOver(): boolean {
		return over;
	}
}
