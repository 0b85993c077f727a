import type {
	INodeProperties,
	INodeType,
	INodeTypeDescription,
	ITriggerFunctions,
	ITriggerResponse,
} from 'n8n-workflow';
import {
	accountsTriggerFields,
	accountsTriggerOutputs,
	describeTrigger,
	getAccounts,
	runAccountsTrigger,
	testAccounts,
	type TriggerWords,
} from '../../src/n8n';

const words: TriggerWords = {
	// What at least one messenger tells; docs/accounts.md says which.
	events: [
		{
			name: 'Account State',
			value: 'account_state',
			description: 'An account was lost, came back, is limited, or needs a new login',
		},
		{ name: 'Call', value: 'call', description: 'A call in a chat' },
		{
			name: 'Chat Changed',
			value: 'chat_changed',
			description: 'A chat was created, renamed, pinned or got a picture',
		},
		{ name: 'Contact Changed', value: 'contact_changed', description: 'A contact changed' },
		{ name: 'File Ready', value: 'file_ready', description: 'An uploaded file has been processed (MAX)' },
		{ name: 'Gap', value: 'gap', description: 'Messages were missed and will not be handed on' },
		{ name: 'Member Changed', value: 'member_changed', description: 'Somebody joined, left or was removed' },
		{ name: 'Message', value: 'message', description: 'A new message' },
		{ name: 'Message Deleted', value: 'message_deleted', description: 'A message was deleted' },
		{ name: 'Message Edited', value: 'message_edited', description: 'A message was changed' },
		{ name: 'Presence', value: 'presence', description: 'A person came online or left; live only' },
		{
			name: 'Profile Changed',
			value: 'profile_changed',
			description: 'The own profile changed (MAX, Telegram)',
		},
		{ name: 'Reaction', value: 'reaction', description: 'A message got or lost a reaction; live only' },
		{ name: 'Read', value: 'read', description: 'Somebody read a chat up to a message; live only' },
		{
			name: 'Scheduled',
			value: 'scheduled',
			description: 'A scheduled message changed or was sent (MAX, Telegram)',
		},
		{
			name: 'Typing',
			value: 'typing',
			description: 'Somebody is typing; live only (Telegram; MAX in chats named under Only Chats)',
		},
		{ name: 'Unknown', value: 'unknown', description: 'Something this package does not know yet' },
	],
	chatTypes: {
		options: [
			{ name: 'About a Listing (Avito)', value: 'u2i' },
			{ name: 'Between Users (Avito)', value: 'u2u' },
			{ name: 'Bot (Telegram)', value: 'bot' },
			{ name: 'Channel', value: 'channel' },
			{ name: 'Group', value: 'group' },
			{ name: 'Private', value: 'private' },
			{ name: 'Saved Messages', value: 'saved' },
			{ name: 'Supergroup (Telegram)', value: 'supergroup' },
			{ name: 'With Avito', value: 'a2u' },
		],
		// Groups and channels of a personal account would drown an instance.
		default: ['private', 'u2i', 'u2u'],
	},
	optionalFilters: [
		'ignoreBots',
		'includeArchived',
		'includeMuted',
		'includeService',
		'onlyMentionsOrReplies',
	],
};

const pollSeconds: INodeProperties = {
	displayName: 'Avito: Polling Interval (Seconds)',
	name: 'pollSeconds',
	type: 'number',
	typeOptions: { minValue: 5 },
	default: 30,
	description: 'How often to look for new messages of each Avito account',
};

const properties = [...accountsTriggerFields, ...describeTrigger(words, [pollSeconds])];

export class MessengerTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Messenger Trigger',
		name: 'messengerTrigger',
		icon: { light: 'file:messenger.svg', dark: 'file:messenger.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when something happens in any of many MAX, Telegram and Avito accounts',
		eventTriggerDescription: 'Waiting for a message in any messenger',
		activationMessage: 'Every new message of these accounts now starts this workflow.',
		defaults: { name: 'Messenger Trigger' },
		inputs: [],
		outputs: accountsTriggerOutputs,
		credentials: [{ name: 'messengerAccountsApi', required: true, testedBy: 'messengerAccountsApiTest' }],
		triggerPanel: {
			header: 'Pull in events from all messengers',
			executionsHelp: {
				inactive:
					'<b>While building your workflow</b>, click "Execute step" and write to one of the accounts. This triggers an execution with that message.<br /><br /><b>Once you are happy with it</b>, publish the workflow. Then every message that passes the filters starts it; the executions are in the executions list.',
				active:
					'<b>While building your workflow</b>, click "Execute step" and write to one of the accounts. The published workflow gets the message as well.',
			},
			activationHint:
				'Once the workflow is published, new messages start it, also those that came while n8n was off. Without filters: what others write in private chats.',
		},
		properties,
	};

	methods = {
		loadOptions: { getAccounts },
		credentialTest: { messengerAccountsApiTest: testAccounts() },
	};

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return runAccountsTrigger(this, words, properties);
	}
}
