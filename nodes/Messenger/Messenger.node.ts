import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { accountSearch, describeOperations, executeNode, testAccounts, type ActionNode } from '../../src/n8n';
import { messengerOperations } from './operations';

const messenger: ActionNode = {
	channel: null,
	credentialType: 'messengerAccountsApi',
	table: messengerOperations,
	defaultResource: 'message',
};

export class Messenger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Messenger',
		name: 'messenger',
		icon: { light: 'file:messenger.svg', dark: 'file:messenger.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Answer in MAX, Telegram and Avito with one node and many accounts',
		defaults: { name: 'Messenger' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'messengerAccountsApi', required: true, testedBy: 'messengerAccountsApiTest' }],
		properties: describeOperations(messenger.table, messenger.defaultResource),
	};

	methods = {
		listSearch: { searchAccounts: accountSearch(null) },
		credentialTest: { messengerAccountsApiTest: testAccounts() },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return executeNode(this, messenger);
	}
}
