import type { INodeProperties } from 'n8n-workflow';
import type { OptionalFilter, TriggerWords } from './spec';

/** Properties of a trigger node: the same words in every messenger, filters it does not have left out. */
export function describeTrigger(
	spec: TriggerWords,
	moreOptions: readonly INodeProperties[] = [],
): INodeProperties[] {
	return [
		{
			displayName: 'Trigger On',
			name: 'events',
			type: 'multiOptions',
			required: true,
			options: [...spec.events],
			default: ['message'],
			description: 'Which events start the workflow',
		},
		...batchFields,
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add filter',
			default: {},
			description: 'An event that is filtered out costs nothing; an execution does',
			options: sorted(filterFields(spec)),
		},
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: sorted([...optionFields, ...moreOptions]),
		},
	];
}

function sorted(fields: readonly INodeProperties[]): INodeProperties[] {
	return [...fields].sort((a, b) => a.displayName.localeCompare(b.displayName, 'en'));
}

/** One execution for all a person writes in a row: an agent then answers once. */
const batchFields: readonly INodeProperties[] = [
	{
		displayName: 'Batch Messages',
		name: 'batch',
		type: 'boolean',
		default: false,
		description: 'Whether to wait until a chat is silent and start one execution for all its new messages',
	},
	{
		displayName: 'Silence (Seconds)',
		name: 'silenceSeconds',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 10,
		displayOptions: { show: { batch: [true] } },
		description: 'How long a chat has to be silent before its messages are handed on',
	},
	{
		displayName: 'Output',
		name: 'itemShape',
		type: 'options',
		options: [
			{
				name: 'One Item per Chat',
				value: 'chat',
				description: 'Texts joined into one, with the single messages in the field messages',
			},
			{ name: 'One Item per Message', value: 'message', description: 'Every message as an item of its own' },
		],
		default: 'chat',
		displayOptions: { show: { batch: [true] } },
		description: 'What the execution gets; an AI agent runs once per item',
	},
];

function filterFields(spec: TriggerWords): INodeProperties[] {
	return [
		{
			displayName: 'Chat Types',
			name: 'chatTypes',
			type: 'multiOptions',
			options: [...spec.chatTypes.options],
			default: [...spec.chatTypes.default],
			description: 'Kinds of chats that start the workflow',
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
			description: 'Messages of others, own messages (from the phone or the official app), or both',
		},
		{
			displayName: 'Exclude Chats',
			name: 'excludeChats',
			type: 'string',
			default: '',
			description: 'Comma-separated list of chat IDs that never start the workflow',
		},
		{
			displayName: 'Exclude Senders',
			name: 'excludeSenders',
			type: 'string',
			default: '',
			description: 'Comma-separated list of user IDs that never start the workflow',
		},
		{
			displayName: 'Include Own Sends of This Package',
			name: 'includeNodeSends',
			type: 'boolean',
			default: false,
			description:
				'Whether outgoing messages that a workflow sent count too; easily becomes an endless loop. Needs the direction Outgoing or Both.',
		},
		{
			displayName: 'Kind of Message',
			name: 'messageKinds',
			type: 'multiOptions',
			options: [
				{ name: 'Document', value: 'document' },
				{ name: 'Image', value: 'image' },
				{ name: 'Other', value: 'other' },
				{ name: 'Text', value: 'text' },
				{ name: 'Video', value: 'video' },
				{ name: 'Voice', value: 'voice' },
			],
			default: [],
			description: 'Only messages of these kinds; none chosen means all',
		},
		{
			displayName: 'Only Chats',
			name: 'includeChats',
			type: 'string',
			default: '',
			description: 'Comma-separated list of chat IDs; only these start the workflow',
		},
		{
			displayName: 'Only Senders',
			name: 'includeSenders',
			type: 'string',
			default: '',
			description: 'Comma-separated list of user IDs; only these start the workflow',
		},
		{
			displayName: 'Text Contains',
			name: 'textContains',
			type: 'string',
			default: '',
			description: 'Only messages with this text in them; upper and lower case are the same',
		},
		{
			displayName: 'Text Matches (Regex)',
			name: 'textPattern',
			type: 'string',
			default: '',
			placeholder: 'e.g. ^order\\s+\\d+$',
			description:
				'Only messages whose text matches this regular expression; upper and lower case are the same',
		},
		...spec.optionalFilters.map((name) => optionalFilters[name]),
	];
}

