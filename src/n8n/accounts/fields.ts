import type { DisplayCondition, INodeCredentialDescription, INodeProperties } from 'n8n-workflow';
import { ACCOUNTS_CREDENTIAL } from './entries';

/** Internal names and values of the fields below. */
export const AUTHENTICATION = 'authentication';
export const ACCOUNT = 'account';
export const OWN = 'own';
export const MANY = 'accounts';

/** n8n reads conditions of credentials and of fields alike, but its type of a credential's knows plain values only. */
const notMany = { _cnd: { not: MANY } } satisfies DisplayCondition as unknown as string;
const shownForMany = { show: { [AUTHENTICATION]: [MANY] } };

/** Where the account comes from: the node's own credential, or one that holds many. */
const authenticationField: INodeProperties = {
	displayName: 'Authentication',
	name: AUTHENTICATION,
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'Messenger Accounts', value: MANY, description: 'A credential that holds many accounts' },
		{ name: 'Own Credential', value: OWN, description: 'A credential of one account' },
	],
	default: OWN,
	description: 'Where the account comes from',
};

/** Which account of a credential that holds many. */
export const accountField: INodeProperties = {
	displayName: 'Account',
	name: ACCOUNT,
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description:
		'The account of the Messenger Accounts credential. It may differ from item to item, such as with the expression {{ $json.account.label }}.',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchAccounts', searchable: true },
		},
		{
			displayName: 'By Label, ID or Phone Hash',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. my-shop',
		},
	],
};

/** Fields an action node has before all others; together with `accountCredentials`. */
export const accountFields: readonly INodeProperties[] = [
	authenticationField,
	{ ...accountField, displayOptions: shownForMany },
];

/** Credentials of an action node: its own, or the one that holds many. */
export function accountCredentials(own: string): INodeCredentialDescription[] {
	return [
		{
			name: own,
			required: true,
			testedBy: `${own}Test`,
			// n8n's editor offers a credential under its choice only if the choice is among what it is shown for; and who
			// asks without naming a choice, as a list of a stored node may, means the own credential.
			displayOptions: { show: { [AUTHENTICATION]: [OWN, notMany] } },
		},
		{
			name: ACCOUNTS_CREDENTIAL,
			required: true,
			testedBy: `${ACCOUNTS_CREDENTIAL}Test`,
			displayOptions: shownForMany,
		},
	];
}
