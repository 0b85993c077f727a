import type { INodeProperties, IWebhookDescription } from 'n8n-workflow';

/** The pages: a GET shows, a POST acts. */
export const loginWebhooks: IWebhookDescription[] = [
	{ name: 'setup', httpMethod: 'GET', path: 'messenger-login', responseMode: 'onReceived', responseData: '' },
	{
		name: 'default',
		httpMethod: 'POST',
		path: 'messenger-login',
		responseMode: 'onReceived',
		responseData: '',
		ndvHideUrl: true,
		ndvHideMethod: true,
	},
];

export const loginProperties: INodeProperties[] = [
	{
		displayName:
			'Publish the workflow and open the Production URL in a browser: it is the page where people log in. Give the address only to people who may connect an account.',
		name: 'notice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Messengers',
		name: 'messengers',
		type: 'multiOptions',
		options: [
			{ name: 'MAX', value: 'max' },
			{ name: 'Telegram', value: 'telegram' },
		],
		required: true,
		default: ['max', 'telegram'],
		description: 'Which messengers the page offers',
	},
	{
		displayName: 'Hand Over',
		name: 'handOver',
		type: 'multiOptions',
		options: [
			{
				name: 'Output of the Workflow',
				value: 'output',
				description:
					'The item that starts the workflow holds the session, which n8n stores with the execution',
			},
			{
				name: 'Save as Credential',
				value: 'credential',
				description: 'Needs an n8n API key in the Messenger Login API credential',
			},
			{
				name: 'Show on the Page',
				value: 'page',
				description: 'To be copied, once, if no credential was saved',
			},
		],
		default: ['credential', 'page'],
		description:
			'What becomes of the session. A session that would be lost otherwise is shown on the page in any case.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Credential Name',
				name: 'credentialName',
				type: 'string',
				default: '',
				description: 'Name of the credential that is created. Empty: messenger and name of the person.',
			},
			{
				displayName: 'Link Valid For (Minutes)',
				name: 'linkMinutes',
				type: 'number',
				typeOptions: { minValue: 2, maxValue: 60 },
				default: 15,
				description: 'How long a person has from opening a login to its end',
			},
			{
				displayName: 'Update the Chosen Credential',
				name: 'updateCredential',
				type: 'boolean',
				default: false,
				description:
					'Whether to put the session into the credential chosen in this node instead of creating another one',
			},
		],
	},
];
