import { NO_MEDIA, plainMeta, type ChannelEvent } from '../../src/contract';

/** A client's text message of an Avito account, whole; `change` says what matters to the test. */
export function clientMessage(id: string, change: Partial<ChannelEvent> = {}): ChannelEvent {
	return {
		channel: 'avito',
		event_id: id,
		event_type: 'message',
		account: { id: 'avito:1', label: 'shop', phone_hash: null },
		external_user_id: 'u1',
		external_chat_id: 'c1',
		text: 'hello',
		timestamp: '2026-01-01T00:00:00.000Z',
		client_name: 'Anna',
		client_phone: '',
		media: { ...NO_MEDIA },
		meta: plainMeta({ external_message_id: id, original_media_type: 'text', chat_type: 'u2i' }),
		...change,
	};
}
