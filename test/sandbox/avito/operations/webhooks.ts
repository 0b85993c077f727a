import { request } from '#lib/undici';
import { z } from '#lib/zod';
import { ok, refuse, refuseFields, type Answer } from '../answer';
import { jsonBody, type AuthorisedExchange, type Operation } from '../operation';

const urlSchema = z.object({ url: z.url({ protocol: /^https?$/ }) });

/** The self-test the official guide suggests: an almost empty form-encoded body must get 200 in two seconds. */
async function answersProbe(url: string): Promise<boolean> {
	try {
		const { statusCode, body } = await request(url, {
			method: 'POST',
			headers: { 'content-type': 'application/x-www-form-urlencoded' },
			body: '{}',
			signal: AbortSignal.timeout(2000),
		});
		await body.dump();
		return statusCode === 200;
	} catch {
		return false;
	}
}

async function postWebhookV3(exchange: AuthorisedExchange): Promise<Answer> {
	const { url } = jsonBody(exchange, urlSchema);
	const { account, core } = exchange;
	const { settings } = core;
	if (settings.subscribe_requires_https && !url.startsWith('https:')) refuseFields({ url: 'must be https' });
	if (account.webhooks.has(url)) {
		if (settings.subscribe_twice_status === 409) refuse(409, 'webhook is already registered');
		return ok({ ok: true });
	}
	const limit = settings.subscribe_limit ?? Number.POSITIVE_INFINITY;
	if (account.webhooks.size >= limit) refuse(400, 'too many webhooks');
	if (settings.subscribe_probes && !(await answersProbe(url))) refuseFields({ url: 'is not reachable' });
	account.webhooks.add(url);
	return ok({ ok: true });
}

function postWebhookUnsubscribe(exchange: AuthorisedExchange): Answer {
	const { url } = jsonBody(exchange, urlSchema);
	const known = exchange.account.webhooks.delete(url);
	if (!known && exchange.core.settings.unsubscribe_unknown_status === 404) refuse(404);
	return ok({ ok: true });
}

function getSubscriptions({ account }: AuthorisedExchange): Answer {
	return ok({ subscriptions: [...account.webhooks].map((url) => ({ url, version: '3' })) });
}

const shared = { method: 'POST', scope: 'messenger:read', paid: true } as const;

export const webhookOperations: readonly Operation[] = [
	{ ...shared, id: 'postWebhookV3', path: '/messenger/v3/webhook', run: postWebhookV3 },
	{
		...shared,
		id: 'postWebhookUnsubscribe',
		path: '/messenger/v1/webhook/unsubscribe',
		run: postWebhookUnsubscribe,
	},
	{ ...shared, id: 'getSubscriptions', path: '/messenger/v1/subscriptions', run: getSubscriptions },
];
