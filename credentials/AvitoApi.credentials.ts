import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';
import { policyFields } from '../src/n8n';

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
			displayName: 'Requests per Minute',
			name: 'requestsPerMinute',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 100,
			description: 'Request budget of this account, shared by all workflows and processes',
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
			typeOptions: { minValue: 1 },
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
			displayName: 'Endpoint',
			name: 'endpoint',
			type: 'string',
			default: 'https://api.avito.ru',
			description: 'Address of the API; another one only for tests',
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
	];
}
