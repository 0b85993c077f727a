import { ChannelError, type AccountConfig, type ChannelDriver, type Clock } from '../contract';
import { abortable } from '../runtime';
import { AccountBudget } from './budget/account-budget';
import { hashOf } from './account/credential-watch';
import { withDeadline } from './account/deadline';
import type { PoolShared } from './account/shared';

const CACHE_MS = 60_000;
/** n8n runs the test each time the window opens; a person waits in front of it */
const TEST_MS = 10_000;

export interface TestAnswer {
	ok: boolean;
	message: string;
}

/** Whose account the test has opened. */
export interface OpenedForTest {
	name: string;
}

/** Credential tests, cached for a minute: n8n runs one on every save and every time the window is opened. */
export class CredentialTests {
	readonly #answers = new Map<string, { at: number; answer: Promise<TestAnswer> }>();
	readonly #shared: PoolShared;

	constructor(shared: PoolShared) {
		this.#shared = shared;
	}

	/** @param open the account of this configuration, opened or found open; null: another one with its session is in the way */
	run(
		driver: ChannelDriver,
		data: unknown,
		open: (config: AccountConfig) => Promise<OpenedForTest> | null,
	): Promise<TestAnswer> {
		const { clock } = this.#shared;
		for (const [key, { at }] of this.#answers) if (clock.now() - at >= CACHE_MS) this.#answers.delete(key);
		const key = `${driver.channel}:${hashOf(data)}`;
		const known = this.#answers.get(key);
		if (known !== undefined) return known.answer;
		const answer = this.#ask(driver, data, clock, open);
		this.#answers.set(key, { at: clock.now(), answer });
		return answer;
	}

	async #ask(
		driver: ChannelDriver,
		data: unknown,
		clock: Clock,
		open: (config: AccountConfig) => Promise<OpenedForTest> | null,
	): Promise<TestAnswer> {
		const deadline = withDeadline(clock, TEST_MS, 'the credential test');
		try {
			const config = driver.configure(data);
			const opened = driver.testByOpening?.(config) === true ? open(config) : null;
			if (opened !== null) return await outcomeOf(opened, deadline.signal);
			const { points, windowMs, chatGapMs } = config.policy.budget;
			const budget = new AccountBudget(
				{ account: { points, windowMs }, chatGapMs, buckets: driver.buckets },
				clock,
			);
			const { message } = await driver.test(config, throwawayServices(this.#shared, budget), deadline.signal);
			return { ok: true, message };
		} catch (error) {
			if (!ChannelError.is(error)) {
				this.#shared.logger.error('a credential test failed unexpectedly', { error: String(error) });
				return { ok: false, message: 'The test failed unexpectedly; see the n8n log.' };
			}
			return {
				ok: false,
				message: error.hint === undefined ? error.message : `${error.message}. ${error.hint}`,
			};
		} finally {
			deadline.end();
		}
	}
}

/** @throws ChannelError why the account cannot be opened */
async function outcomeOf(opened: Promise<OpenedForTest>, signal: AbortSignal): Promise<TestAnswer> {
	try {
		const { name } = await abortable(opened, signal);
		return { ok: true, message: name === '' ? 'Connected.' : `Connected as ${name}.` };
	} catch (error) {
		// Another process of this n8n works with it: then it works.
		if (ChannelError.is(error) && error.code === 'account_in_use')
			return { ok: true, message: error.message };
		throw error;
	}
}

/** A test keeps nothing: what is typed into the window may never be saved. */
function throwawayServices(shared: PoolShared, budget: AccountBudget): Parameters<ChannelDriver['test']>[1] {
	return {
		clock: shared.clock,
		random: shared.random,
		logger: shared.logger,
		budget,
		values: {
			get: () => Promise.resolve(undefined),
			put: () => Promise.resolve(),
			delete: () => Promise.resolve(),
			list: () => Promise.resolve([]),
		},
		secrets: {
			get: () => Promise.resolve(null),
			put: () => Promise.resolve(),
			delete: () => Promise.resolve(),
		},
		assertOwner: () => undefined,
		accountState: () => undefined,
		sentByNode: () => Promise.resolve(false),
	};
}
