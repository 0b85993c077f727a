import type { Operation } from '../../../../src/n8n';

export const getMany: Operation = {
	value: 'getMany',
	name: 'Get Many',
	action: 'Get many webhooks',
	description: 'List the addresses Avito sends new messages to. A single list, without a limit.',
	effect: 'read',
	properties: [],
	toCommand: () => ({ name: 'webhook.list', input: {} }),
};
