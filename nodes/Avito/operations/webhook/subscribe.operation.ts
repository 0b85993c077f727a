import type { Operation } from '../../../../src/n8n';
import { url } from './url';

export const subscribe: Operation = {
	value: 'subscribe',
	name: 'Subscribe',
	action: 'Subscribe webhook',
	description: 'Have new messages sent to an address. The Avito Trigger does this for itself.',
	effect: 'change',
	properties: [url],
	toCommand: (parameters) => ({ name: 'webhook.subscribe', input: { url: parameters.id('url') } }),
};
