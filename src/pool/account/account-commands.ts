import type { CallOptions, CallResult, Command, JsonObject, Permission } from '../../contract';
import type { AccountEntry } from './entry';

/** What the pool itself needs for the operations every messenger has. */
export interface AccountOperations {
	status(entry: AccountEntry): Promise<JsonObject>;
	/** the accounts of all processes; `silent`: processes that did not answer; `hindered`: why none could be asked */
	all(): Promise<{ items: JsonObject[]; silent: string[]; hindered: string | null }>;
	forget(entry: AccountEntry): Promise<void>;
	/** Runs it in the process that owns the session. @returns null when that is this process or nobody */
	elsewhere(entry: AccountEntry, command: Command, options: CallOptions): Promise<CallResult | null>;
}

interface PoolCommand {
	permission: Permission;
	run(entry: AccountEntry, operations: AccountOperations): Promise<CallResult>;
}

/** Whoever asks for the status wants to know whether the account works: it is opened if it is not, this long at most. */
const STATUS_WAIT_MS = 15_000;

/** Operations on the account as a whole, the same for every messenger and answered without the provider. */
export const ACCOUNT_COMMANDS: Readonly<Record<string, PoolCommand>> = {
	'account.getStatus': {
		permission: 'read',
		run: async (entry, operations) => {
			await entry.tryOpen(STATUS_WAIT_MS);
			return { items: [await operations.status(entry)] };
		},
	},
	'account.getMany': {
		permission: 'read',
		run: async (_entry, operations) => {
			const { items, silent, hindered } = await operations.all();
			const hints = silent.map(
				(process) => `The process ${process} does not answer: its accounts are missing here.`,
			);
			if (hindered !== null) hints.push(`${hindered}: the accounts of other processes are missing here.`);
			return { items, ...(hints.length === 0 ? {} : { hints }) };
		},
	},
	'account.connect': {
		permission: 'account',
		run: async (entry, operations) => {
			await entry.resume();
			return { items: [await operations.status(entry)] };
		},
	},
	'account.disconnect': {
		permission: 'account',
		run: async (entry, operations) => {
			await entry.pause();
			return {
				items: [await operations.status(entry)],
				hints: ['The account stays disconnected, also after a restart, until Account: Connect.'],
			};
		},
	},
	'account.forget': {
		permission: 'account',
		run: async (entry, operations) => {
			await operations.forget(entry);
			return { items: [{ deleted: true }] };
		},
	},
};
