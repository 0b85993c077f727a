import type { Operation } from '../../../../src/n8n';

export const request: Operation = {
	value: 'request',
	name: 'Request',
	action: 'Make API request',
	description: 'Call any method of the Avito API with the token, budget and retries of this account',
	effect: 'send',
	properties: [
		{
			displayName: 'Method',
			name: 'method',
			type: 'options',
			options: [
				{ name: 'DELETE', value: 'DELETE' },
				{ name: 'GET', value: 'GET' },
				{ name: 'PATCH', value: 'PATCH' },
				{ name: 'POST', value: 'POST' },
				{ name: 'PUT', value: 'PUT' },
			],
			default: 'GET',
			description: 'HTTP method; only GET is repeated after a failure, anything else is sent at most once',
		},
		{
			displayName: 'Path',
			name: 'path',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. /core/v1/items',
			description:
				'Path on api.avito.ru, starting with a slash. {user_id} stands for the own account number.',
		},
		{
			displayName: 'Query Parameters',
			name: 'query',
			type: 'json',
			default: '{}',
			description: 'JSON object of query parameters',
		},
		{
			displayName: 'Body',
			name: 'body',
			type: 'json',
			displayOptions: { hide: { method: ['GET'] } },
			default: '{}',
			description: 'JSON body of the request',
		},
	],
	toCommand: (parameters) => {
		const query = parameters.json('query');
		const method = parameters.text('method');
		const body = method === 'GET' ? undefined : parameters.json('body');
		return {
			name: 'raw.request',
			input: {
				method,
				path: parameters.id('path'),
				...(query === undefined ? {} : { query }),
				...(body === undefined ? {} : { body }),
			},
		};
	},
};
