import { describe, expect, it } from 'vitest';
import { isPlaceholder, isSystemMessage } from '../../../src/channels/avito/events/filters';
import { formatRef, parseRef } from '../../../src/channels/avito/events/media-ref';
import {
	factsFromMessage,
	factsFromWebhook,
	normaliseMessage,
} from '../../../src/channels/avito/events/normalise';
import { messageSchema } from '../../../src/channels/avito/schemas/message';
import { webhookValueSchema } from '../../../src/channels/avito/schemas/webhook';
import { readWebhook } from '../../../src/channels/avito/webhook';
import type { JsonObject } from '../../../src/contract';
import { channelEventSchema } from '../../../src/contract/schemas';
import { placeholderText } from '../../sandbox/avito';

const owner = {
	accountId: 'avito:94000001',
	userId: '94000001',
	account: { id: 'avito:94000001', label: 'Shop', phone_hash: null },
};
const chat = {
	chatId: 'u2i-AbC~dEf_GhIjKlMnOpQrSt',
	chatType: 'u2i',
	client: { id: '200000555', name: 'Покупатель' },
	names: new Map([['200000555', 'Покупатель']]),
	ad: { id: '7700000001', title: 'Ремонт телефонов', url: 'https://avito.ru/x_7700000001', price: '1 500 ₽' },
};
const value: JsonObject = {
	id: '0123456789abcdef0123456789abcdef',
	chat_id: chat.chatId,
	user_id: 94000001,
	author_id: 200000555,
	created: 1758312345,
	type: 'text',
	chat_type: 'u2i',
	content: { text: 'Здравствуйте' },
	item_id: 7700000001,
	published_at: '2025-09-19T20:05:45Z',
	read: null,
};

function fromWebhook(change: JsonObject, around: Partial<Parameters<typeof normaliseMessage>[1]> = {}) {
	const facts = factsFromWebhook(webhookValueSchema.parse({ ...value, ...change }), { ...value, ...change });
	return normaliseMessage(facts, { chat, voiceUrl: null, sentByNode: false, ...around }, owner);
}

describe('a webhook as a unified message', () => {
	it('fills the owner’s format and ours', () => {
		const event = fromWebhook({});
		expect(channelEventSchema.parse(event)).toEqual(event);
		expect(event).toMatchObject({
			channel: 'avito',
			event_id: 'avito:94000001:0123456789abcdef0123456789abcdef',
			event_type: 'message',
			external_user_id: '200000555',
			external_chat_id: chat.chatId,
			text: 'Здравствуйте',
			timestamp: '2025-09-19T20:05:45.000Z',
			client_name: 'Покупатель',
			media: { has_voice: false, has_images: false, has_video: false, has_document: false },
			meta: {
				external_message_id: value['id'],
				ad_id: '7700000001',
				ad_title: 'Ремонт телефонов',
				original_media_type: 'text',
				direction: 'in',
				sent_by: 'client',
				is_service: false,
			},
		});
	});

	const sizes = { '140x105': 'https://i/140', '1280x960': 'https://i/1280', '32x32': 'https://i/32' };
	it.each<[string, JsonObject, object]>([
		[
			'image',
			{ image: { sizes } },
			{ media: { has_images: true, images: [{ url: 'https://i/1280', width: 1280 }] } },
		],
		[
			'voice',
			{ voice: { voice_id: 'v-1' } },
			{ text: '', media: { has_voice: true, voice_ref: 'avito:voice:v-1' } },
		],
		['video', {}, { media: { has_video: true, videos: [] } }],
		['file', {}, { media: { has_document: true, documents: [] } }],
		['link', { link: { text: 'Вот', url: 'https://e.org', preview: null } }, { text: 'Вот https://e.org' }],
		['link', { link: { text: 'см. https://e.org', url: 'https://e.org' } }, { text: 'см. https://e.org' }],
		['item', { item: { title: 'Дрель', item_url: 'https://a/1', price_string: null } }, { text: 'Дрель' }],
		[
			'location',
			{ location: { kind: 'house', lat: 55.6, lon: 37.6, title: 'Дом', text: 'Лесная, 7' } },
			{ text: 'Лесная, 7', data: { latitude: 55.6 } },
		],
		[
			'call',
			{ call: { status: 'missed', target_user_id: 1 } },
			{ event_type: 'call', data: { state: 'missed' } },
		],
		['appCall', {}, { event_type: 'call' }],
		[
			'deleted',
			{},
			{ event_type: 'message_deleted', event_id: 'avito:94000001:0123456789abcdef0123456789abcdef:deleted' },
		],
		[
			'hologram',
			{ hologram: { x: 1 } },
			{ event_type: 'message', meta: { original_media_type: 'hologram' } },
		],
	])('%s', (type, content, expected) => {
		expect(fromWebhook({ type, content })).toMatchObject(expected);
	});

	it('takes odd content as absent instead of failing', () => {
		expect(fromWebhook({ content: null }).text).toBe('');
		expect(fromWebhook({ type: 'image', content: { image: 'nonsense', text: 5 } })).toMatchObject({
			text: '',
			media: { has_images: true, images: [] },
		});
	});

	it.each([null, 0, undefined])('knows no ad for item_id %s unless the chat tells', (item_id) => {
		const change = { ...value, item_id } as unknown as JsonObject;
		expect(fromWebhook(change, { chat: null }).meta.ad_id).toBeNull();
		expect(fromWebhook(change).meta.ad_id).toBe('7700000001');
	});

	it('tells own messages apart: from the phone and from here', () => {
		const own = { author_id: 94000001 };
		expect(fromWebhook(own)).toMatchObject({
			external_user_id: '200000555',
			meta: { direction: 'out', sent_by: 'device' },
		});
		expect(fromWebhook(own, { sentByNode: true }).meta.sent_by).toBe('node');
	});

	it('marks what Avito wrote', () => {
		expect(fromWebhook({ author_id: 1 }).meta.is_service).toBe(true);
		expect(fromWebhook({ type: 'system', content: { text: 'x', flow_id: 'job' } })).toMatchObject({
			meta: { is_service: true },
			data: { flow_id: 'job' },
		});
	});

	it('is the same event as in a message list', () => {
		const listed = {
			id: value['id'] as string,
			author_id: 200000555,
			created: 1758312345,
			type: 'text',
			direction: 'in',
			content: { text: 'Здравствуйте' },
		};
		const facts = factsFromMessage(chat.chatId, messageSchema.parse(listed), listed, owner.userId);
		const event = normaliseMessage(facts, { chat, voiceUrl: null, sentByNode: false }, owner);
		expect({ ...event, raw: null }).toEqual({ ...fromWebhook({}), raw: null });
	});
});

