import type { AccountId, Clock, EngineEvent, Logger, Store } from '../../contract';
import { addDeviceTime, type DeviceTimes } from '../consumer';

const PREFIX = 'device/';
/** Beyond the longest quiet time the times serve a catch-up, which reaches a day back by default, ms. */
const KEEP_MS = 2 * 86_400_000;
/** Chats whose times are kept in memory; the others are quiet for nobody until a person answers there again. */
const CHATS = 5_000;

/** When a person answered from the phone, per chat; in the store, so that a restart does not break the silence. */
export interface Devices {
	load(): Promise<void>;
	/**
	 * Asked for before the events are journalled, so that no consumer sees a message before the silence; all writes are
	 * asked for in the same turn, so that appends keep their order. Never rejects: a silence is no reason to lose a message.
	 */
	note(events: readonly EngineEvent[]): Promise<void>;
	times(chatId: string): DeviceTimes;
}

const NONE: DeviceTimes = [];

/** @param quietMs longest silence a remembered consumer asks for; 0 = nothing is kept */
export function createDevices(
	store: Pick<Store, 'listValues' | 'putValue'>,
	account: AccountId,
	clock: Clock,
	logger: Logger,
	quietMs: () => number,
): Devices {
	const chats = new Map<string, number[]>();

	function set(chatId: string, times: number[]): void {
		chats.delete(chatId);
		chats.set(chatId, times);
		const oldest = chats.keys().next();
		if (chats.size > CHATS && !oldest.done) chats.delete(oldest.value);
	}

	async function noteOne({ event, at }: EngineEvent): Promise<void> {
		const chatId = event.external_chat_id;
		const times = addDeviceTime(chats.get(chatId) ?? NONE, at);
		set(chatId, times);
		try {
			await store.putValue(account, PREFIX + chatId, times, quietMs() + KEEP_MS);
		} catch (error) {
			logger.warn('a silence could not be written and ends with this process', {
				account,
				error: String(error),
			});
		}
	}

	return {
		async load() {
			for (const { name, value } of await store.listValues(account, PREFIX)) {
				if (Array.isArray(value))
					set(
						name.slice(PREFIX.length),
						value.filter((time) => typeof time === 'number'),
					);
			}
		},
		async note(events) {
			if (quietMs() === 0) return;
			const oldest = clock.now() - quietMs() - KEEP_MS;
			const answered = events.filter((item) => item.at >= oldest && isFromDevice(item));
			if (answered.length > 0) await Promise.all(answered.map(noteOne));
		},
		times: (chatId) => chats.get(chatId) ?? NONE,
	};
}

function isFromDevice({ event }: EngineEvent): boolean {
	return event.event_type === 'message' && event.meta.direction === 'out' && event.meta.sent_by === 'device';
}
