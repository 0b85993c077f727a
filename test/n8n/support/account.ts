import { afterEach, beforeEach } from 'vitest';
import type { ChannelEvent, Random } from '../../../src/contract';
import { replaceHost } from '../../../src/n8n';
import { systemRandom } from '../../../src/runtime';
import { clientMessage } from '../../support/event';
import { ManualClock } from '../../support/manual-clock';
import { ScriptedPool } from './pool';

export interface Bridge {
	pool: ScriptedPool;
	clock: ManualClock;
}

/** A fresh scripted pool and clock behind the nodes for every test of the file. */
export function useBridge(random: Random = systemRandom): Bridge {
	const bridge = {} as Bridge;
	let restore = (): void => undefined;
	beforeEach(() => {
		bridge.pool = new ScriptedPool();
		bridge.clock = new ManualClock();
		restore = replaceHost(() => ({ pool: bridge.pool, clock: bridge.clock, random }));
	});
	afterEach(() => {
		restore();
	});
	return bridge;
}

export function event({ id = 'm1', ...change }: Partial<ChannelEvent> & { id?: string } = {}): ChannelEvent {
	const message = clientMessage(id, {
		account: { id: 'avito:94000001', label: 'Shop', phone_hash: null },
		external_user_id: '200000555',
		external_chat_id: 'u2i-1',
		text: 'Здравствуйте',
		timestamp: '2026-01-01T10:00:00.000Z',
		client_name: 'Анна',
	});
	return { ...message, event_id: `avito:94000001:${id}`, ...change };
}
