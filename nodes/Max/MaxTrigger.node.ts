import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';
import { describeTrigger, runTrigger, testCredential, type TriggerSpec } from '../../src/n8n';
import { CHAT_TYPES } from './fields';

const max: TriggerSpec = {
	channel: 'max',
	credentialType: 'maxUserApi',
	events: [
		{
			name: 'Account State',
			value: 'account_state',
			description: 'The account was lost, came back, is limited, or needs a new login',
		},
		{ name: 'Call', value: 'call', description: 'An incoming call, or one that is over' },
		{
			name: 'Chat Changed',
			value: 'chat_changed',
			description: 'A chat was created, renamed, pinned or got a picture',
		},
		{ name: 'Contact Changed', value: 'contact_changed', description: 'A contact changed' },
		{ name: 'File Ready', value: 'file_ready', description: 'An uploaded file has been processed' },
		{ name: 'Gap', value: 'gap', description: 'Messages were missed and will not be handed on' },
		{ name: 'Member Changed', value: 'member_changed', description: 'Somebody joined, left or was removed' },
		{ name: 'Message', value: 'message', description: 'A new message' },
		{ name: 'Message Deleted', value: 'message_deleted', description: 'A message was deleted' },
		{ name: 'Message Edited', value: 'message_edited', description: 'A message was changed' },
		{ name: 'Presence', value: 'presence', description: 'A contact came online or left; live only' },
		{ name: 'Profile Changed', value: 'profile_changed', description: 'The own profile changed' },
		{ name: 'Reaction', value: 'reaction', description: 'A message got or lost a reaction; live only' },
		{ name: 'Read', value: 'read', description: 'Somebody read a chat up to a message; live only' },
		{ name: 'Scheduled', value: 'scheduled', description: 'A scheduled message changed or was sent' },
		{
			name: 'Typing',
			value: 'typing',
			description: 'Somebody is typing in a chat that is named under Only Chats; live only',
		},
		{ name: 'Unknown', value: 'unknown', description: 'Something this package does not know yet' },
	],
	// Groups and channels of a personal account would drown an instance.
	chatTypes: { options: CHAT_TYPES, default: ['private'] },
	optionalFilters: [
		'ignoreBots',
		'includeArchived',
		'includeMuted',
		'includeService',
		'onlyMentionsOrReplies',
	],
};

const properties = describeTrigger(max);

export class MaxTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'MAX User Trigger',
		name: 'maxTrigger',
		icon: { light: 'file:max.svg', dark: 'file:max.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when something happens in a personal MAX account',
		eventTriggerDescription: 'Waiting for a message on MAX',
		activationMessage: 'Every new message of the account now starts this workflow.',
		defaults: { name: 'MAX User Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'maxUserApi', required: true, testedBy: 'maxUserApiTest' }],
		triggerPanel: {
			header: 'Pull in events from MAX',
			executionsHelp: {
				inactive:
					'<b>While building your workflow</b>, click "Execute step" and write to the account on MAX. This triggers an execution with that message.<br /><br /><b>Once you are happy with it</b>, publish the workflow. Then every message that passes the filters starts it; the executions are in the executions list.',
				active:
					'<b>While building your workflow</b>, click "Execute step" and write to the account on MAX. The published workflow gets the message as well.',
			},
			activationHint:
				'Once the workflow is published, new messages start it, also those that came while n8n was off. Without filters: what others write in private chats.',
		},
		properties,
	};

	methods = { credentialTest: { maxUserApiTest: testCredential(max) } };

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return runTrigger(this, max, properties);
	}
}
