import { eventFilterSchema } from '../../src/contract/schemas';
import type { ConsumerOptions } from '../../src/pool';

/** What a trigger node wants when nobody has changed its options. */
export function consumerOptions(change: Partial<ConsumerOptions> = {}): ConsumerOptions {
	return {
		filter: eventFilterSchema.parse({}),
		wantsRaw: false,
		start: { from: 'now' },
		catchUpMs: 86_400_000,
		catchUpPerChat: 1_000,
		window: 5,
		chatOrderMs: 30_000,
		acknowledge: 'immediately',
		batch: null,
		quietAfterDeviceMs: 0,
		...change,
	};
}
