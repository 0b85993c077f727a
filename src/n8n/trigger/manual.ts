import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import type { ChannelError, ChannelEvent, Clock, ErrorCode } from '../../contract';
import type { CredentialSource, Pool, Subscription } from '../../pool';
import { toNodeError } from '../errors';
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
	credential: CredentialSource,
	settings: TriggerSettings,
	clock: Clock,
): ITriggerResponse {
	let subscription: Subscription | undefined;
	let over = false;
	const shape = { batched: settings.consumer.batch !== null, itemShape: settings.itemShape };

	const finish = (): boolean => {
		if (over) return false;
		over = true;
		subscription?.end();
		return true;
	};
	const deliver = (event: ChannelEvent): void => {
		if (finish()) context.emit([toItems([event], shape)]);
	};
	const failed = (error: ChannelError): void => {
		context.logger.warn(`${context.getNode().name}: ${error.message}`, { code: error.code });
		if (HOPELESS.has(error.code) && finish()) context.emitError(toNodeError(context.getNode(), error));
	};

	return {
		manualTriggerFunction: () => {
			const kept = keptEvents.take(nodeKey(context), clock.monotonic());
			if (kept !== undefined) {
				deliver(kept);
				return Promise.resolve();
			}
			if (over) return Promise.resolve();
			const { filter } = settings.consumer;
			const listening = pool.listen({ credential, filter, useLatest: settings.useLatest, deliver, failed });
			subscription = listening;
			// The latest message may have been delivered before `listen` returned.
			if (isOver()) listening.end();
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
