import {
	NodeConnectionTypes,
	type IHookFunctions,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { loginProperties, loginWebhooks, serveLogin, testCredential } from '../../src/n8n';

/** n8n's own address: there is nobody to register with. */
const nothingToRegister = {
	async checkExists(this: IHookFunctions): Promise<boolean> {
		return Promise.resolve(true);
	},
	async create(this: IHookFunctions): Promise<boolean> {
		return Promise.resolve(true);
	},
	async delete(this: IHookFunctions): Promise<boolean> {
		return Promise.resolve(true);
	},
};

export class MessengerLogin implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Messenger Login',
		name: 'messengerLogin',
		icon: { light: 'file:messengerLogin.svg', dark: 'file:messengerLogin.dark.svg' },
		group: ['trigger'],
		// Begins with 2: for a webhook of a node of version 1 n8n evaluates an expression on every call.
		version: 2,
		subtitle: '={{ $parameter["messengers"].join(", ") }}',
		description:
			'Serves a page where people log in to MAX or Telegram, and starts the workflow when they have',
		eventTriggerDescription: 'Waiting for you to log in on the page',
		activationMessage: 'The page is at the Production URL of the node.',
		defaults: { name: 'Messenger Login' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		// Shown whatever Messengers says: n8n's editor takes a field that credentials depend on for the choice of a way to
		// authenticate and hides it.
		credentials: [
			{ name: 'messengerLoginApi', displayName: 'Key of n8n', required: false },
			{
				name: 'maxUserApi',
				displayName: 'Settings for MAX',
				required: false,
				testedBy: 'maxUserApiTest',
			},
			{
				name: 'telegramUserApi',
				displayName: 'Settings for Telegram',
				required: false,
				testedBy: 'telegramUserApiTest',
			},
		],
		webhooks: loginWebhooks,
		triggerPanel: {
			header: '',
			executionsHelp: {
				inactive:
					'<b>To try it</b>, click "Execute step" and open the Test URL in another tab within two minutes.<br /><br /><b>Once you are happy with it</b>, publish the workflow: the page is at the Production URL.',
				active:
					'<b>The page is at the Production URL.</b> Every login there starts the workflow; the executions are in the executions list.',
			},
			activationHint: 'Once the workflow is published, the page is at the Production URL.',
		},
		properties: loginProperties,
	};

	methods = {
		credentialTest: {
			maxUserApiTest: testCredential({ channel: 'max', credentialType: 'maxUserApi' }),
			telegramUserApiTest: testCredential({ channel: 'telegram', credentialType: 'telegramUserApi' }),
		},
	};

	webhookMethods = { default: nothingToRegister, setup: nothingToRegister };

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return serveLogin(this);
	}
}