const optionalFilters: Record<OptionalFilter, INodeProperties> = {
	ignoreBots: {
		displayName: 'Ignore Bots',
		name: 'ignoreBots',
		type: 'boolean',
		default: true,
		description: 'Whether messages of bots are left out',
	},
	includeArchived: {
		displayName: 'Include Archived Chats',
		name: 'includeArchived',
		type: 'boolean',
		default: false,
		description: 'Whether chats in the archive count too',
	},
	includeMuted: {
		displayName: 'Include Muted Chats',
		name: 'includeMuted',
		type: 'boolean',
		default: false,
		description: 'Whether chats whose notifications are off count too',
	},
	includeService: {
		displayName: 'Include Service Messages',
		name: 'includeService',
		type: 'boolean',
		default: false,
		description: 'Whether messages of the messenger itself count too; login codes in them stay hidden',
	},
	onlyMentionsOrReplies: {
		displayName: 'Only Mentions and Replies',
		name: 'onlyMentionsOrReplies',
		type: 'boolean',
		default: false,
		description: 'Whether only messages that mention this account or reply to it count',
	},
};

const optionFields: readonly INodeProperties[] = [
	{
		displayName: 'Acknowledge',
		name: 'acknowledge',
		type: 'options',
		options: [
			{
				name: 'Immediately',
				value: 'immediately',
				description: 'A message counts as done once its execution has started, whatever becomes of it',
			},
			{
				name: 'When Execution Finishes',
				value: 'finished',
				description: 'After a crash, what was under way runs again; a failed execution counts as finished',
			},
			{
				name: 'When Execution Succeeds',
				value: 'succeeded',
				description: 'A failed execution is started again, three times at most',
			},
		],
		default: 'immediately',
		description: 'When a message counts as done',
	},
	{
		displayName: 'Batch: Wait at Most (Seconds)',
		name: 'batchMaxWaitSeconds',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 60,
		description: 'Hand a batch on after this time even if the chat is not silent',
	},
	{
		displayName: 'Batch: Messages at Most',
		name: 'batchMaxMessages',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1000 },
		default: 50,
		description: 'Hand a batch on when it has this many messages',
	},
	{
		displayName: 'Catch Up at Most (Hours)',
		name: 'catchUpHours',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 168 },
		default: 24,
		description:
			'How far back messages missed while the workflow or n8n was off are handed on; 0 = not at all',
	},
	{
		displayName: 'Catch Up at Most (Messages per Chat)',
		name: 'catchUpPerChat',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 100000 },
		default: 1000,
		description: 'How many missed messages of one chat are handed on; the rest is told as a gap event',
	},
	{
		displayName: 'Include Raw Data',
		name: 'includeRaw',
		type: 'boolean',
		default: false,
		description: 'Whether to add the object of the messenger as the field raw',
	},
	{
		displayName: 'Keep Order Within a Chat (Seconds)',
		name: 'chatOrderSeconds',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 30,
		description:
			'How long the next message of a chat waits for the execution of the one before; 0 = they run at the same time',
	},
	{
		displayName: 'Maximum Parallel Executions',
		name: 'maxParallel',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1000 },
		default: 5,
		description: 'How many executions of this trigger may be unfinished; further messages wait',
	},
	{
		displayName: 'Report Problems',
		name: 'reportProblems',
		type: 'boolean',
		default: true,
		description:
			'Whether a lost account or a missing subscription shows as a failed execution, seldom repeated',
	},
	{
		displayName: 'Silent After Own Answer (Minutes)',
		name: 'quietMinutes',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description:
			'Stay silent in a chat for this long after a person answered from the phone or the official app',
	},
	{
		displayName: 'Start From',
		name: 'startFrom',
		type: 'dateTime',
		default: '',
		description: 'A new trigger starts with the messages since this time. Empty: it starts now.',
	},
	{
		displayName: 'Test With Latest Message',
		name: 'useLatest',
		type: 'boolean',
		default: false,
		description:
			'Whether listening for a test event takes the latest matching message instead of waiting for a new one',
	},
];
