import { describe, expect, it } from 'vitest';
import { NO_MEDIA } from '../../src/contract';
import {
	accountPolicySchema,
	channelEventSchema,
	eventFilterSchema,
	EVENT_TYPES,
	isLiveOnly,
	PERMISSIONS,
	permissionsField,
	sendResultSchema,
} from '../../src/contract/schemas';

const EVENT = {
	channel: 'avito',
	event_id: 'avito:1:m1',
	event_type: 'message',
	account: { id: 'avito:1', label: 'shop', phone_hash: null },
	external_user_id: '2',
	external_chat_id: 'c1',
	text: 'hello',
	timestamp: '2026-01-01T00:00:00.000Z',
	client_name: 'Buyer',
	client_phone: '',
	media: NO_MEDIA,
	meta: {
		external_message_id: 'm1',
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
};

describe('the unified message', () => {
	it("has the owner's names and types", () => {
		expect(channelEventSchema.parse(EVENT)).toEqual(EVENT);
	});

	it.each([
		['an unknown type', { event_type: 'surprise' }],
		['a number for a chat id', { external_chat_id: 5 }],
		['no event id', { event_id: '' }],
		['another channel', { channel: 'icq' }],
	])('refuses %s', (_what, change) => {
		expect(channelEventSchema.safeParse({ ...EVENT, ...change }).success).toBe(false);
	});

	it('tells live-only types from stored ones', () => {
		expect(EVENT_TYPES.filter(isLiveOnly)).toEqual(['reaction', 'read', 'typing', 'presence']);
	});
});

it('a filter defaults to new incoming messages of people, nothing muted, archived or from services', () => {
	expect(eventFilterSchema.parse({})).toMatchObject({
		eventTypes: ['message'],
		directions: ['in'],
		ignoreBots: true,
		includeService: false,
		includeMuted: false,
		includeArchived: false,
	});
});

it('a send result has seven fields, and a policy refuses a budget of nothing', () => {
	expect(Object.keys(sendResultSchema.shape)).toEqual([
		'channel',
		'account',
		'chat_id',
		'message_id',
		'date',
		'peer_resolved',
		'duplicate',
	]);
	const budget = { points: 0, windowMs: 60_000, chatGapMs: 0 };
	expect(accountPolicySchema.shape.budget.safeParse(budget).success).toBe(false);
});

describe('permissions of a credential', () => {
	it.each([
		['nothing stored', undefined, PERMISSIONS],
		['what the window of n8n stores for a list nobody touched', [], PERMISSIONS],
		['an empty text', '', PERMISSIONS],
		['one of them', ['read'], ['read']],
		['text', 'read, send', ['read', 'send']],
	])('%s', (_what, stored, permissions) => {
		expect(permissionsField.parse(stored)).toEqual(permissions);
	});

	it('refuses what is no permission', () => {
		expect(permissionsField.safeParse(['everything']).success).toBe(false);
	});
});
