import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { host } from '../host';
import { receiveAnswer } from './webhook';

/** What `webhook()` of every action node with *Send and Wait for Response* does. */
export async function answerWaiting(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const { clock } = await host(context.logger);
	return receiveAnswer(context, () => clock.now());
}
