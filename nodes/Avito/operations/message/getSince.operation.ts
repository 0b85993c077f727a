import { includeRawField, type Operation } from '../../../../src/n8n';

export const getSince: Operation = {
	value: 'getSince',
	name: 'Get Since',
	action: 'Get messages since a time',
	description: 'Return what the trigger would have given since a point in time, with the same event_id',
	effect: 'read',
	properties: [
		{
			displayName: 'Since',
			name: 'since',
			type: 'dateTime',
			required: true,
			default: '',
			description: 'Messages from this time on',
		},
		{
			displayName: 'Direction',
			name: 'direction',
			type: 'options',
			options: [
				{ name: 'Both', value: 'both' },
				{ name: 'Incoming', value: 'in' },
				{ name: 'Outgoing', value: 'out' },
			],
			default: 'in',
			description: 'Whose messages to return',
		},
	],
	options: [
		{
			displayName: 'Chat IDs',
			name: 'chatIds',
			type: 'string',
			default: '',
			placeholder: 'e.g. u2i-AbC~dEf_GhIjKlMnOpQrSt',
			description: 'Comma-separated list of chat IDs; empty means all chats',
		},
		includeRawField,
	],
	toCommand: (parameters) => {
		parameters.required('since');
		const chatIds = parameters.options.list('chatIds');
		return {
			name: 'message.getSince',
			input: {
				since: parameters.time('since'),
				direction: parameters.text('direction'),
				...(chatIds.length === 0 ? {} : { chatIds }),
				includeRaw: parameters.options.boolean('includeRaw'),
			},
		};
	},
};
