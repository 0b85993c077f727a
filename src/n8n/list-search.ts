import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { ChannelError, type JsonObject } from '../contract';
import { credentialSource, type AccountKind } from './credential';
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
): Record<Name, ListSearchMethod> {
	const methods = Object.entries<string>(commands).map(([method, command]) => [
		method,
		async function (this: ILoadOptionsFunctions, filter?: string, paginationToken?: string) {
			return search(this, kind, command, filter, paginationToken);
		},
	]);
	return Object.fromEntries(methods) as Record<Name, ListSearchMethod>;
}

async function search(
	context: ILoadOptionsFunctions,
	kind: AccountKind,
	command: string,
	filter: string | undefined,
	page: string | undefined,
): Promise<INodeListSearchResult> {
	try {
		const credential = await credentialSource(context, kind);
		const { pool } = await host(context.logger);
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
