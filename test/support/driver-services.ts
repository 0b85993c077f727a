import type {
	AccountStateChange,
	DriverServices,
	IntentHandle,
	IntentPart,
	Json,
	JsonObject,
	Logger,
} from '../../src/contract';
import { AccountBudget, type BudgetRules } from '../../src/pool/budget/account-budget';
import { seededRandom } from './manual-clock';

export interface TestServices extends DriverServices {
	/** everything the driver said about the account */
	states: AccountStateChange[];
	/** what it asked to have sealed */
	sealed: Map<string, string>;
	/** `chat/message` of sends that count as ours */
	ownSends: Set<string>;
	logged: { level: keyof Logger; message: string; meta: JsonObject | undefined }[];
	/** from now on every transport write is refused */
	loseOwnership(): void;
}

/** What the pool gives a driver, in memory: the real budget, everything else as plain as it can be. */
export function testServices(options: {
	clock: DriverServices['clock'];
	rules?: Partial<BudgetRules>;
	sealed?: Map<string, string>;
}): TestServices {
	const { clock } = options;
	const values = new Map<string, Json>();
	const sealed = options.sealed ?? new Map<string, string>();
	const states: AccountStateChange[] = [];
	const ownSends = new Set<string>();
	const logged: TestServices['logged'] = [];
	let owner = true;
	const log = (level: keyof Logger) => (message: string, meta?: JsonObject) =>
		void logged.push({ level, message, meta });
	return {
		clock,
		random: seededRandom(1),
		logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
		budget: new AccountBudget(
			{ account: { points: 100_000, windowMs: 60_000 }, chatGapMs: 0, buckets: {}, ...options.rules },
			clock,
		),
		values: {
			get: async (name) => values.get(name),
			put: async (name, value) => void values.set(name, value),
			delete: async (name) => void values.delete(name),
			list: async (prefix) =>
				[...values].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => ({ name, value })),
		},
		secrets: {
			get: async (name) => sealed.get(name) ?? null,
			put: async (name, value) => void sealed.set(name, value),
			delete: async (name) => void sealed.delete(name),
		},
		assertOwner: () => {
			if (!owner) throw new Error('not the owner');
		},
		accountState: (change) => void states.push(change),
		sentByNode: async (chatId, messageId) => ownSends.has(`${chatId}/${messageId}`),
		states,
		sealed,
		ownSends,
		logged,
		loseOwnership: () => {
			owner = false;
		},
	};
}

interface StoredIntent {
	state: 'reserved' | 'sent' | 'done';
	context: JsonObject;
	result: Json;
}

/** Intents of one test: what a store would remember between two tries of the same send. */
export class TestIntents {
	readonly records = new Map<string, StoredIntent>();

	handle(key: string): IntentHandle {
		const known = this.records.get(key);
		const record = known ?? { state: 'reserved', context: {}, result: null };
		this.records.set(key, record);
		return {
			state: record.state === 'sent' ? 'sent' : 'reserved',
			repeated: known !== undefined,
			since: 0,
			providerKey: key,
			context: record.context,
			sent: async (context = {}) => {
				record.state = 'sent';
				record.context = context;
			},
			part: async (name) => this.#part(`${key}/${name}`),
		};
	}

	#part(key: string): IntentPart {
		const known = this.records.get(key);
		if (known?.state === 'done') return { done: true, result: known.result };
		const handle = this.handle(key);
		return {
			done: false,
			handle,
			finish: async (result) => {
				this.records.set(key, { state: 'done', context: {}, result });
			},
			refused: async () => {
				this.records.delete(key);
			},
		};
	}
}
