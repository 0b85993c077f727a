import type { IHookFunctions } from 'n8n-workflow';
import type { Clock } from '../../contract';
import type { CredentialSource, Pool } from '../../pool';
import { keptEvents, nodeKey } from '../trigger/kept-events';
import type { TriggerSettings } from '../trigger/settings';
import { postToOwnServer } from '../own-server';

/** The editor must have learned that it is listening before the test webhook is called. */
const KNOCK_AFTER_MS = 700;

export interface TestListenerOptions {
	/** the test webhook's own address, secret included */
	url: string;
	credential: CredentialSource;
	settings: TriggerSettings;
	services: { pool: Pool; clock: Clock };
}

/**
 * *Listen for test event* of a trigger with a webhook. n8n starts the execution only when its test webhook is called –
 * which the provider cannot do without a public address. So the pool listens too, the event is kept for `trigger()`,
 * and if no call of the provider has fetched it by then we knock on the test webhook ourselves.
 */
export function listenForTest(
	context: IHookFunctions,
	{ url, credential, settings, services: { pool, clock } }: TestListenerOptions,
): { remove(): void } {
	const key = nodeKey(context);
	const { logger } = context;
	let cancelKnock: (() => void) | undefined;
	const subscription = pool.listen({
		credential,
		filter: settings.consumer.filter,
		useLatest: settings.useLatest,
		deliver: (event) => {
			keptEvents.keep(key, event, clock.monotonic());
			cancelKnock = clock.after(KNOCK_AFTER_MS, () => {
				if (!keptEvents.has(key)) return;
				postToOwnServer(url, {}).catch((error: unknown) => {
					logger.warn('the test webhook could not be called', { error: String(error) });
				});
			});
		},
		failed: (error) => {
			logger.warn(`${context.getNode().name}: ${error.message}`, { code: error.code });
		},
	});
	return {
		remove: () => {
			subscription.end();
			cancelKnock?.();
		},
	};
}
