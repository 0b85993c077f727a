import type { INodeProperties } from 'n8n-workflow';
import { APPROVE_WORDS, DECLINE_WORDS } from './answer';

/**
 * Fields of *Send and Wait for Response*. `message`, `responseType` and `approvalOptions` are names n8n looks for when
 * it makes the human-review tool of this node.
 */
export const waitFields: readonly INodeProperties[] = [
	{
		displayName: 'Message',
		name: 'message',
		type: 'string',
		typeOptions: { rows: 4 },
		required: true,
		default: '',
		description: 'The question to send',
	},
	{
		displayName: 'Response Type',
		name: 'responseType',
		type: 'options',
		options: [
			{ name: 'Approval', value: 'approval', description: 'Yes or no, by a word, a number or a reaction' },
			{ name: 'Free Text', value: 'freeText', description: 'The next message of the chat' },
		],
		default: 'approval',
		description: 'What counts as an answer',
	},
	{
		displayName: 'Approval Options',
		name: 'approvalOptions',
		type: 'fixedCollection',
		placeholder: 'Add option',
		default: {},
		displayOptions: { show: { responseType: ['approval'] } },
		options: [
			{
				displayName: 'Values',
				name: 'values',
				values: [
					{
						displayName: 'Approve Label',
						name: 'approveLabel',
						type: 'string',
						default: 'Approve',
						description: 'What the first choice is called in the message',
					},
					{
						displayName: 'Approve Words',
						name: 'approveWords',
						type: 'string',
						default: APPROVE_WORDS.join(', '),
						description: 'Comma-separated answers that mean yes, beside the label and a thumb up',
					},
					{
						displayName: 'Decline Label',
						name: 'declineLabel',
						type: 'string',
						default: 'Decline',
						displayOptions: { show: { approvalType: ['double'] } },
						description: 'What the second choice is called in the message',
					},
					{
						displayName: 'Decline Words',
						name: 'declineWords',
						type: 'string',
						default: DECLINE_WORDS.join(', '),
						displayOptions: { show: { approvalType: ['double'] } },
						description: 'Comma-separated answers that mean no, beside the label and a thumb down',
					},
					{
						displayName: 'Type of Approval',
						name: 'approvalType',
						type: 'options',
						options: [
							{ name: 'Approve and Decline', value: 'double' },
							{ name: 'Approve Only', value: 'single' },
						],
						default: 'double',
						description: 'Whether a no is an answer too',
					},
				],
			},
		],
	},
];

export const waitOptions: readonly INodeProperties[] = [
	{
		displayName: 'Add Choices to Message',
		name: 'addChoices',
		type: 'boolean',
		default: true,
		description: 'Whether to add the choices with their numbers below the question of an approval',
	},
	{
		displayName: 'Add Link to Answer Page',
		name: 'addLink',
		type: 'boolean',
		default: false,
		description:
			'Whether to add the address of a page of this n8n where the question can be answered too. Whoever has the address can answer.',
	},
	{
		displayName: 'Answer Starts Triggers Too',
		name: 'alsoTrigger',
		type: 'boolean',
		default: false,
		description: 'Whether trigger nodes get the answering message as well',
	},
	{
		displayName: 'Limit Wait Time (Minutes)',
		name: 'limitWaitMinutes',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 1440,
		description: 'Go on without an answer after this time; without this option it waits for ever',
	},
	{
		displayName: 'Only Answers From',
		name: 'responders',
		type: 'string',
		default: '',
		description: 'Comma-separated list of user IDs who may answer. Empty: everybody in the chat.',
	},
];
