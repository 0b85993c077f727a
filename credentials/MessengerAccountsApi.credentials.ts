import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

export class MessengerAccountsApi implements ICredentialType {
	name = 'messengerAccountsApi';

	displayName = 'Messenger Accounts API';

	documentationUrl =
		'https://github.com/n8n-nodes-messenger-accounts/n8n-nodes-messenger-accounts/blob/main/docs/accounts.md';

	icon: Icon = {
		light: 'file:../nodes/Messenger/messenger.svg',
		dark: 'file:../nodes/Messenger/messenger.dark.svg',
	};

	restrictToSupportedNodes = true as const;

	hideDomainRestrictionFields = true;

	properties: INodeProperties[] = [
		{
			displayName:
				'Many accounts of MAX, Telegram and Avito in one credential. Each account has a label and the fields of its own messenger\'s credential, such as <code>{"my-shop": {"channel": "avito", "clientId": "…", "clientSecret": "…"}}</code>. After saving, values are shown as ***; to add or remove an account, edit its lines and leave the others as they are. Running triggers follow within a minute.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Accounts',
			name: 'accounts',
			type: 'json',
			// Not "password": that would hide the labels too, and whoever adds an account would have to type all of them anew.
			typeOptions: { redactJsonLeaves: true, rows: 12 },
			required: true,
			default: '{}',
			placeholder: '{ "my-shop": { "channel": "avito", "clientId": "…", "clientSecret": "…" } }',
			description:
				"JSON object with an account under each label: channel (max, telegram or avito), the fields of that messenger's own credential by their internal names (MAX: token, deviceId, deviceType; Telegram: session, apiId, apiHash; Avito: clientId, clientSecret), and if wanted ID, phone or phoneHash to find it by",
		},
		{
			displayName: 'Shared Settings',
			name: 'sharedSettings',
			type: 'json',
			typeOptions: { redactJsonLeaves: true, rows: 5 },
			default: '{}',
			placeholder: '{ "telegram": { "apiId": "…", "apiHash": "…" } }',
			description:
				'JSON object with fields that all accounts of a messenger have in common, under max, telegram and avito; what an account says itself comes first',
		},
	];
}
