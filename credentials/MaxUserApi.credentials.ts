import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';
import { policyFields } from '../src/n8n';
import { connectionFields } from './MaxUserConnection.fields';
import { deviceFields } from './MaxUserDevice.fields';

/** A personal MAX account: its session first, then what it may do, how it connects and what it appears as. */
export class MaxUserApi implements ICredentialType {
	name = 'maxUserApi';

	displayName = 'MAX User API';

	documentationUrl =
		'https://github.com/n8n-nodes-messenger-accounts/n8n-nodes-messenger-accounts#max-user-api';

	icon: Icon = { light: 'file:../nodes/Max/max.svg', dark: 'file:../nodes/Max/max.dark.svg' };

	restrictToSupportedNodes = true as const;

	hideDomainRestrictionFields = true;

	properties: INodeProperties[] = [
		{
			displayName:
				'Save this credential without a token, run <b>Login</b> in the MAX User node with it (QR code, or phone and code), then put token, device ID and device type of the result in here. Before that, set a login password in the MAX app (Profile → Privacy): accounts without one let no second device in.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Login token of the session. Empty: only the login operations work.',
		},
		{
			displayName: 'Device ID',
			name: 'deviceId',
			type: 'string',
			default: '',
			description: 'Device the token was obtained with',
		},
		{
			displayName: 'Device Type',
			name: 'deviceType',
			type: 'options',
			options: [
				{ name: 'Android', value: 'ANDROID', description: 'Login by phone number and code' },
				{ name: 'Desktop', value: 'DESKTOP' },
				{ name: 'iOS', value: 'IOS' },
				{ name: 'Web', value: 'WEB', description: 'Login by QR code' },
			],
			default: 'WEB',
			description: 'Kind of device the token was obtained with',
		},
		{
			displayName: 'Label',
			name: 'label',
			type: 'string',
			default: '',
			placeholder: 'e.g. My MAX',
			description: 'Name of this account in events and in its status',
		},
		...policyFields,
		...connectionFields,
		...deviceFields,
	];
}
