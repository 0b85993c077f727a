import type { INodeProperties } from 'n8n-workflow';

/** How a trigger hands on, catches up and counts as done: the same in every messenger. */
export const optionFields: readonly INodeProperties[] = [
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
		displayName: 'Catch Up at Most (Messages)',
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
		displayName: 'Keep Chat Order (Seconds)',
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
		displayName: 'Silent After Answer (Minutes)',
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
