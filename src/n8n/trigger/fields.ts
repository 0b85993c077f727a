import type { INodeProperties } from 'n8n-workflow';
import { filterFields } from './filter-fields';
import { optionFields } from './option-fields';
import type { TriggerWords } from './spec';

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
