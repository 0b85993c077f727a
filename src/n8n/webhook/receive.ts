import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { host } from '../host';
import { keptEvents, nodeKey } from '../trigger/kept-events';
import { readEvent } from './body';
import { factsFor } from './facts';
import type { WebhookTriggerSpec } from './spec';

/** Avito wants its answer within two seconds; half of that is ours, the rest is the network's. */
const ANSWER_WITHIN_MS = 1_000;

const ACCEPTED: IWebhookResponseData = { webhookResponse: { ok: true } };

/**
 * `webhook()` of a trigger: a hint that arrives early, and no more. It checks the secret, hands the body to the account
 * and answers – 200 for everything with the right secret, so that the provider has no reason to repeat or switch off.
 * In production it never starts an execution: that is the trigger side's, where window, order and key are.
 */
export async function receiveWebhook(
	context: IWebhookFunctions,
	spec: WebhookTriggerSpec,
): Promise<IWebhookResponseData> {
	const { clock } = await host(context.logger);
	const patience = new AbortController();
	const timeUp = clock.sleep(ANSWER_WITHIN_MS, patience.signal).catch(() => undefined);
	try {
		const outcome = await Promise.race([accept(context, spec), timeUp]);
		if (outcome === 'forbidden') return refuse(context);
		// Only the manual run of the editor takes its event from here; it waits for it as long as the answer may.
		if (context.getMode() === 'manual' && (await keptEvents.arrives(nodeKey(context), timeUp)))
			return { ...ACCEPTED, workflowData: [[{ json: {} }]] };
		return ACCEPTED;
	} finally {
		patience.abort();
	}
}

async function accept(
	context: IWebhookFunctions,
	spec: WebhookTriggerSpec,
): Promise<'forbidden' | 'accepted'> {
	try {
		const { pool, clock } = await host(context.logger);
		const query = context.getQueryData() as Record<string, unknown>;
		const facts = await factsFor(context, spec, query['key'], clock.monotonic());
		if (facts === null) return 'forbidden';
		const event = await readEvent(context, spec.eventField);
		if (event === null) return 'accepted';
		// False in a process without this account (a webhook process of queue mode): reconciliation finds the message.
		await pool.handOver(facts.credential, event);
	} catch (error) {
		context.logger.warn('a webhook could not be handed over; reconciliation will find its message', {
			error: error instanceof Error ? error.message : String(error),
		});
	}
	return 'accepted';
}

function refuse(context: IWebhookFunctions): IWebhookResponseData {
	// n8n's type is Express's, whose declarations are not among what a node package gets.
	const response: unknown = context.getResponseObject();
	(response as { status(code: number): { end(): void } }).status(403).end();
	return { noWebhookResponse: true };
}
