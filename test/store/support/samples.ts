import {
	NO_MEDIA,
	type ChannelEvent,
	type ConsumerRecord,
	type IntentRecord,
	type JournalEvent,
	type RetentionLimits,
	type WaitRecord,
} from '../../../src/contract';
import { clientMessage } from '../../support/event';

export const ACCOUNT = 'avito:94000001';
export const OTHER_ACCOUNT = 'max:77';
export const DAY = 86_400_000;

export const LIMITS: RetentionLimits = {
	maxAgeMs: 7 * DAY,
	maxEntries: 100_000,
	idsMs: 7 * DAY,
	consumersMs: 90 * DAY,
};

export function message(id: string, text = `text of ${id}`, chatId = 'chat-1'): ChannelEvent {
	return clientMessage(id, {
		account: { id: ACCOUNT, label: 'shop', phone_hash: null },
		external_user_id: 'user-1',
		external_chat_id: chatId,
		text,
		client_name: 'Анна «Ann» 🙂',
		media: { ...NO_MEDIA, has_images: true, images: [{ ref: 'avito:image:1', width: 640 }] },
	});
}

export function journalEvent(id: string, change: Partial<JournalEvent> = {}): JournalEvent {
	const chatId = change.chatId ?? 'chat-1';
	return {
		eventId: id,
		event: message(id, undefined, chatId),
		chatId,
		at: 1_000,
		recovered: false,
		...change,
	};
}

export function consumer(id: string, change: Partial<ConsumerRecord> = {}): ConsumerRecord {
	return {
		id,
		accountId: ACCOUNT,
		published: true,
		filter: {
			eventTypes: ['message'],
			directions: ['in'],
			includeNodeSends: false,
			chatTypes: ['u2i'],
			includeChats: [],
			excludeChats: ['chat-9'],
			includeSenders: [],
			excludeSenders: [],
			messageKinds: [],
			textContains: 'ёж',
			textPattern: '',
			onlyMentionsOrReplies: false,
			ignoreBots: true,
			includeService: false,
			includeMuted: false,
			includeArchived: false,
		},
		wantsRaw: false,
		notBefore: 500,
		catchUpMs: DAY,
		catchUpPerChat: 1_000,
		lastAttachedAt: 0,
		extra: { silent: { 'chat-3': 12 } },
		...change,
	};
}

export function intent(key: string, change: Partial<IntentRecord> = {}): IntentRecord {
	return {
		key,
		accountId: ACCOUNT,
		chatId: 'chat-1',
		paramsHash: 'aa',
		state: 'reserved',
		providerKey: 'random-1',
		context: { lastMessage: 'm1' },
		result: null,
		createdAt: 0,
		expiresAt: Number.MAX_SAFE_INTEGER,
		...change,
	};
}

export function wait(id: string, change: Partial<WaitRecord> = {}): WaitRecord {
	return {
		id,
		accountId: ACCOUNT,
		chatId: 'chat-1',
		messageId: null,
		responders: ['user-1'],
		resume: { url: '/webhook-waiting/7' },
		createdAt: 0,
		expiresAt: Number.MAX_SAFE_INTEGER,
		...change,
	};
}
