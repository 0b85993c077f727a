import type { INodeProperties } from 'n8n-workflow';

export const url: INodeProperties = {
	displayName: 'URL',
	name: 'url',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. https://example.com/avito',
	description: 'Address that receives the messages; Avito wants HTTPS and an answer within two seconds',
};
