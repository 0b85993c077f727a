import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import {
	accountCredentials,
	accountFields,
	answerWaiting,
	describeOperations,
	executeNode,
	listSearch,
	testAccounts,
	testCredential,
	waitWebhooks,
	type AccountKind,
	type ActionNode,
} from '../../src/n8n';
import { maxOperations } from './operations';

const max: ActionNode & AccountKind = {
	channel: 'max',
	credentialType: 'maxUserApi',
	table: maxOperations,
	defaultResource: 'message',
};

export class Max implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'MAX User',
		name: 'max',
		icon: { light: 'file:max.svg', dark: 'file:max.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Write, read and manage chats with a personal MAX account',
		defaults: { name: 'MAX User' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: accountCredentials('maxUserApi'),
		webhooks: waitWebhooks,
		waitingNodeTooltip: 'Waiting for the answer in the chat',
		properties: [...accountFields, ...describeOperations(max.table, max.defaultResource)],
	};

	methods = {
		listSearch: listSearch(max, { searchChats: 'chat.list', searchContacts: 'contact.list' }),
		credentialTest: { maxUserApiTest: testCredential(max), messengerAccountsApiTest: testAccounts() },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return executeNode(this, max);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return answerWaiting(this);
	}
}
