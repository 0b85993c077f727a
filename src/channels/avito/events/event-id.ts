import type { AccountId } from '../../../contract';

/**
 * The same message gives the same id by webhook, by reconciliation and by *get since*: Avito's message id, which is
 * unique within an account. A deletion is another event of the same message, and happens once: what is left of the
 * content is not part of the id, since webhook and list need not show the same of it.
 */
export function messageEventId(account: AccountId, messageId: string, deleted: boolean): string {
	return deleted ? `${account}:${messageId}:deleted` : `${account}:${messageId}`;
}
