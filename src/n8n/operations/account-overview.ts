import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { ChannelError } from '../../contract';
import { accountsRegistry } from '../accounts/registry';
import { openAccounts } from '../accounts/source';
import { toErrorItem, toNodeError } from '../errors';
import { host } from '../host';
import type { WholeOperation } from '../operation';

/** *Account: Get Many* of a credential that holds many: an item per account, bad ones included. Connects to nobody. */
export const accountOverview: WholeOperation = {
	value: 'getMany',
	name: 'Get Many',
	action: 'Get many accounts',
	description:
		'List the accounts of the credential with their state; a bad account says what is wrong with it',
	effect: 'read',
	paced: false,
	properties: [],
	execute: async (context) => {
		try {
			const { pool, clock } = await host(context.logger);
			const accounts = await openAccounts(context, accountsRegistry(pool, clock));
			const items: INodeExecutionData[] = [];
			const add = (json: object): void => {
				items.push({ json: json as IDataObject, pairedItem: { item: 0 } });
			};
			for (const entry of accounts.list.entries) {
				const { label, channel, phoneHash } = entry;
				try {
					const lease = pool.lease(accounts.source(entry));
					const status = await lease.status().finally(() => lease.close());
					add({
						label,
						channel,
						id: status.account,
						phone_hash: phoneHash ?? status.profile?.phone_hash ?? null,
						usable: true,
						state: status.state,
						since: status.since,
						name: status.profile?.name ?? null,
						last_event: status.last_event,
						last_error: status.last_error,
					});
				} catch (error) {
					add({ label, channel, usable: false, error: toErrorItem(error) });
				}
			}
			for (const { label, error } of accounts.list.problems)
				add({ label, channel: null, usable: false, error: toErrorItem(error) });
			return [items];
		} catch (error) {
			if (!context.continueOnFail() || !ChannelError.is(error)) throw toNodeError(context.getNode(), error);
			return [[{ json: { error: toErrorItem(error) }, pairedItem: { item: 0 } }]];
		}
	},
};
