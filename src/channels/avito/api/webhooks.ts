import { ChannelError } from '../../../contract';
import { subscriptionsSchema } from '../schemas/account';
import { parseAnswer } from '../schemas/parse';
import type { Caller, RequestContext } from './caller';

export interface Subscription {
	url: string;
	/** the payload format it gets; '' when not told */
	version: string;
}

/** getSubscriptions: a POST without a body; GET answers 404. */
export async function listSubscriptions(caller: Caller, context: RequestContext): Promise<Subscription[]> {
	const json = await caller.session.requestJson(
		{ method: 'POST', path: '/messenger/v1/subscriptions', repeatable: true },
		context,
	);
	return parseAnswer(subscriptionsSchema, json, 'subscriptions').subscriptions.flatMap(({ url, version }) =>
		url == null ? [] : [{ url, version: version ?? '' }],
	);
}

/** postWebhookV3. Subscribing twice is not documented; a 409 means that it is there already. */
export async function subscribe(caller: Caller, url: string, context: RequestContext): Promise<void> {
	try {
		await caller.session.request(
			{ method: 'POST', path: '/messenger/v3/webhook', json: { url }, repeatable: true },
			context,
		);
	} catch (error) {
		if (!isStatus(error, 409)) throw error;
	}
}

/** postWebhookUnsubscribe. Ending what is not there is not documented; a 404 means that it is gone already. */
export async function unsubscribe(caller: Caller, url: string, context: RequestContext): Promise<void> {
	try {
		await caller.session.request(
			{ method: 'POST', path: '/messenger/v1/webhook/unsubscribe', json: { url }, repeatable: true },
			context,
		);
	} catch (error) {
		if (!isStatus(error, 404)) throw error;
	}
}

function isStatus(error: unknown, status: number): boolean {
	return ChannelError.is(error) && error.providerCode?.startsWith(String(status)) === true;
}
