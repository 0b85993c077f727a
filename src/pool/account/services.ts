import type { AccountConfig, AccountStateChange, Budget, Clock, DriverServices, Store } from '../../contract';
import { ChannelError } from '../../contract';
import { seal, unseal } from '../../store';
import type { HeldLease } from './lease-keeper';
import type { PoolShared } from './shared';

export interface ServiceParts {
	shared: PoolShared;
	store: Store;
	config: AccountConfig;
	budget: Budget;
	lease: HeldLease;
	accountState(change: AccountStateChange): void;
	sentByNode(chatId: string, messageId: string): Promise<boolean>;
}

/** The services a driver gets for one account; values and secrets are the session's own. */
export function driverServices(parts: ServiceParts): DriverServices {
	const { shared, store, config, budget, lease } = parts;
	const owner = config.session;
	return {
		clock: shared.clock,
		random: shared.random,
		logger: shared.logger,
		budget: withPausesCounted(budget, shared.clock, () => {
			shared.meter.count('messenger_flood_waits_total', { channel: config.channel });
		}),
		values: {
			get: (name) => store.getValue(owner, name),
			put: (name, value, ttlMs) => store.putValue(owner, name, value, ttlMs),
			delete: (name) => store.deleteValue(owner, name),
			list: (prefix) => store.listValues(owner, prefix),
		},
		secrets: {
			get: async (name) => {
				const sealed = await store.getSecret(owner, name);
				return sealed === null ? null : unseal(sealed, { secret: config.sealingSecret, owner, name });
			},
			put: (name, value) =>
				store.putSecret(
					owner,
					name,
					seal(value, { secret: config.sealingSecret, owner, name }, shared.random),
				),
			delete: (name) => store.deleteSecret(owner, name),
		},
		assertOwner: () => {
			if (lease.valid()) return;
			throw new ChannelError(
				'account_in_use',
				'This process no longer holds the connection of this account',
				{
					retry: 'now',
					hint: 'Another process took over, or this one was suspended. The call is tried again on the new connection.',
				},
			);
		},
		accountState: parts.accountState,
		sentByNode: parts.sentByNode,
	};
}

/** A driver closes several buckets for one pause: that is one flood wait. */
function withPausesCounted(budget: Budget, clock: Clock, count: () => void): Budget {
	let last = '';
	return {
		take: (request) => budget.take(request),
		tryTake: (bucket) => budget.tryTake(bucket),
		pause: (bucket, ms) => {
			const pause = `${String(clock.now())}+${String(ms)}`;
			if (pause !== last) count();
			last = pause;
			budget.pause(bucket, ms);
		},
		waitingUntil: () => budget.waitingUntil(),
		queued: () => budget.queued(),
	};
}
