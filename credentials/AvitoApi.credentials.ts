import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';
import { policyFields, policyLimitFields } from '../src/n8n';

/**
 * Everything here has a value that fits nearly everybody. Not behind a "show advanced" switch: n8n drops the value of a
 * field that is not shown, so closing the switch would silently turn a proxy off.
 */
const connectionFields: INodeProperties[] = [
	{
		displayName: 'Endpoint',
		name: 'endpoint',
		type: 'string',
		default: 'https://api.avito.ru',
		description: 'Address of the API; another one for tests or a gateway of your own',
	},
	{
		displayName: 'Proxy URL',
		name: 'proxyUrl',
		type: 'string',

		typeOptions: { password: true },
		default: '',
		placeholder: 'e.g. http://user:password@proxy.example.com:3128',
		description:
			'Proxy for all requests of this account (http, https or socks5). A proxy that is down never leads to a direct connection.',
	},
	{
		displayName: 'CA Certificate',
		name: 'caCertificate',
		type: 'string',
		typeOptions: { rows: 4, password: true },
		default: '',
		placeholder: '-----BEGIN CERTIFICATE-----',
		description: 'Further certificate authority to trust (PEM), for a proxy that inspects traffic',
	},
	{
		displayName: 'Requests per Minute',
		name: 'requestsPerMinute',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 100,
		description: 'Request budget of this account, shared by all workflows',
	},
	{
		displayName: 'Pause Between Sends to One Chat (Seconds)',
		name: 'chatGapSeconds',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description: 'Least time between two messages to the same chat',
	},
	{
		displayName: 'Look for Missed Messages Every (Seconds)',
		name: 'reconcileSeconds',
		type: 'number',
		typeOptions: { minValue: 5 },
		default: 300,
		description: 'How often a running trigger compares with Avito what came by webhook',
	},
	{
		displayName: 'Connections',
		name: 'connections',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 20,
		description: 'How many connections to Avito are open at most',
	},
	{
		displayName: 'Timeout (Seconds)',
		name: 'timeoutSeconds',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 300 },
		default: 30,
		description: 'How long one request may take',
	},
	{
		displayName: 'Retries',
		name: 'retries',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 10 },
		default: 3,
		description: 'How often a request that is safe to repeat is tried again',
	},
	{
		displayName: 'Shortest Wait Before a Retry (Seconds)',
		name: 'retryMinSeconds',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 60 },
		default: 1,
		description: 'The wait grows with every attempt',
	},
	{
		displayName: 'Longest Wait Before a Retry (Seconds)',
		name: 'retryMaxSeconds',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 300 },
		default: 10,
		description: 'The wait grows up to this',
	},
	{
		displayName: 'Failures Until a Pause',
		name: 'breakerFailures',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1000 },
		default: 5,
		description: 'After so many failures in a row nothing is sent for a while; 0 = never pause',
	},
	{
		displayName: 'Pause After Failures (Seconds)',
		name: 'breakerSeconds',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 3600 },
		default: 30,
		description: 'How long nothing is sent then',
	},
	...policyLimitFields,
	{
		displayName: 'Phone Hash',
		name: 'phoneHash',
		type: 'string',
		default: '',
		placeholder: 'e.g. 0123456789abcdef',
		description:
			'Value of account.phone_hash in events, to match an older system. Empty: the first 16 hex digits of the SHA-256 of the number.',
	},
	{
		displayName: 'Token Path',
		name: 'tokenPath',
		type: 'string',
		default: '/token',
		description: 'Path that gives the access token',
	},
];

export class AvitoApi implements ICredentialType {
	name = 'avitoApi';

	displayName = 'Avito API';

	documentationUrl = 'https://github.com/n8n-nodes-messenger-accounts/n8n-nodes-messenger-accounts#avito-api';

	icon: Icon = { light: 'file:../nodes/Avito/avito.svg', dark: 'file:../nodes/Avito/avito.dark.svg' };

	restrictToSupportedNodes = true as const;

	hideDomainRestrictionFields = true;

	properties: INodeProperties[] = [
		{
			displayName:
				'The keys are on the page <a href="https://www.avito.ru/professionals/api" target="_blank">For professionals → API</a> of the main company account (keys of an employee do not see the company\'s chats). The messenger API needs a paid business subscription: without it chats are listed, but messages cannot be read or sent.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			required: true,
			default: '',
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
		},
		{
			displayName: 'User ID',
			name: 'userId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 94000001',
			description: 'Number of the account. Empty: asked from Avito.',
		},
		{
			displayName: 'Label',
			name: 'label',
			type: 'string',
			default: '',
			placeholder: 'e.g. Shop Moscow',
			description: 'Name of this account in events and in its status',
		},
		...policyFields,
		...connectionFields,
	];
}
