import { includeRawField, simplifyField, type Operation } from '../../../../src/n8n';
import { detailOf, includeServiceField } from '../../fields';

export const getSince: Operation = {
	value: 'getSince',
	name: 'Get Since',
	action: 'Get messages since a time',
	description:
		'Get what a trigger would have given since a time or a message, oldest first, with the same event_id',
	effect: 'read',
	properties: [
		{
			displayName: 'Since',
			name: 'since',
			type: 'dateTime',
			default: '',
			description: 'Messages from this time on. Needed unless the option After Message ID is used.',
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
			placeholder: 'e.g. 12345',
			description: 'Start after this message instead of at a time; needs exactly one chat ID',
		},
		{
			displayName: 'Chat IDs',
			name: 'chatIds',
			type: 'string',
			default: '',
			placeholder: 'e.g. 87654321, -1001234567890',
			description: 'Comma-separated list of chat IDs; empty means all chats',
		},
		includeRawField,
		includeServiceField,
	],
	toCommand: (parameters) => {
		const { options } = parameters;
		if (!options.has('afterMessageId')) parameters.required('since');
		const chatIds = options.list('chatIds');
		return {
			name: 'message.getSince',
			input: {
				since: options.has('afterMessageId')
					? options.id('afterMessageId').replace(/^\d+$/, '#$&')
					: parameters.time('since'),
				direction: parameters.text('direction'),
				...(chatIds.length === 0 ? {} : { chatIds }),
				includeService: options.boolean('includeService'),
				...detailOf(parameters),
			},
		};
	},
};
