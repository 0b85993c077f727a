import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';
import { policyFields, policyLimitFields } from '../src/n8n';

/**
 * Everything here has a value that fits nearly everybody. Not behind a "show advanced" switch: n8n drops the value of a
 * field that is not shown, so closing the switch would silently turn a proxy off.
 */
const connectionFields: INodeProperties[] = [
	{
		displayName: 'Proxy URL',
		name: 'proxyUrl',
		type: 'string',

		typeOptions: { password: true },
		default: '',
		placeholder: 'e.g. socks5://user:password@proxy.example.com:1080',
		description:
			'Proxy for everything of this account: socks5://, http://, or the link of an MTProxy (tg://proxy?… or https://t.me/proxy?…). A proxy that is down never leads to a direct connection.',
	},
	{
		displayName: 'Device Name',
		name: 'deviceName',
		type: 'string',
		default: '',
		placeholder: 'e.g. n8n',
		description: 'Name of the device in the list of sessions of the account. Empty: n8n.',
	},
	{
		displayName: 'Endpoint',
		name: 'endpoint',
		type: 'string',
		default: '',
		placeholder: 'e.g. 2@127.0.0.1:4430',
		description:
			'Host and port of another data centre (sandbox, test servers), for a login with its number and @ before it. Empty: the data centre of the session.',
	},
	{
		displayName: 'Public Key',
		name: 'publicKey',
		type: 'string',
		typeOptions: { rows: 4 },
		default: '',
		placeholder: '-----BEGIN RSA PUBLIC KEY-----',
		description: 'Key (PEM) of that data centre. Empty: the keys of Telegram.',
	},
	{
		displayName: 'Sends per Period',
		name: 'sendsPerWindow',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 10,
		description: 'Send budget of this account, shared by all workflows and processes',
	},
	{
		displayName: 'Period (Seconds)',
		name: 'windowSeconds',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 60,
		description: 'The time the send budget is for',
	},
	{
		displayName: 'Pause Between Sends to One Chat (Seconds)',
		name: 'chatGapSeconds',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 3600 },
		default: 1,
		description: 'Least time between two messages to the same chat',
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
		displayName: 'Watched Channels',
		name: 'watchedChats',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		description:
			'IDs, @usernames or links of large channels and groups that are asked for news regularly, since Telegram does not push all of theirs; separated by commas or lines. Public ones need not be joined.',
	},
	{
		displayName: 'Keep Texts for Deletions (Hours)',
		name: 'keepTextsHours',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 720 },
		default: 0,
		description:
			'How long the texts of messages are kept, so that a deletion can tell what was deleted; 0 = not at all. Telegram tells only the numbers of deleted messages.',
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
];

export class TelegramUserApi implements ICredentialType {
	name = 'telegramUserApi';

	displayName = 'Telegram User API';

	documentationUrl =
		'https://github.com/n8n-nodes-messenger-accounts/n8n-nodes-messenger-accounts#telegram-user-api';

	icon: Icon = {
		light: 'file:../nodes/TelegramUser/telegramUser.svg',
		dark: 'file:../nodes/TelegramUser/telegramUser.dark.svg',
	};

	restrictToSupportedNodes = true as const;

	hideDomainRestrictionFields = true;

	properties: INodeProperties[] = [
		{
			displayName:
				'API ID and hash are on <a href="https://my.telegram.org/apps" target="_blank">my.telegram.org</a>. Save this credential without a session, run <b>Login</b> in the Telegram User node with it (code or QR code), then put the session of the result in here.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'API ID',
			name: 'apiId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 12345678',
			description: 'Number of the application. Empty: TELEGRAM_API_ID of the server.',
		},
		{
			displayName: 'API Hash',
			name: 'apiHash',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Hash of the application, 32 hex digits. Empty: TELEGRAM_API_HASH of the server.',
		},
		{
			displayName: 'Session',
			name: 'session',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Session of the account, from a login or a session string of Telethon, Pyrogram or GramJS; stop the other program first. Empty: only the login operations work.',
		},
		{
			displayName: 'Label',
			name: 'label',
			type: 'string',
			default: '',
			placeholder: 'e.g. My Telegram',
			description: 'Name of this account in events and in its status',
		},
		...policyFields,
		...connectionFields,
	];
}
