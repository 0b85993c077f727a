import { correlated } from '../runtime';
import type { AccountEntry } from './account/entry';
import type { PoolShared } from './account/shared';
import { BoundSubscription, withinAllowedChats } from './subscription';
import type {
	CredentialSource,
	Delivery,
	ListenRequest,
	Settlement,
	SubscribeRequest,
	Subscription,
} from './types';

export interface ListeningParts {
	shared: PoolShared;
	/** parses the credential and finds its entry; throws ChannelError */
	entryFor(source: CredentialSource): AccountEntry;
}

/** A published trigger: keeps its account open and its position in the journal. */
export function subscribeTrigger(
	{ shared, entryFor }: ListeningParts,
	{ credential, options, deliver, report, ...rest }: SubscribeRequest,
): Subscription {
	const { clock, watch } = shared;
	/** until it was live for the first time */
	let askedAt: number | null = clock.now();
	return new BoundSubscription({
		...{ source: credential, entryFor, watch },
		listener: (config, live) => ({
			kind: 'trigger',
			live: () => {
				askedAt = null;
				live();
			},
			request: {
				...{ ...rest, report },
				askedAt: askedAt ?? clock.now(),
				...(credential.entry === undefined ? {} : { slot: credential.entry }),
				options: { ...options, filter: withinAllowedChats(options.filter, config.policy.allowedChats) },
				deliver: (delivery) => handOn(shared, delivery, deliver),
			},
		}),
		report: (error) => report({ error, account: null }),
	});
}

/** *Listen for test event*: anonymous, without a position; ends with the first event. */
export function listenByHand({ shared, entryFor }: ListeningParts, request: ListenRequest): Subscription {
	const { credential, filter, useLatest, deliver, failed } = request;
	return new BoundSubscription({
		...{ source: credential, entryFor, watch: shared.watch },
		listener: (config, live) => ({
			kind: 'manual',
			live,
			request: { filter: withinAllowedChats(filter, config.policy.allowedChats), useLatest, deliver, failed },
		}),
		report: failed,
	});
}

/** What a trigger starts is done because of its first event, under that event's id. */
function handOn(
	{ meter, logger }: PoolShared,
	delivery: Delivery,
	deliver: SubscribeRequest['deliver'],
): Promise<Settlement> {
	const { events, key, attempt } = delivery;
	const [first] = events;
	return correlated(first?.event_id, () => {
		meter.count('messenger_events_emitted_total', { channel: first?.channel ?? '' }, events.length);
		logger.debug('events are handed on', { events: events.length, key, attempt });
		return deliver(delivery);
	});
}
