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
import { avitoOperations } from './operations';

const avito: ActionNode & AccountKind = {
	channel: 'avito',
	credentialType: 'avitoApi',
	table: avitoOperations,
	defaultResource: 'message',
};

export class Avito implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Avito',
		name: 'avito',
		icon: { light: 'file:avito.svg', dark: 'file:avito.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Read and answer Avito chats, listings and reviews',
		defaults: { name: 'Avito' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: accountCredentials('avitoApi'),
		webhooks: waitWebhooks,
		waitingNodeTooltip: 'Waiting for the answer in the chat',
		properties: [...accountFields, ...describeOperations(avito.table, avito.defaultResource)],
	};

	methods = {
		listSearch: listSearch(avito, { searchChats: 'chat.list', searchListings: 'listing.list' }),
		credentialTest: { avitoApiTest: testCredential(avito), messengerAccountsApiTest: testAccounts() },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return executeNode(this, avito);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return answerWaiting(this);
	}
}
