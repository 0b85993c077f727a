import type { Operation } from '../../../../src/n8n';

export const logOut: Operation = {
	value: 'logOut',
	name: 'Log Out',
	action: 'Log out account',
	description:
		'End this session for good; a new login is needed afterwards. Has to be allowed in the credential (dangerous requests).',
	effect: 'change',
	properties: [],
	options: [
		{
			displayName: 'Forget',
			name: 'forget',
			type: 'boolean',
			default: false,
			description: 'Whether everything that is stored of the account is deleted too, as Forget does',
		},
	],
	toCommand: (parameters) => [
		{ name: 'account.logOut', input: {} },
		...(parameters.options.boolean('forget') ? [{ name: 'account.forget', input: {} }] : []),
	],
};
