import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { ChannelError, type Channel, type JsonObject } from '../contract';
import { ACCOUNTS_CREDENTIAL, CHANNEL_NAMES, parseAccounts } from './accounts/entries';
import { pickedAccount } from './accounts/picked';
import type { AccountKind } from './credential';
import { toNodeError } from './errors';
import { host } from './host';

/** A person waits in front of an open list: a slow provider must turn into a sentence. */
const LIST_TIMEOUT_MS = 10_000;

type ListSearchMethod = (
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
) => Promise<INodeListSearchResult>;

/**
 * `methods.listSearch` of a node: each method asks one command of the account, page by page. The command answers items
 * `{ name, value, url? }` and the token of the next page.
 */
export function listSearch<Name extends string>(
	kind: AccountKind,
	commands: Readonly<Record<Name, string>>,
): Record<Name | 'searchAccounts', ListSearchMethod> {
	const methods = Object.entries<string>(commands).map(([method, command]) => [
		method,
		async function (this: ILoadOptionsFunctions, filter?: string, paginationToken?: string) {
			return search(this, kind, command, filter, paginationToken);
		},
	]);
	return {
		...(Object.fromEntries(methods) as Record<Name, ListSearchMethod>),
		searchAccounts: accountSearch(kind.channel),
	};
}

/** The accounts of a *Messenger Accounts* credential by label; nobody is connected. */
export function accountSearch(channel: Channel | null): ListSearchMethod {
	return async function (this: ILoadOptionsFunctions, filter = '') {
		try {
			const { entries } = parseAccounts(await this.getCredentials(ACCOUNTS_CREDENTIAL));
			const wanted = filter.trim().toLowerCase();
			const results = entries
				.filter((entry) => channel === null || entry.channel === channel)
				.filter(({ label }) => label.toLowerCase().includes(wanted))
				.map(({ label, channel: of }) => ({
					name: channel === null ? `${label} (${CHANNEL_NAMES[of]})` : label,
					value: label,
				}));
			return { results: results.sort((a, b) => a.name.localeCompare(b.name)) };
		} catch (error) {
			throw toNodeError(this.getNode(), error);
		}
	};
}

async function search(
	context: ILoadOptionsFunctions,
	kind: AccountKind,
	command: string,
	filter: string | undefined,
	page: string | undefined,
): Promise<INodeListSearchResult> {
	try {
		const { pool, clock } = await host(context.logger);
		const credential = await pickedAccount(context, kind, { pool, clock });
		const lease = pool.lease(credential);
		try {
			const input: JsonObject = {
				...(filter === undefined || filter === '' ? {} : { filter }),
				...(page === undefined || page === '' ? {} : { page }),
			};
			const result = await lease.call({ name: command, input }, { timeoutMs: LIST_TIMEOUT_MS });
			return {
				results: result.items.map(toEntry),
				...(result.nextPage === undefined ? {} : { paginationToken: result.nextPage }),
			};
		} finally {
			await lease.close();
		}
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

function toEntry(item: JsonObject): INodeListSearchResult['results'][number] {
	const { name, value, url } = item;
	if (typeof name !== 'string' || (typeof value !== 'string' && typeof value !== 'number'))
		throw new ChannelError('unexpected_answer', 'A list entry has no name or no value.');
	return { name, value, ...(typeof url === 'string' ? { url } : {}) };
}
