import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';
import { describeTrigger, runTrigger, testCredential, type TriggerSpec } from '../../src/n8n';
import { CHAT_TYPES } from './fields';

const telegram: TriggerSpec = {
	channel: 'telegram',
	credentialType: 'telegramUserApi',
	events: [
		{
			name: 'Account State',
			value: 'account_state',
			description:
				'The account was lost, came back, needs a new login, somebody logged in to it, or Telegram says something about it',
		},
		{ name: 'Call', value: 'call', description: 'A call in a chat' },
		{
			name: 'Chat Changed',
			value: 'chat_changed',
			description: 'A chat was created, renamed, pinned in or got a picture',
		},
		{ name: 'Contact Changed', value: 'contact_changed', description: 'A person changed name or number' },
		{ name: 'Gap', value: 'gap', description: 'Messages were missed and will not be handed on' },
		{ name: 'Member Changed', value: 'member_changed', description: 'Somebody joined, left or was removed' },
		{
			name: 'Message',
			value: 'message',
			description: 'A new message; an album is one message with several files',
		},
		{
			name: 'Message Deleted',
			value: 'message_deleted',
			description: 'A message was deleted; with its text if the credential keeps texts for deletions',
		},
		{ name: 'Message Edited', value: 'message_edited', description: 'A message was changed' },
		{ name: 'Presence', value: 'presence', description: 'A person came online or left; live only' },
		{ name: 'Profile Changed', value: 'profile_changed', description: 'The own profile changed' },
		{ name: 'Reaction', value: 'reaction', description: 'A message got or lost a reaction; live only' },
		{ name: 'Read', value: 'read', description: 'Somebody read a chat up to a message; live only' },
		{
			name: 'Scheduled',
			value: 'scheduled',
			description: 'A message was scheduled, or is no longer, on any device',
		},
		{ name: 'Typing', value: 'typing', description: 'Somebody is typing; live only' },
		{
			name: 'Unknown',
			value: 'unknown',
			description: 'Everything else Telegram tells, such as polls and stories, with its raw data',
		},
	],
	// Groups and channels of a personal account would drown an instance.
	chatTypes: {
		options: [...CHAT_TYPES, { name: 'Saved Messages', value: 'saved' }].sort(byName),
		default: ['private'],
	},
	optionalFilters: [
		'ignoreBots',
		'includeArchived',
		'includeMuted',
		'includeService',
		'onlyMentionsOrReplies',
	],
};

function byName(a: { name: string }, b: { name: string }): number {
	return a.name.localeCompare(b.name, 'en');
}

const properties = describeTrigger(telegram);

export class TelegramUserTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Telegram User Trigger',
		name: 'telegramUserTrigger',
		icon: { light: 'file:telegramUser.svg', dark: 'file:telegramUser.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when something happens in a personal Telegram account',
		eventTriggerDescription: 'Waiting for a message on Telegram',
		activationMessage: 'Every new message of the account now starts this workflow.',
		defaults: { name: 'Telegram User Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'telegramUserApi', required: true, testedBy: 'telegramUserApiTest' }],
		triggerPanel: {
			header: 'Pull in events from Telegram',
			executionsHelp: {
				inactive:
					'<b>While building your workflow</b>, click "Execute step" and write to the account on Telegram. This triggers an execution with that message.<br /><br /><b>Once you are happy with it</b>, publish the workflow. Then every message that passes the filters starts it; the executions are in the executions list.',
				active:
					'<b>While building your workflow</b>, click "Execute step" and write to the account on Telegram. The published workflow gets the message as well.',
			},
			activationHint:
				'Once the workflow is published, new messages start it, also those that came while n8n was off. Without filters: what others write in private chats.',
		},
		properties,
	};

	methods = { credentialTest: { telegramUserApiTest: testCredential(telegram) } };

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return runTrigger(this, telegram, properties);
	}
}
