import { includeRawField, simplifyField, type Operation } from '../../../../src/n8n';

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
		simplifyField,
	],
	options: [
		{
			displayName: 'After Message ID',
			name: 'afterMessageId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 0123456789abcdef0123456789abcdef',
			description: 'Start after this message instead of at a time; needs exactly one chat ID',
		},
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
		const { options } = parameters;
		if (!options.has('afterMessageId')) parameters.required('since');
		const chatIds = options.list('chatIds');
		return {
			name: 'message.getSince',
			input: {
				since: options.has('afterMessageId') ? options.id('afterMessageId') : parameters.time('since'),
				direction: parameters.text('direction'),
				...(chatIds.length === 0 ? {} : { chatIds }),
				simplify: parameters.boolean('simplify'),
				includeRaw: options.boolean('includeRaw'),
			},
		};
	},
};
