import type { INodeProperties } from 'n8n-workflow';

/** *Direction*: incoming messages unless the user chooses otherwise. */
export function directionField(description: string): INodeProperties {
	return {
		displayName: 'Direction',
		name: 'direction',
		type: 'options',
		options: [
			{ name: 'Both', value: 'both' },
			{ name: 'Incoming', value: 'in' },
			{ name: 'Outgoing', value: 'out' },
		],
		default: 'in',
		description,
	};
}
