import { z } from '#lib/zod';
import { asJson } from '../account';
import { listSubscriptions, subscribe, unsubscribe } from '../api/webhooks';
import { command, nothing, requestContext } from './shared';

/** http is taken for a sandbox or a gateway of one's own; one client reports that Avito itself wants https. */
const address = z.strictObject({ url: z.url({ protocol: /^https?$/ }) });

/** Addresses Avito sends this account's events to, those of other systems among them. */
export const webhookList = command({
	permission: 'read',
	effect: 'read',
	input: nothing,
	async run(account, _input, context) {
		return { items: (await listSubscriptions(account, requestContext(context))).map(asJson) };
	},
});

/** Avito counts webhooks among reading (scope messenger:read), and a trigger that may only read needs its own. */
export const webhookSubscribe = command({
	permission: 'read',
	effect: 'change',
	input: address,
	async run(account, { url }, context) {
		await subscribe(account, url, requestContext(context));
		return { items: [{ subscribed: true, url }] };
	},
});

export const webhookUnsubscribe = command({
	permission: 'read',
	effect: 'change',
	input: address,
	async run(account, { url }, context) {
		await unsubscribe(account, url, requestContext(context));
		return { items: [{ unsubscribed: true, url }] };
	},
});
