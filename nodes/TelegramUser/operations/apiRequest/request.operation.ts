import type { Operation } from '../../../../src/n8n';

export const request: Operation = {
	value: 'request',
	name: 'Request',
	action: 'Make API request',
	description: 'Call any method of the Telegram API with JSON parameters over the open connection',
	effect: 'send',
	properties: [
		{
			displayName: 'Method',
			name: 'method',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. messages.getHistory',
			description: 'Name of the method as in the schema of Telegram',
		},
		{
			displayName: 'Parameters',
			name: 'parameters',
			type: 'json',
			default: '{}',
			hint: 'A chat can be given as {"_": "chat", "id": "@name"}',
			description:
				'JSON object of the method, with the names of the schema. Objects carry their constructor as "_"; 64-bit numbers are texts of digits.',
		},
	],
	toCommand: (values) => {
		const parameters = values.json('parameters');
		return {
			name: 'raw.request',
			input: { method: values.id('method'), ...(parameters === undefined ? {} : { parameters }) },
		};
	},
};
