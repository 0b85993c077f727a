import type { INodeProperties } from 'n8n-workflow';
import { directionField } from '../fields/direction';
import type { OptionalFilter, TriggerWords } from './spec';

/** What a trigger can be told to leave out: every messenger’s filters, then those only some have. */
export function filterFields(spec: TriggerWords): INodeProperties[] {
	return [
		{
			displayName: 'Chat Types',
			name: 'chatTypes',
			type: 'multiOptions',
			options: [...spec.chatTypes.options],
			default: [...spec.chatTypes.default],
			description: 'Kinds of chats that start the workflow; none chosen means all',
		},
		directionField('Messages of others, own messages (from the phone or the official app), or both'),
		{
			displayName: 'Exclude Chats',
			name: 'excludeChats',
			type: 'string',
			default: '',
			description: 'Comma-separated list of chat IDs (external_chat_id) that never start the workflow',
		},
		{
			displayName: 'Exclude Senders',
			name: 'excludeSenders',
			type: 'string',
			default: '',
			description: 'Comma-separated list of user IDs (external_user_id) that never start the workflow',
		},
		{
			displayName: 'Include Sends of Workflows',
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
			description: 'Comma-separated list of chat IDs (external_chat_id); only these start the workflow',
		},
		{
			displayName: 'Only Senders',
			name: 'includeSenders',
			type: 'string',
			default: '',
			description: 'Comma-separated list of user IDs (external_user_id); only these start the workflow',
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
