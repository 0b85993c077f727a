import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { ChannelError, type Clock } from '../../contract';
import type { CredentialSource, Pool } from '../../pool';
import { credentialSource, type AccountKind } from '../credential';
import { ACCOUNT, AUTHENTICATION, MANY } from './fields';
import { findEntry, notFound } from './find';
import { accountsRegistry } from './registry';
import { openAccounts } from './source';

/** The account a list of the editor is filled from: what is chosen in the open window, before anything runs. */
export async function pickedAccount(
	context: ILoadOptionsFunctions,
	kind: AccountKind,
	{ pool, clock }: { pool: Pool; clock: Clock },
): Promise<CredentialSource> {
	if (context.getNodeParameter(AUTHENTICATION, '') !== MANY) return credentialSource(context, kind);
	const name = valueOf(context.getNodeParameter(ACCOUNT, ''));
	if (name.startsWith('='))
		throw new ChannelError('invalid_parameter', 'Account: an expression has no value while editing', {
			hint: 'Choose an account from the list to fill this list, or give the ID here.',
		});
	const accounts = await openAccounts(context, accountsRegistry(pool, clock));
	const entry = findEntry(accounts.list, [name], kind.channel);
	if (entry === undefined) throw notFound(accounts.list, [name], kind.channel);
	return accounts.source(entry);
}

function valueOf(parameter: unknown): string {
	const value =
		typeof parameter === 'object' && parameter !== null && 'value' in parameter ? parameter.value : parameter;
	return typeof value === 'string' ? value : '';
}
