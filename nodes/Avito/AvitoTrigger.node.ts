import {
	NodeConnectionTypes,
	type IHookFunctions,
	type INodeProperties,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import {
	describeTrigger,
	receiveWebhook,
	runTrigger,
	testCredential,
	webhookLifecycle,
	type WebhookTriggerSpec,
} from '../../src/n8n';
import { chatTypes } from './fields';

const avito: WebhookTriggerSpec = {
	channel: 'avito',
	credentialType: 'avitoApi',
	events: [
		{
			name: 'Account State',
			value: 'account_state',
			description: 'The account was lost, came back, or lacks the paid subscription',
		},
		{ name: 'Call', value: 'call', description: 'A missed call in a chat' },
		{ name: 'Gap', value: 'gap', description: 'Messages were missed and will not be handed on' },
		{ name: 'Message', value: 'message', description: 'A new message' },
		{ name: 'Message Deleted', value: 'message_deleted', description: 'A message was deleted' },
		{ name: 'Unknown', value: 'unknown', description: 'Something this package does not know yet' },
	],
	chatTypes: { options: chatTypes.options as { name: string; value: string }[], default: ['u2i', 'u2u'] },
	optionalFilters: ['includeService'],
	webhookCommands: {
		list: 'webhook.list',
		subscribe: 'webhook.subscribe',
		unsubscribe: 'webhook.unsubscribe',
	},
	secretField: 'clientSecret',
	eventField: 'payload',
	endpointField: 'endpoint',
	defaultEndpoint: 'https://api.avito.ru',
};

const pollingOnly: INodeProperties = {
	displayName: 'Polling Only',
	name: 'pollingOnly',
	type: 'boolean',
	default: false,
	description:
		'Whether to register no webhook and only look for new messages now and then. For an n8n without a public address.',
};

const pollSeconds: INodeProperties = {
	displayName: 'Polling Interval (Seconds)',
	name: 'pollSeconds',
	type: 'number',
	typeOptions: { minValue: 5 },
	default: 30,
	description:
		'How often to look for new messages when no webhook brings them: with Polling Only, or when the address of this n8n is not public',
};

const properties = describeTrigger(avito, [pollingOnly, pollSeconds]);
const webhookMethods = webhookLifecycle(avito, properties);

export class AvitoTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Avito Trigger',
		name: 'avitoTrigger',
		icon: { light: 'file:avito.svg', dark: 'file:avito.dark.svg' },
		group: ['trigger'],
		// Begins with 2: for a webhook of a node of version 1 n8n evaluates an expression on every call (whether the body
		// is a file), which costs it an isolate, several times all the rest of the call.
		version: 2,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when something happens in an Avito account',
		eventTriggerDescription: 'Waiting for a message on Avito',
		activationMessage: 'Every new message of the account now starts this workflow.',
		defaults: { name: 'Avito Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'avitoApi', required: true, testedBy: 'avitoApiTest' }],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				path: 'avito',
				responseMode: 'onReceived',
				// Without it n8n answers with the name of its default, "firstEntryJson".
				responseData: '',
				// Registered by the trigger itself, with a secret that is not shown; nothing to copy from here.
				ndvHideUrl: true,
				ndvHideMethod: true,
			},
		],
		triggerPanel: {
			header: '',
			executionsHelp: {
				inactive:
					'<b>While building your workflow</b>, click "Execute step" and write to the account on Avito. This triggers an execution with that message.<br /><br /><b>Once you are happy with it</b>, publish the workflow. Then every message that passes the filters starts it; the executions are in the executions list.',
				active:
					'<b>While building your workflow</b>, click "Execute step" and write to the account on Avito. The published workflow gets the message as well.',
			},
			activationHint:
				'Once the workflow is published, new messages start it, also those that came while n8n was off. Without filters: what others write, nothing of your own.',
		},
		properties,
	};

	methods = { credentialTest: { avitoApiTest: testCredential(avito) } };

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return webhookMethods.checkExists.call(this);
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return webhookMethods.create.call(this);
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return webhookMethods.delete.call(this);
			},
		},
	};

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return runTrigger(this, avito, properties);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return receiveWebhook(this, avito);
	}
}
