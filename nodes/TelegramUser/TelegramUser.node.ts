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
import { telegramOperations } from './operations';

const telegram: ActionNode & AccountKind = {
	channel: 'telegram',
	credentialType: 'telegramUserApi',
	table: telegramOperations,
	defaultResource: 'message',
};

export class TelegramUser implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Telegram User',
		name: 'telegramUser',
		icon: { light: 'file:telegramUser.svg', dark: 'file:telegramUser.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Write, read and manage chats with a personal Telegram account',
		defaults: { name: 'Telegram User' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: accountCredentials('telegramUserApi'),
		webhooks: waitWebhooks,
		waitingNodeTooltip: 'Waiting for the answer in the chat',
		properties: [...accountFields, ...describeOperations(telegram.table, telegram.defaultResource)],
	};

	methods = {
		listSearch: listSearch(telegram, { searchChats: 'chat.list', searchContacts: 'contact.list' }),
		credentialTest: {
			telegramUserApiTest: testCredential(telegram),
			messengerAccountsApiTest: testAccounts(),
		},
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return executeNode(this, telegram);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return answerWaiting(this);
	}
}
