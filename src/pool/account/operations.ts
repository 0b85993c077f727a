import {
	ChannelError,
	type AccountStatus,
	type JsonObject,
	type RemoteCalls,
	type StoreInfo,
} from '../../contract';
import { statusesOfAll } from '../between/everybody';
import type { AccountOperations } from './account-commands';
import { withDeadline } from './deadline';
import { askOwner } from './elsewhere';
import type { AccountEntry } from './entry';
import { entryStatus } from './entry-status';
import type { PoolShared } from './shared';

/** An account operation in another process: as long as connecting may take, and a little. ms */
const ACCOUNT_CALL_MS = 70_000;

export interface OperationParts {
	shared: PoolShared;
	storeInfo(): StoreInfo | null;
	/** the accounts of this process */
	statuses(): Promise<AccountStatus[]>;
	/** null: nobody to be called */
	others(): Promise<RemoteCalls | null>;
	/** takes the account out of the pool */
	remove(entry: AccountEntry): void;
}

/** What the operations every messenger has (`account-commands.ts`) need of the pool. */
export function accountOperations(parts: OperationParts): AccountOperations {
	const { shared } = parts;
	return {
		status: async (entry) => {
			const status = entryStatus(entry, shared, parts.storeInfo());
			// Whose session it is stays known after it was open once, in whatever process.
			status.account ??= await shared
				.store()
				.then((store) => store.accountOf(entry.config.session))
				.catch(() => null);
			return status as unknown as JsonObject;
		},
		all: async () => {
			const own = await parts.statuses();
			try {
				const { statuses, silent } = await statusesOfAll(own, await parts.others());
				return { items: statuses as unknown as JsonObject[], silent, hindered: null };
			} catch (error) {
				if (!isStoreAway(error)) throw error;
				return { items: own as unknown as JsonObject[], silent: [], hindered: error.message };
			}
		},
		forget: async (entry) => {
			const store = await shared.store();
			const account = entry.connection?.open.accountId ?? (await store.accountOf(entry.config.session));
			parts.remove(entry);
			await entry.close();
			if (account !== null) await store.forget(account);
		},
		elsewhere: async (entry, command, options) => {
			if (entry.owns || command.name === 'account.getMany') return null;
			const deadline = withDeadline(shared.clock, ACCOUNT_CALL_MS, command.name, options.signal);
			try {
				const remote = await parts.others();
				if (remote === null) return null;
				return await askOwner(remote, entry.config.session, {
					command,
					options: {
						signal: deadline.signal,
						timeoutMs: ACCOUNT_CALL_MS,
						...(options.correlationId === undefined ? {} : { correlationId: options.correlationId }),
					},
					policy: entry.config.policy,
				});
			} catch (error) {
				// Asked for because something is wrong: what this process knows is better than no answer.
				if (command.name === 'account.getStatus' && isStoreAway(error)) return null;
				throw error;
			} finally {
				deadline.end();
			}
		},
	};
}

function isStoreAway(error: unknown): error is ChannelError {
	return ChannelError.is(error) && error.code === 'store_unavailable';
}
