import type { INodeProperties } from 'n8n-workflow';
import { policyLimitFields } from '../src/n8n';

/**
 * Everything here has a value that fits nearly everybody. Not behind a "show advanced" switch: n8n drops the value of a
 * field that is not shown, so closing the switch would silently turn a proxy off.
 */
export const connectionFields: INodeProperties[] = [
	{
		displayName: 'Transport',
		name: 'transport',
		type: 'options',
		options: [
			{ name: 'By Device Type', value: '', description: 'WebSocket for Web, TLS for phones and desktop' },
			{ name: 'TLS (Phones, Desktop)', value: 'tcp' },
			{ name: 'WebSocket', value: 'websocket' },
			{ name: 'WebSocket With JSON (Legacy)', value: 'json' },
		],
		default: '',
		description: 'How to connect. A session works only on the kind of connection it was made on.',
	},
	{
		displayName: 'Endpoint',
		name: 'endpoint',
		type: 'string',
		default: '',
		placeholder: 'e.g. wss://api.oneme.ru/websocket',
		description:
			'Address of the service: wss:// for WebSocket, tls:// for TLS. Empty: the address of the official app.',
	},
	{
		displayName: 'Origin',
		name: 'origin',
		type: 'string',
		default: 'https://web.max.ru',
		description: 'Origin header of WebSocket connections',
	},
	{
		displayName: 'Proxy URL',
		name: 'proxyUrl',
		type: 'string',

		typeOptions: { password: true },
		default: '',
		placeholder: 'e.g. socks5://user:password@proxy.example.com:1080',
		description:
			'Proxy for everything of this account (http, https or socks5). A proxy that is down never leads to a direct connection.',
	},
	{
		displayName: 'CA Certificates',
		name: 'caCertificates',
		type: 'string',
		typeOptions: { rows: 4, password: true },
		default: '',
		placeholder: '-----BEGIN CERTIFICATE-----',
		description:
			'Further certificate authorities to trust (PEM). Some hosts of the service use the Russian Trusted CA.',
	},
	{
		displayName: 'Redirect Domains',
		name: 'redirectDomains',
		type: 'string',
		default: '',
		description: 'Further domains the service may send this connection to, separated by commas',
	},
	{
		displayName: 'Appear Online',
		name: 'interactive',
		type: 'boolean',
		default: false,
		description: 'Whether the account is shown as online while it is connected',
	},
	{
		displayName: 'Sends per Minute',
		name: 'sendsPerMinute',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 20,
		description: 'Send budget of this account, shared by all workflows and processes',
	},
	{
		displayName: 'Pause Between Sends to One Chat (Seconds)',
		name: 'chatGapSeconds',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 1,
		description:
			'Least time between two messages to the same chat; up to one second also between any two, unless Sends per Minute is above 60',
	},
	{
		displayName: 'Logins per Minute',
		name: 'loginPerMinute',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 1,
		description: 'How often the connection may be made anew; 0 = no limit',
	},
	{
		displayName: 'Logins per Hour',
		name: 'loginPerHour',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 20,
		description: 'Many logins in a short time cost an account its session; 0 = no limit',
	},
	{
		displayName: 'Ping Every (Seconds)',
		name: 'pingSeconds',
		type: 'number',
		typeOptions: { minValue: 5, maxValue: 300 },
		default: 30,
		description: 'How often the connection is kept alive',
	},
	{
		displayName: 'Silence Until Reconnect (Seconds)',
		name: 'silenceSeconds',
		type: 'number',
		typeOptions: { minValue: 10, maxValue: 600 },
		default: 75,
		description: 'A connection on which nothing came for so long is taken for dead',
	},
	{
		displayName: 'Timeout (Seconds)',
		name: 'requestSeconds',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 300 },
		default: 25,
		description: 'How long one request may take',
	},
	{
		displayName: 'Shortest Wait Before a Reconnect (Seconds)',
		name: 'reconnectMinSeconds',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 60 },
		default: 1,
		description: 'The wait grows with every attempt',
	},
	{
		displayName: 'Longest Wait Before a Reconnect (Seconds)',
		name: 'reconnectMaxSeconds',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 3600 },
		default: 60,
		description: 'The wait grows up to this',
	},
	{
		displayName: 'Chats per Login',
		name: 'chatsCount',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 40,
		description: 'How many chats the service returns at once when the connection is made',
	},
	{
		displayName: 'Look for Missed Messages Every (Seconds)',
		name: 'compareSeconds',
		type: 'number',
		typeOptions: { minValue: 10, maxValue: 86400 },
		default: 600,
		description: 'How often a running trigger compares the chats with what came',
	},
	{
		displayName: 'Messages per Page',
		name: 'historyPage',
		type: 'number',
		typeOptions: { minValue: 5, maxValue: 200 },
		default: 50,
		description: 'How many messages of a chat are read at once',
	},
	{
		displayName: 'Pause Between Pages (Milliseconds)',
		name: 'pageDelayMs',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 60000 },
		default: 300,
		description: 'Pause between two pages that are read in the background',
	},
	// A personal account that writes to strangers is restricted sooner than a shop's.
	...policyLimitFields.map((field) =>
		field.name === 'firstContactsPerDay' ? { ...field, default: 5 } : field,
	),
	{
		displayName: 'Service Accounts',
		name: 'serviceIds',
		type: 'string',
		default: '',
		description:
			"User IDs whose messages are treated as MAX's own, which are left out and have login codes masked; separated by commas",
	},
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
