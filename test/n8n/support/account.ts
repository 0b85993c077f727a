import { afterEach, beforeEach } from 'vitest';
import type { ChannelEvent, Random } from '../../../src/contract';
import { replaceHost } from '../../../src/n8n';
import { systemRandom } from '../../../src/runtime';
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

export function event(over: Partial<ChannelEvent> & { id?: string } = {}): ChannelEvent {
	const { id = 'm1', ...rest } = over;
	return {
		channel: 'avito',
		event_id: `avito:94000001:${id}`,
		event_type: 'message',
		account: { id: 'avito:94000001', label: 'Shop', phone_hash: null },
		external_user_id: '200000555',
		external_chat_id: 'u2i-1',
		text: 'Здравствуйте',
		timestamp: '2026-01-01T10:00:00.000Z',
		client_name: 'Анна',
		client_phone: '',
		media: {
			has_voice: false,
			voice_url: null,
			has_images: false,
			images: [],
			has_video: false,
			videos: [],
			has_document: false,
			documents: [],
		},
		meta: {
			external_message_id: id,
			ad_id: null,
			ad_title: null,
			direction: 'in',
			sent_by: 'client',
			original_media_type: 'text',
			chat_type: 'u2i',
			chat_title: null,
			sender_username: null,
			reply_to: null,
			thread_id: null,
			album_id: null,
			mentions_me: false,
			attempt: 1,
		},
		...rest,
	};
}