describe('what is no customer’s message', () => {
	const by = (authorId: string, type = 'text', content = {}) =>
		isSystemMessage({ userId: '9', authorId, type, content });

	it('is by Avito: author 0 or 1, type system, a flow, or the prefix', () => {
		expect([by('0'), by('1'), by('5', 'system'), by('5', 'text', { flow_id: 'job' })]).toEqual([
			true,
			true,
			true,
			true,
		]);
		expect(by('5', 'text', { text: '[Системное сообщение] Объявление закрыто' })).toBe(true);
		expect(by('5', 'text', { text: 'Здравствуйте' })).toBe(false);
	});

	it('is the notice in the place of a text when the API is not paid', () => {
		expect(isPlaceholder(placeholderText)).toBe(true);
		expect(isPlaceholder(`[Системное сообщение] ${placeholderText}`)).toBe(true);
		expect(isPlaceholder('Для доступа нужна подписка: API мессенджера доступен на максимальном уровне')).toBe(
			true,
		);
	});

	it.each([
		'Подписку на прокат можно?',
		'У вас есть API мессенджера?',
		'Нужна подписка на API мессенджера?',
		'',
		null,
	])('is not the customer who writes: %s', (text) => {
		expect(isPlaceholder(text)).toBe(false);
	});
});

describe('reading a webhook’s body', () => {
	const envelope = {
		id: 'e-1',
		version: 'v3.0.0',
		timestamp: 1758312345,
		payload: { type: 'message', value },
	};

	it('accepts the account’s messages, whatever the version says', () => {
		expect(readWebhook(envelope, '94000001')).toMatchObject({ kind: 'message', value: { id: value['id'] } });
		expect(readWebhook({ ...envelope, version: 'v1.1' }, '94000001').kind).toBe('message');
	});

	it.each<[string, JsonObject]>([
		['the self-test', {}],
		['another account', { ...envelope, payload: { type: 'message', value: { ...value, user_id: 5 } } }],
		['a message without an id', { ...envelope, payload: { type: 'message', value: { ...value, id: '' } } }],
		['a text instead of a payload', { ...envelope, payload: 'x' }],
	])('leaves %s alone', (_name, body) => {
		expect(readWebhook(body, '94000001').kind).toBe('foreign');
	});

	it('passes on payloads nobody has documented', () => {
		const body = { ...envelope, payload: { type: 'chat_archived', value: { user_id: 94000001 } } };
		expect(readWebhook(body, '94000001')).toMatchObject({
			kind: 'unknown',
			type: 'chat_archived',
			envelopeId: 'e-1',
		});
	});
});

it('media references survive their way through a workflow', () => {
	for (const ref of [
		{ kind: 'voice', voiceId: '11-22' },
		{ kind: 'image', url: 'https://i/1?a=b:c' },
	] as const) {
		expect(parseRef(formatRef(ref))).toEqual(ref);
	}
	expect(parseRef('avito:image:file:///etc/passwd')).toBeNull();
	expect(parseRef('max:photo:1')).toBeNull();
});
