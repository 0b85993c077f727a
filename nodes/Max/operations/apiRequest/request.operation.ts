import type { Operation } from '../../../../src/n8n';

export const request: Operation = {
	value: 'request',
	name: 'Request',
	action: 'Make API request',
	description: 'Send any opcode with a JSON payload over the open connection',
	effect: 'send',
	properties: [
		{
			displayName: 'Opcode',
			name: 'opcode',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 65535 },
			required: true,
			default: 48,
			description: 'Number of the request, such as 48 for chats by ID',
		},
		{
			displayName: 'Payload',
			name: 'payload',
			type: 'json',
			default: '{}',
			description: 'JSON object of the request. IDs may be texts of digits.',
		},
	],
	toCommand: (parameters) => {
		const payload = parameters.json('payload');
		return {
			name: 'raw.request',
			input: { opcode: parameters.number('opcode'), ...(payload === undefined ? {} : { payload }) },
		};
	},
};
