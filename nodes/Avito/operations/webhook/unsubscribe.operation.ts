import type { Operation } from '../../../../src/n8n';
import { url } from './url';

export const unsubscribe: Operation = {
	value: 'unsubscribe',
	name: 'Unsubscribe',
	action: 'Unsubscribe webhook',
	description: 'Stop sending new messages to an address',
	effect: 'change',
	properties: [url],
	toCommand: (parameters) => ({ name: 'webhook.unsubscribe', input: { url: parameters.id('url') } }),
};
