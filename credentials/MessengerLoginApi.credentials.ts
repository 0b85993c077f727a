import type {
	IAuthenticateGeneric,
	Icon,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

export class MessengerLoginApi implements ICredentialType {
	name = 'messengerLoginApi';

	displayName = 'Messenger Login API';

	documentationUrl =
		'https://github.com/n8n-nodes-messenger-accounts/n8n-nodes-messenger-accounts#messenger-login-api';

	icon: Icon = {
		light: 'file:../nodes/MessengerLogin/messengerLogin.svg',
		dark: 'file:../nodes/MessengerLogin/messengerLogin.dark.svg',
	};

	restrictToSupportedNodes = true as const;

	hideDomainRestrictionFields = true;

	properties: INodeProperties[] = [
		{
			displayName:
				'With an API key (Settings → n8n API; it needs the scopes credential:create and credential:update) the login page saves sessions as credentials by itself. Without this credential it shows them to be copied.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'API key of this n8n',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'http://127.0.0.1:5678/api/v1',
			placeholder: 'e.g. https://n8n.example.com/api/v1',
			description: 'Address of the API of this n8n, as the server itself reaches it',
		},
		{
			displayName: 'Access Key',
			name: 'accessKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'What people must type in on the page before they can log in. Empty: whoever has the address of the page may log in.',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { 'X-N8N-API-KEY': '={{ $credentials.apiKey }}' } },
	};

	test: ICredentialTestRequest = {
		request: { baseURL: '={{ $credentials.baseUrl }}', url: '/credentials/schema/messengerLoginApi' },
	};
}
