import type { ChannelEvent, Clock, Logger } from '../../contract';
import type { ConsumerHost } from '../consumer';
import type { Devices } from './devices';
import { catchUpGap, gaveUpState, type AboutAccount } from './pool-events';

export interface ConsumerHostOptions {
	about: AboutAccount;
	clock: Clock;
	logger: Logger;
	devices: Devices;
	holdUntil: ConsumerHost['holdUntil'];
	/** does this trigger want the event? */
	accepts(consumer: string, event: ChannelEvent): boolean;
	/** journals an event, in this process or in the reader's */
	announce(event: ChannelEvent): Promise<void>;
}

/** What the consumers of an account ask and tell, wherever its journal is written. */
export function createConsumerHost(options: ConsumerHostOptions): ConsumerHost {
	const { about, clock, logger, devices, holdUntil, announce } = options;
	const { account } = about;
	return {
		holdUntil,
		deviceTimes: (chatId) => devices.times(chatId),
		async tellGap(gap, consumer) {
			const event = catchUpGap(about, clock, gap, consumer);
			logger.info('events were left out of a catch-up', { account, consumer, count: gap.seqs.length });
			if (options.accepts(consumer, event)) await announce(event);
		},
		gaveUp(event, consumer) {
			// A trigger on account_state that always fails must not feed itself.
			if (event.event_type === 'account_state' || event.event_type === 'gap') return;
			announce(gaveUpState(about, clock, event, consumer)).catch((error: unknown) => {
				logger.warn('an account_state could not be journalled', { account, error: String(error) });
			});
		},
	};
}
